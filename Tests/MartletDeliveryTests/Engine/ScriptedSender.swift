import MartletCore
import MartletDelivery
import NIOCore
import Synchronization

/// Stands in for the network: notes every attempt, and answers as it is told or when it is told.
final class ScriptedSender: AttemptSender {
    /// What becomes of an attempt.
    enum Answer {
        case status(Int)
        case response(AttemptResponse)
        case failure(AttemptFailure.Code)
        /// Nothing, until ``release(_:as:)``.
        case none
    }

    struct Sent: Sendable {
        var at: Timestamp
        var request: OutgoingRequest

        func header(_ name: String) -> String? {
            request.headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private struct State {
        var answer: @Sendable (_ index: Int, _ sent: Sent) -> Answer = { _, _ in .status(200) }
        var sent: [Sent] = []
        var held: [Int: @Sendable (AttemptOutcome) -> Void] = [:]
        var waiters: [(count: Int, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let clock: any TimeSource

    init(clock: any TimeSource) { self.clock = clock }

    var sent: [Sent] { state.withLock { $0.sent } }

    /// Answers attempts from now on by `answer`, which is told each one's place, 0 for the first of all.
    func answer(_ answer: @escaping @Sendable (_ index: Int, _ sent: Sent) -> Answer) {
        state.withLock { $0.answer = answer }
    }

    /// Returns once so many attempts have been made.
    func made(_ count: Int) async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                if state.sent.count >= count { return true }
                state.waiters.append((count, waiter))
                return false
            }
            if isThere { waiter.resume() }
        }
    }

    /// Answers an attempt that was left without an answer.
    func release(_ index: Int, as status: Int) {
        let completion = state.withLock { $0.held.removeValue(forKey: index) }
        completion?(Self.outcome(.status(status)))
    }

    func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)?, completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        guard let loop else { preconditionFailure("the engine says where to work") }
        let now = clock.now()
        let (answer, ready) = state.withLock { state in
            let index = state.sent.count
            let sent = Sent(at: now, request: request)
            state.sent.append(sent)
            let answer = state.answer(index, sent)
            if case .none = answer {
                state.held[index] = { outcome in loop.execute { completion(outcome) } }
            }
            let ready = state.waiters.filter { $0.count <= state.sent.count }
            state.waiters.removeAll { $0.count <= state.sent.count }
            return (answer, ready)
        }
        if case .none = answer {} else { loop.execute { completion(Self.outcome(answer)) } }
        for (_, waiter) in ready { waiter.resume() }
    }

    private static func outcome(_ answer: Answer) -> AttemptOutcome {
        let result: AttemptOutcome.Result
        switch answer {
        case .status(let status):
            result = .response(AttemptResponse(status: status, headers: [], body: [], isTruncated: false))
        case .response(let response): result = .response(response)
        case .failure(let code): result = .failure(AttemptFailure(code, "As scripted."))
        case .none: preconditionFailure("held")
        }
        return AttemptOutcome(result: result, timing: AttemptTiming(total: 1000), address: nil)
    }
}
