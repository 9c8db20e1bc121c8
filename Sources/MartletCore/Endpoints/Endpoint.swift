/// A receiver's URL with its subscriptions, secret and settings. The API calls the collection `webhooks`.
public struct Endpoint: Sendable, Hashable {
    /// Why an endpoint gets no attempts.
    public enum Inactivity: String, Sendable {
        /// Its owner said so.
        case paused
        /// It answered 410 Gone.
        case gone
        /// It failed for days on end.
        case failing
    }

    public let id: EndpointID
    public let environment: EnvironmentID
    public let application: ApplicationID
    public var url: String
    /// What it subscribed to: names and patterns, see ``EventTypeName``.
    public var events: [String]
    /// `nil` while it is active.
    public var inactivity: Inactivity?
    public var description: String
    /// The profile's name, or `nil` to follow the environment's.
    public var profile: String?
    /// Headers of the owner's own that each request carries.
    public var headers: [HeaderField]
    /// The most attempts in flight at once, or `nil` for the service's own bound.
    public var maxInFlight: Int?
    /// These three stand in for the profile's where they are set.
    public var retry: RetryPolicy?
    public var timeout: Duration?
    public var success: SuccessRule?
    public var metadata: [Metadata]
    public var secrets: SealedSecrets
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public var isActive: Bool { inactivity == nil }

    public init(
        id: EndpointID, environment: EnvironmentID, application: ApplicationID, url: String, events: [String],
        inactivity: Inactivity? = nil, description: String = "", profile: String? = nil, headers: [HeaderField] = [],
        maxInFlight: Int? = nil, retry: RetryPolicy? = nil, timeout: Duration? = nil, success: SuccessRule? = nil,
        metadata: [Metadata] = [], secrets: SealedSecrets, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.url = url
        self.events = events
        self.inactivity = inactivity
        self.description = description
        self.profile = profile
        self.headers = headers
        self.maxInFlight = maxInFlight
        self.retry = retry
        self.timeout = timeout
        self.success = success
        self.metadata = metadata
        self.secrets = secrets
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One header of a request or response; names compare without regard to case.
public struct HeaderField: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
