/// When an endpoint that fails is taken out of service: docs/endpoint-health.md.
public struct FailureRule: Sendable, Hashable {
    /// How long it must have failed without a success: 5 days.
    public var after: Duration
    /// How many attempts must have failed in that time: 10. Two attempts that lie far apart say too little.
    public var failures: Int

    public init(after: Duration = .seconds(5 * 86_400), failures: Int = 10) {
        self.after = after
        self.failures = failures
    }

    /// Half-way: when its owner is warned.
    var warning: FailureRule { FailureRule(after: after / 2, failures: max(1, failures / 2)) }

    /// Whether failures that began at `since` fulfil it.
    func isFulfilled(since: Timestamp, failures: Int, at now: Timestamp) -> Bool {
        failures >= self.failures && since + after <= now
    }
}
