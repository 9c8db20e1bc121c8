public import MartletCore

/// What a dispatcher must know of an endpoint.
public struct LaneRules: Sendable, Hashable {
    public var isActive: Bool
    /// Whose it is: slots are shared out between applications.
    public var application: ApplicationID
    /// Where it stands, as `host:port`: the endpoints of one host share its retry budget. Another one is another receiver,
    /// of which nothing bad is known.
    public var host: String
    /// The endpoint's own bound on attempts in flight.
    public var maxInFlight: Int?
    public var rateLimit: RateLimit?
    /// Whether one node at a time delivers to it, where several share a store: it has an order or a rate limit.
    public var isExclusive: Bool
    /// Whether its deliveries go to whoever listens, and to nobody while none does.
    public var isListening: Bool
    public var success: SuccessRule
    public var retry: RetryPolicy

    public init(
        isActive: Bool, application: ApplicationID, host: String, maxInFlight: Int? = nil, rateLimit: RateLimit? = nil,
        isExclusive: Bool = false, isListening: Bool = false, success: SuccessRule, retry: RetryPolicy
    ) {
        self.isActive = isActive
        self.application = application
        self.host = host
        self.maxInFlight = maxInFlight
        self.rateLimit = rateLimit
        self.isExclusive = isExclusive
        self.isListening = isListening
        self.success = success
        self.retry = retry
    }
}
