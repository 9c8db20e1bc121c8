public import MartletCore

/// How an endpoint fares at this moment, as the engine of this process knows it.
public struct EndpointCondition: Sendable, Hashable {
    public var breaker: BreakerCondition
    /// Attempts under way.
    public var inFlight: Int
    /// How many attempts at once the receiver has shown it can bear.
    public var allowance: Int
    /// When the next attempt may start, where its rate limit or the ramp after a pause holds it back.
    public var pacedUntil: Timestamp?

    public init(breaker: BreakerCondition, inFlight: Int, allowance: Int, pacedUntil: Timestamp?) {
        self.breaker = breaker
        self.inFlight = inFlight
        self.allowance = allowance
        self.pacedUntil = pacedUntil
    }
}

/// The state of an endpoint's circuit breaker, and why.
public struct BreakerCondition: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// Attempts go out.
        case closed
        /// None does until the next probe.
        case open
        /// One probe is under way.
        case halfOpen = "half_open"
    }

    /// Why a breaker opened.
    public enum Reason: Sendable, Hashable, CustomStringConvertible {
        case failureRate(failed: Int, of: Int, window: Duration)
        case noAnswer(inARow: Int)

        public var description: String {
            switch self {
            case .failureRate(let failed, let total, let window):
                "\(failed) of \(total) attempts failed within \(window.text)."
            case .noAnswer(let count): "\(count) attempts in a row got no answer."
            }
        }
    }

    public var state: State
    public var reason: Reason?
    /// Since when it is not closed.
    public var since: Timestamp?
    /// When the next probe goes out, where one is waited for.
    public var nextProbe: Timestamp?

    public init(state: State, reason: Reason? = nil, since: Timestamp? = nil, nextProbe: Timestamp? = nil) {
        self.state = state
        self.reason = reason
        self.since = since
        self.nextProbe = nextProbe
    }
}
