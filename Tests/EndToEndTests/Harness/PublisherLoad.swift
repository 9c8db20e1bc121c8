import Foundation
import Glibc
import Synchronization

/// Publishers that keep a server busy, each over one connection that it keeps alive, through every end and every new
/// start of the server. Each event carries a number of its own.
final class PublisherLoad: Sendable {
    private let server: MartletServer
    private let state = Mutex(State())
    /// How many events each publisher sends at once: 1 for those that publish one by one.
    private let sizes: [Int]
    /// What the ordering keys begin with, where events have any: four for each publisher.
    private let keys: String?
    /// How long a publisher waits between two requests.
    private let pause: Duration

    private struct State {
        var accepted: [String: Int] = [:]
        var next = 0
        var isStopping = false
        var running = 0
        var refusals: [String] = []
    }

    /// - Parameter sizes: how many events each publisher sends at once; 1 is an event by itself, more is a batch.
    init(on server: MartletServer, sizes: [Int], keys: String? = nil, pause: Duration = .zero) {
        self.server = server
        self.sizes = sizes
        self.keys = keys
        self.pause = pause
        state.withLock { $0.running = sizes.count }
        for (publisher, size) in sizes.enumerated() {
            let key = keys.map { "\($0)-\(publisher)" }
            Thread.detachNewThread { [self] in publish(size, key) }
        }
    }

    /// The numbers of the events that the server accepted, by id.
    var accepted: [String: Int] { state.withLock { $0.accepted } }

    var acceptedCount: Int { state.withLock { $0.accepted.count } }

    /// How many events were sent, whatever became of them.
    var sentCount: Int { state.withLock { $0.next } }

    /// How many events may be on their way to the server at once.
    var atOnce: Int { sizes.reduce(0, +) }

    /// What the server answered instead of accepting.
    var refusals: [String] { state.withLock { $0.refusals } }

    /// Lets each publisher finish what it is at.
    func stop() async throws {
        state.withLock { $0.isStopping = true }
        try await waitUntil("the publishers stop") { state.withLock { $0.running == 0 } }
    }

    private func publish(_ size: Int, _ key: String?) {
        var connection: HTTPConnection?
        while !state.withLock({ $0.isStopping }) {
            if connection?.port != server.port { connection = nil }
            guard let open = connection ?? (try? HTTPConnection(port: server.port)) else {
                // Nobody listens for now.
                usleep(2_000)
                continue
            }
            connection = open
            do {
                try publish(size, key, over: open)
                if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
            } catch {
                // Nobody knows what became of these; they are not sent again.
                connection = nil
            }
        }
        state.withLock { $0.running -= 1 }
    }

    private func publish(_ size: Int, _ key: String?, over connection: HTTPConnection) throws {
        let first = state.withLock { state in
            defer { state.next += size }
            return state.next
        }
        let events = (first..<first + size).map { Self.event($0, key) }
        let request =
            size == 1
            ? server.api.request("POST", "/v1/events", body: events[0])
            : server.api.request(
                "POST", "/v1/events/batch", body: events.joined(separator: "\n"), type: "application/x-ndjson")
        let response = try connection.exchange(request)
        guard response.status == 202 else {
            state.withLock { $0.refusals.append("\(response.status) \(response.text)") }
            return
        }
        let answer = try JSON(parsing: response.body)
        let results = size == 1 ? [answer] : answer["results"].elements
        state.withLock { state in
            for (offset, result) in results.enumerated() {
                if let id = result["id"].string {
                    state.accepted[id] = first + offset
                } else {
                    state.refusals.append(result.text)
                }
            }
        }
    }

    /// Of about 500 bytes, as webhooks often are.
    private static func event(_ number: Int, _ key: String?) -> String {
        let note = String(repeating: "The swift that never lands. ", count: 12)
        if let key {
            let key = "\(key)-\(number % 4)"
            return #"{"type":"order.created","ordering_key":"\#(key)","data":{"number":\#(number),"key":"\#(key)"}}"#
        }
        return #"{"type":"order.created","data":{"number":\#(number),"amount":12.50,"note":"\#(note)"}}"#
    }
}
