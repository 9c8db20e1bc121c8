/// How an endpoint has been doing, as far as a restart must not forget: what ``FailureWatch`` goes by.
public struct EndpointHealth: Sendable, Hashable {
    public let endpoint: EndpointID
    public let environment: EnvironmentID
    /// When the first failure since the last success was; `nil` where there was none.
    public var failingSince: Timestamp?
    /// How many attempts have failed since the last success.
    public var failures: Int
    /// When the warning about these failures was given; `nil` where none was.
    public var warnedAt: Timestamp?
    /// When an attempt last succeeded; `nil` where none ever did.
    public var lastSuccessAt: Timestamp?

    public init(
        endpoint: EndpointID, environment: EnvironmentID, failingSince: Timestamp? = nil, failures: Int = 0,
        warnedAt: Timestamp? = nil, lastSuccessAt: Timestamp? = nil
    ) {
        self.endpoint = endpoint
        self.environment = environment
        self.failingSince = failingSince
        self.failures = failures
        self.warnedAt = warnedAt
        self.lastSuccessAt = lastSuccessAt
    }
}
