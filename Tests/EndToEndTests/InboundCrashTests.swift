import Foundation
import Glibc
import Synchronization
import Testing

/// What a source has answered 200 is there, whatever dies.
@Suite struct InboundCrashTests {
    @Test func everyRequestThatWasAnsweredIsDeliveredThoughTheServerIsKilledTenTimes() async throws {
        let kills = 10
        try await withStage { stage in
            let martlet = try await stage.martlet(flags: ["--max-in-flight", "32"])
            let capture = try await stage.capture()
            let webhook = try await martlet.api.register(
                capture.url("/a"), ["retry": ["delays": ["1s", "1s", "1s"]]])
            let source = try await martlet.api.post(
                "/v1/sources",
                [
                    "name": "a", "preset": "token", "secret": "s3cret",
                    "parameters": ["event_id": "header:X-Id"], "default_type": "order.created",
                ], expecting: 201)
            let path = try #require(source["url"].string?.split(separator: "/").suffix(2).joined(separator: "/"))
            let load = SenderLoad(on: martlet, path: "/" + path, senders: 4)

            for _ in 1...kills {
                let enough = load.acceptedCount + Int.random(in: 20...150)
                try await waitUntil("\(enough) requests are answered") { load.acceptedCount >= enough }
                usleep(.random(in: 0...5_000))
                try await martlet.kill()
                try await martlet.restart()
            }
            try await load.stop()
            _ = try await martlet.api.settledDeliveries(to: webhook)
            #expect(try await martlet.terminate() == .status(0))

            let bodies = Set(try capture.requests().map { String(decoding: $0.body, as: UTF8.self) })
            let accepted = load.accepted
            print("\(accepted.count) requests answered 200 through \(kills) kills, \(bodies.count) bodies arrived")
            #expect(load.refusals.isEmpty)
            #expect(accepted.count > kills)
            #expect(accepted.subtracting(bodies).isEmpty)
        }
    }
}

/// Senders that keep a source busy through every end and every new start of its server. What was not answered they send
/// again, as senders do.
private final class SenderLoad: Sendable {
    private struct State {
        var accepted: Set<String> = []
        var next = 0
        var isStopping = false
        var running = 0
        var refusals: [String] = []
    }

    private let server: MartletServer
    private let path: String
    private let state = Mutex(State())

    init(on server: MartletServer, path: String, senders: Int) {
        self.server = server
        self.path = path
        state.withLock { $0.running = senders }
        for _ in 0..<senders { Thread.detachNewThread { [self] in send() } }
    }

    /// The bodies of the requests that were answered 200.
    var accepted: Set<String> { state.withLock { $0.accepted } }
    var acceptedCount: Int { state.withLock { $0.accepted.count } }
    var refusals: [String] { state.withLock { $0.refusals } }

    func stop() async throws {
        state.withLock { $0.isStopping = true }
        try await waitUntil("the senders stop") { state.withLock { $0.running == 0 } }
    }

    private func send() {
        var connection: HTTPConnection?
        var pending: Int?
        while !state.withLock({ $0.isStopping }) {
            if connection?.port != server.port { connection = nil }
            guard let open = connection ?? (try? HTTPConnection(port: server.port)) else {
                usleep(2_000)
                continue
            }
            connection = open
            let number =
                pending
                ?? state.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
            pending = number
            let body = #"{"number":\#(number)}"#
            var request = HTTPRequest(method: "POST", path: path)
            request.headers = [("Authorization", "s3cret"), ("X-Id", "id-\(number)")]
            request.body = Array(body.utf8)
            guard let response = try? open.exchange(request) else {
                connection = nil
                continue
            }
            pending = nil
            state.withLock { state in
                if response.status == 200 {
                    state.accepted.insert(body)
                } else {
                    state.refusals.append("\(response.status) \(response.text)")
                }
            }
        }
        state.withLock { $0.running -= 1 }
    }
}
