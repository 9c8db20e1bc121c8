import Foundation
import MartletCore
import MartletDelivery
import NIOCore
import Synchronization

/// The receivers that all nodes deliver to: notes which node sent what when, and answers as it is told.
final class SharedReceiver: Sendable {
    struct Attempt: Sendable, Hashable {
        var node: String
        var event: String
        var webhook: String
        var at: Timestamp
        /// The payload's `n`.
        var number: Int
        var key: String
    }

    private struct State {
        var answer: @Sendable (Attempt) -> ScriptedSender.Answer = { _ in .status(200) }
        var attempts: [Attempt] = []
        var acknowledged: [Attempt] = []
        var inFlight: [String: Int] = [:]
        var overlaps: [String] = []
        var held: [(attempt: Attempt, completion: @Sendable (AttemptOutcome) -> Void)] = []
    }

    private let state = Mutex(State())
    private let clock: any TimeSource

    init(clock: any TimeSource) { self.clock = clock }

    /// Every attempt, in the order they came.
    var attempts: [Attempt] { state.withLock { $0.attempts } }
    /// Those that were acknowledged, in the order in which they were.
    var acknowledged: [Attempt] { state.withLock { $0.acknowledged } }
    /// The events of which a second attempt came while one was under way.
    var overlaps: [String] { state.withLock { $0.overlaps } }

    func answer(_ answer: @escaping @Sendable (Attempt) -> ScriptedSender.Answer) {
        state.withLock { $0.answer = answer }
    }

    /// Answers what was left without an answer.
    func release(as status: Int = 200) {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for (attempt, completion) in held { end(attempt, status, completion) }
    }

    fileprivate func take(
        _ request: OutgoingRequest, of node: String, completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let body = String(decoding: request.body, as: UTF8.self)
        let attempt = Attempt(
            node: node, event: request.headers.first { $0.name.lowercased() == "webhook-id" }?.value ?? "",
            webhook: request.url.description, at: clock.now(), number: Int(Self.field("n", of: body)) ?? 0,
            key: Self.field("key", of: body))
        let answer = state.withLock { state in
            state.attempts.append(attempt)
            let before = state.inFlight[attempt.event + attempt.webhook, default: 0]
            if before > 0 { state.overlaps.append(attempt.event) }
            state.inFlight[attempt.event + attempt.webhook] = before + 1
            let answer = state.answer(attempt)
            if case .none = answer { state.held.append((attempt, completion)) }
            return answer
        }
        switch answer {
        case .status(let status): end(attempt, status, completion)
        case .none: break
        case .response, .failure: preconditionFailure("nodes are tried with statuses")
        }
    }

    private func end(
        _ attempt: Attempt, _ status: Int, _ completion: @Sendable (AttemptOutcome) -> Void
    ) {
        state.withLock { state in
            state.inFlight[attempt.event + attempt.webhook, default: 1] -= 1
            if status < 300 { state.acknowledged.append(attempt) }
        }
        completion(
            AttemptOutcome(
                result: .response(AttemptResponse(status: status, headers: [], body: [], isTruncated: false)),
                timing: AttemptTiming(total: 1000), address: nil))
    }

    private static func field(_ name: String, of body: String) -> String {
        guard let start = body.range(of: "\"\(name)\":")?.upperBound else { return "" }
        return String(body[start...].drop { $0 == "\"" }.prefix { $0.isLetter || $0.isNumber })
    }
}

/// One node's way to the receivers.
struct NodeSender: AttemptSender {
    let node: String
    let receiver: SharedReceiver

    func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)?, completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        guard let loop else { preconditionFailure("the engine says where to work") }
        receiver.take(request, of: node) { outcome in loop.execute { completion(outcome) } }
    }
}
