import MartletCore
import MartletDelivery
import NIOCore
import Synchronization

/// A sender that sends nothing: it keeps what it was given and answers as a test wants.
final class RecordingSender: AttemptSender {
    private struct State {
        var requests: [OutgoingRequest] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var status = 200
        var held: [@Sendable () -> Void]?
    }

    private let state = Mutex(State())
    private let group: any EventLoopGroup

    init(group: any EventLoopGroup) { self.group = group }

    /// The status that receivers answer with: 200.
    var status: Int {
        get { state.withLock(\.status) }
        set { state.withLock { $0.status = newValue } }
    }

    /// What was sent so far.
    var requests: [OutgoingRequest] { state.withLock(\.requests) }

    /// The bodies that were sent so far.
    var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

    /// Lets receivers answer nothing until ``release()``.
    func hold() { state.withLock { $0.held = [] } }

    /// Lets receivers answer.
    func release() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held ?? []
        }
        for answer in held { answer() }
    }

    func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)?, completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let loop = loop ?? group.any()
        let (status, ready) = state.withLock { state in
            state.requests.append(request)
            let count = state.requests.count
            let ready = state.waiting.filter { $0.count <= count }.map(\.continuation)
            state.waiting.removeAll { $0.count <= count }
            return (state.status, ready)
        }
        for continuation in ready { continuation.resume() }
        let outcome = AttemptOutcome(
            result: .response(
                AttemptResponse(
                    status: status, headers: [HeaderField(name: "Server", value: "test")], body: Array("ok".utf8),
                    isTruncated: false)),
            timing: AttemptTiming(resolve: nil, connect: 100, tls: nil, firstByte: 200, total: 300),
            address: IPAddress("127.0.0.1"))
        let answer: @Sendable () -> Void = { loop.execute { completion(outcome) } }
        let isHeld = state.withLock { state in
            guard state.held != nil else { return false }
            state.held?.append(answer)
            return true
        }
        if !isHeld { answer() }
    }

    /// Returns once so many requests were sent since the service started.
    func hasSent(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.requests.count < count else { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
