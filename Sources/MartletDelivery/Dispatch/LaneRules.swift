public import MartletCore

/// What a dispatcher must know of an endpoint.
public struct LaneRules: Sendable, Hashable {
    public var isActive: Bool
    /// The endpoint's own bound on attempts in flight.
    public var maxInFlight: Int?
    public var success: SuccessRule
    public var retry: RetryPolicy

    public init(isActive: Bool, maxInFlight: Int?, success: SuccessRule, retry: RetryPolicy) {
        self.isActive = isActive
        self.maxInFlight = maxInFlight
        self.success = success
        self.retry = retry
    }
}
