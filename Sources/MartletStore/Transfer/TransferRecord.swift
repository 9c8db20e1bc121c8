public import MartletCore

/// One thing that a store holds, on its way into another store.
public enum TransferRecord: Sendable {
    case setting(name: String, value: [UInt8])
    case environment(Environment)
    case profile(CustomProfile)
    case application(Application)
    /// What stays of an application that was deleted, and how far its erasure is where one was asked for.
    case deletedApplication(DeletedApplication)
    case endpoint(Endpoint)
    /// What stays of an endpoint that was deleted: deliveries refer to it.
    case deletedEndpoint(DeletedEndpoint)
    case eventType(EventType)
    case key(APIKey)
    case answer(StoredAnswer)
    case operationalEvent(OperationalEvent)
    case job(Job)
    case hour(EndpointHour)
    case health(EndpointHealth)
    case event(Event)
    /// With all of its attempts, the first one first.
    case delivery(Delivery, attempts: [Attempt])
    case source(Source)
    case request(StoredRequest)
    case environmentHour(EnvironmentHour)
    case alert(StandingAlert)
    case incident(Incident)
    case mail(AlertMail)
}

/// An application that was deleted.
public struct DeletedApplication: Sendable, Hashable {
    public var id: ApplicationID
    public var environment: EnvironmentID
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var deletedAt: Timestamp
    /// One that is not finished begins again in the other store.
    public var erasure: Erasure?

    public init(
        id: ApplicationID, environment: EnvironmentID, createdAt: Timestamp, updatedAt: Timestamp,
        deletedAt: Timestamp, erasure: Erasure?
    ) {
        self.id = id
        self.environment = environment
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        self.erasure = erasure
    }
}

/// An endpoint that was deleted.
public struct DeletedEndpoint: Sendable, Hashable {
    public var id: EndpointID
    public var environment: EnvironmentID
    public var application: ApplicationID
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var deletedAt: Timestamp

    public init(
        id: EndpointID, environment: EnvironmentID, application: ApplicationID, createdAt: Timestamp,
        updatedAt: Timestamp, deletedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
    }
}

/// What a store remembers under an `Idempotency-Key`.
public struct StoredAnswer: Sendable, Hashable {
    /// What came of the request.
    public enum Content: Sendable, Hashable {
        /// Nothing that is known: it was cut short.
        case reserved
        /// This answer, encrypted.
        case answered([UInt8])
        /// These events.
        case published([EventID])
    }

    public var stamp: IdempotencyStamp
    public var content: Content

    public init(stamp: IdempotencyStamp, content: Content) {
        self.stamp = stamp
        self.content = content
    }
}
