/// The only code that moves a delivery from one state to the next. A store repeats each move guarded by the state it
/// leaves, so that a late writer changes nothing.
public struct DeliveryStateMachine: Sendable, Hashable {
    public private(set) var state: DeliveryState

    public init(_ state: DeliveryState) { self.state = state }

    /// A move that the state at hand does not allow.
    public struct IllegalMove: Error, Sendable, Hashable, CustomStringConvertible {
        public let from: DeliveryStatus
        public let move: String
        public var description: String { "A delivery that is \(from.rawValue) cannot be \(move)." }
    }

    /// An attempt goes out: `scheduled` → `inFlight`.
    public mutating func attemptStarted(at now: Timestamp) throws(IllegalMove) {
        guard case .scheduled = state else { throw IllegalMove(from: state.status, move: "attempted") }
        state = .inFlight(since: now)
    }

    /// An attempt is over: `inFlight` → `succeeded`, `failed`, or `scheduled` again where `nextAttempt` is given.
    public mutating func attemptFinished(
        _ verdict: AttemptVerdict, at now: Timestamp, nextAttempt: Timestamp?, cause: Delivery.Cause
    ) throws(IllegalMove) {
        guard case .inFlight = state else { throw IllegalMove(from: state.status, move: "settled") }
        switch verdict {
        case .acknowledged: state = .succeeded(at: now)
        case .gone: state = .failed(at: now, reason: .gone)
        case .refused where cause == .test: state = .failed(at: now, reason: .single)
        case .refused:
            state = nextAttempt.map { .scheduled(due: max($0, now)) } ?? .failed(at: now, reason: .exhausted)
        }
    }

    /// Somebody wants an attempt now: `scheduled` or `failed` → `scheduled` at once.
    public mutating func retryRequested(at now: Timestamp) throws(IllegalMove) {
        switch state {
        case .scheduled, .failed: state = .scheduled(due: now)
        case .inFlight, .held, .succeeded, .cancelled: throw IllegalMove(from: state.status, move: "retried")
        }
    }

    /// Somebody gives it up: `scheduled`, `held` or `inFlight` → `cancelled`. An attempt under way is still recorded.
    public mutating func cancelRequested(
        at now: Timestamp, reason: DeliveryState.CancelReason
    ) throws(IllegalMove) {
        guard !state.isFinal else { throw IllegalMove(from: state.status, move: "cancelled") }
        state = .cancelled(at: now, reason: reason)
    }

    /// Its endpoint became inactive: `scheduled` → `held`. One in flight finishes first.
    public mutating func endpointDeactivated() {
        if case .scheduled(let due) = state { state = .held(due: due) }
    }

    /// Its endpoint is active again: `held` → `scheduled`, at the time it was due.
    public mutating func endpointActivated() {
        if case .held(let due) = state { state = .scheduled(due: due) }
    }
}
