import NIOCore
import NIOHTTP1
import Synchronization

/// Server-sent events.
extension APIClient {
    /// Why a stream ended that should not have.
    enum StreamEnd: Error {
        /// The server answered something else than a stream.
        case refused(Answer)
        /// The server ended it.
        case closed
        /// Nothing was heard for longer than the server leaves between two signs of life.
        case silent(Duration)
        /// What came is not a stream of events, or there is no connection: in a sentence.
        case broken(String)
    }

    /// Hears a stream of events until it ends or the task is cancelled.
    ///
    /// - Parameters:
    ///   - silence: for how long nothing may come before the connection is taken for dead; what `heard` returns counts
    ///     from then on.
    ///   - heard: what an event is told to.
    func listen(
        to path: String, silence: Duration, heard: @escaping @Sendable (ServerSentEvents.Event) throws -> Duration?
    ) async throws -> StreamEnd {
        let pulse = Pulse(silence)
        do {
            return try await withThrowingTaskGroup(of: StreamEnd.self) { group in
                group.addTask { try await stream(path, pulse, heard) }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .milliseconds(500))
                        if let silence = pulse.silence { return .silent(silence) }
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .closed
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            try Task.checkCancellation()
            return .broken(Self.reason(error))
        }
    }

    private func stream(
        _ path: String, _ pulse: Pulse, _ heard: @Sendable (ServerSentEvents.Event) throws -> Duration?
    ) async throws -> StreamEnd {
        try await exchanging(head(.GET, path, accept: "text/event-stream"), nil) { inbound in
            var events = ServerSentEvents()
            var refusal: Answer?
            for try await part in inbound {
                pulse.beat()
                switch part {
                case .head(let head):
                    let type = head.headers.first(name: "content-type") ?? ""
                    let isStream = head.status == .ok && type.hasPrefix("text/event-stream")
                    if !isStream { refusal = Answer(status: Int(head.status.code), body: []) }
                case .body(let bytes):
                    guard refusal == nil else {
                        // A problem is short; of anything longer the beginning tells enough.
                        if let count = refusal?.body.count, count < 64 << 10 {
                            refusal?.body += bytes.readableBytesView
                        }
                        continue
                    }
                    guard let read = try? events.read(bytes.readableBytesView) else {
                        return .broken("It sent more at once than an event can be.")
                    }
                    for event in read { pulse.expect(try heard(event)) }
                case .end: return refusal.map { .refused($0) } ?? .closed
                }
            }
            return refusal.map { .refused($0) } ?? .closed
        }
    }
}

/// When a stream last gave a sign of life, and when the next is due.
private final class Pulse: Sendable {
    private let state: Mutex<(last: ContinuousClock.Instant, longest: Duration)>

    init(_ longest: Duration) { state = Mutex((.now, longest)) }

    func beat() { state.withLock { $0.last = .now } }

    func expect(_ longest: Duration?) {
        if let longest { state.withLock { $0.longest = longest } }
    }

    /// For how long it has been silent, where that is too long. The clock goes on while the machine sleeps.
    var silence: Duration? {
        state.withLock { state in
            let silence = ContinuousClock.now - state.last
            return silence > state.longest ? silence : nil
        }
    }
}
