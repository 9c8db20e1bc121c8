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
    /// The source whose events alone it gets, whether or not that is still there; `nil` for those of every origin.
    public var source: SourceID?
    /// `nil` while it is active. ``deactivate(_:at:)`` and ``activate(at:)`` move it.
    public private(set) var inactivity: Inactivity?
    /// When it last became inactive, though it may be active again; `nil` where it was active all along.
    public private(set) var deactivatedAt: Timestamp?
    /// When it last became active again; `nil` while it is inactive, and where it was active all along.
    public private(set) var reactivatedAt: Timestamp?
    public var description: String
    /// The profile's name, or `nil` to follow the environment's.
    public var profile: String?
    /// Headers of the owner's own that each request carries.
    public var headers: [HeaderField]
    /// The most attempts in flight at once, or `nil` for the service's own bound.
    public var maxInFlight: Int?
    /// Which of the events that it subscribed to it wants, by their payloads; `nil` for all of them.
    public var filter: PayloadFilter?
    /// How many attempts it takes in how long, or `nil` for no limit of its own.
    public var rateLimit: RateLimit?
    /// Whether its events come one at a time, in the order accepted: each event with an ordering key behind those of
    /// the same key alone, those without one behind each other.
    public var isOrdered: Bool
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
        source: SourceID? = nil, inactivity: Inactivity? = nil, deactivatedAt: Timestamp? = nil,
        reactivatedAt: Timestamp? = nil, description: String = "", profile: String? = nil, headers: [HeaderField] = [],
        maxInFlight: Int? = nil,
        filter: PayloadFilter? = nil, rateLimit: RateLimit? = nil, isOrdered: Bool = false, retry: RetryPolicy? = nil,
        timeout: Duration? = nil, success: SuccessRule? = nil, metadata: [Metadata] = [], secrets: SealedSecrets,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.url = url
        self.events = events
        self.source = source
        self.inactivity = inactivity
        self.deactivatedAt = deactivatedAt
        self.reactivatedAt = reactivatedAt
        self.description = description
        self.profile = profile
        self.headers = headers
        self.maxInFlight = maxInFlight
        self.filter = filter
        self.rateLimit = rateLimit
        self.isOrdered = isOrdered
        self.retry = retry
        self.timeout = timeout
        self.success = success
        self.metadata = metadata
        self.secrets = secrets
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

extension Endpoint {
    /// A time during which nothing was published to the endpoint.
    public struct Gap: Sendable, Hashable {
        public let since: Timestamp
        public let until: Timestamp
    }

    /// The last time it was inactive, once that is over: what was published meanwhile can be recovered.
    public var lastGap: Gap? {
        guard let deactivatedAt, let reactivatedAt else { return nil }
        return Gap(since: deactivatedAt, until: reactivatedAt)
    }

    /// Takes it out of service. One that is inactive already keeps its reason, and when that began.
    public mutating func deactivate(_ reason: Inactivity, at now: Timestamp) {
        guard isActive else { return }
        inactivity = reason
        deactivatedAt = now
        reactivatedAt = nil
    }

    /// Puts it back in service.
    ///
    /// - Returns: the gap that this ends; `nil` where it was active, or where nobody noted when it ceased to be.
    @discardableResult
    public mutating func activate(at now: Timestamp) -> Gap? {
        guard !isActive else { return nil }
        inactivity = nil
        guard let deactivatedAt else { return nil }
        // A clock that was set back in between makes no gap that ends before it begins.
        reactivatedAt = max(now, deactivatedAt)
        return lastGap
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
