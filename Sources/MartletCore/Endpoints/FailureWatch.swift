/// Tells from an endpoint's outcomes when its owner is to be warned, and when it is to be taken out of service.
///
/// ```
///             failed                    failed, half of the rule          failed, the whole rule
///    well ─────────────► failing ────────────────────────► warned ──────────────────────────► disable
///      ▲                    │ succeeded                       │ succeeded: recovered
///      └────────────────────┴─────────────────────────────────┘
/// ```
///
/// It reads no clock, keeps no history and is small: what it goes by is an ``EndpointHealth``.
public struct FailureWatch: Sendable, Hashable {
    /// What is to be done after an outcome.
    public enum Verdict: Sendable, Hashable {
        /// Nothing.
        case none
        /// Tell the owner that the endpoint will be taken out of service: told once a run of failures.
        case warn
        /// Take the endpoint out of service. Told again with every failure that follows, until ``activated()``: whoever
        /// could not do it the first time is asked again.
        case disable
        /// Tell the owner, who was warned, that the endpoint is well again.
        case recovered
    }

    /// When a warning and the end are due.
    public var rule: FailureRule
    /// When the first failure since the last success was.
    public private(set) var failingSince: Timestamp?
    /// How many attempts have failed since the last success.
    public private(set) var failures = 0
    /// When the warning was given.
    public private(set) var warnedAt: Timestamp?
    /// When an attempt last succeeded.
    public private(set) var lastSuccessAt: Timestamp?

    /// Begins with an endpoint of which nothing is known.
    public init(_ rule: FailureRule = FailureRule()) { self.rule = rule }

    /// Goes on where a store says that an endpoint stood.
    public init(_ rule: FailureRule = FailureRule(), resuming health: EndpointHealth) {
        self.rule = rule
        failingSince = health.failingSince
        failures = health.failures
        warnedAt = health.warnedAt
        lastSuccessAt = health.lastSuccessAt
    }

    /// Whether the last attempt of which it was told failed.
    public var isFailing: Bool { failingSince != nil }

    /// When, failures permitting, the endpoint will be taken out of service; `nil` while it is not failing.
    public var disablesAt: Timestamp? { failingSince.map { $0 + rule.after } }

    /// An attempt was acknowledged.
    public mutating func attemptSucceeded(at now: Timestamp) -> Verdict {
        let wasWarned = warnedAt != nil
        activated()
        lastSuccessAt = max(lastSuccessAt ?? now, now)
        return wasWarned ? .recovered : .none
    }

    /// An attempt was refused, or had no answer.
    public mutating func attemptFailed(at now: Timestamp) -> Verdict {
        let since = failingSince ?? now
        failingSince = since
        failures += 1
        if rule.isFulfilled(since: since, failures: failures, at: now) { return .disable }
        guard warnedAt == nil, rule.warning.isFulfilled(since: since, failures: failures, at: now) else { return .none }
        warnedAt = now
        return .warn
    }

    /// The endpoint was put back into service by hand: what it failed before counts no more.
    public mutating func activated() {
        failingSince = nil
        failures = 0
        warnedAt = nil
    }

    /// What a store keeps of it.
    public func health(of endpoint: EndpointID, in environment: EnvironmentID) -> EndpointHealth {
        EndpointHealth(
            endpoint: endpoint, environment: environment, failingSince: failingSince, failures: failures,
            warnedAt: warnedAt, lastSuccessAt: lastSuccessAt)
    }
}
