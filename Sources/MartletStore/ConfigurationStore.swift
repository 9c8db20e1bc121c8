public import MartletCore

/// Keeps what rarely changes: environments, keys, profiles, applications, endpoints, sources, the catalogue.
public protocol ConfigurationStore: Sendable {
    /// Everything a service keeps in memory, as of one instant.
    func configuration() async throws(StoreError) -> Configuration

    /// Makes the changes in order, all or none, and durably. A `conflict` names what was in the way. Deleting what is
    /// not there changes nothing.
    func apply(_ changes: [ConfigurationChange]) async throws(StoreError)

    /// The applications of an environment, newest first.
    func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) async throws(StoreError) -> [Application]

    /// The endpoints of an environment, or of one of its applications, newest first. Deleted ones are left out.
    func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) async throws(StoreError) -> [Endpoint]

    /// The API keys of an environment, newest first.
    func keys(in environment: EnvironmentID, before cursor: KeyID?, limit: Int) async throws(StoreError) -> [APIKey]

    /// The catalogue of an environment by ``EventTypePosition``, newest first.
    func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) async throws(StoreError) -> [EventType]

    /// One entry of the catalogue.
    func eventType(_ name: String, in environment: EnvironmentID) async throws(StoreError) -> EventType?
}

/// Where an event type stands in a listing: by when it was made, then by name, both descending.
public struct EventTypePosition: Sendable, Hashable {
    public var createdAt: Timestamp
    public var name: String

    public init(createdAt: Timestamp, name: String) {
        self.createdAt = createdAt
        self.name = name
    }
}

/// What a service keeps in memory of a store's configuration.
public struct Configuration: Sendable {
    public var environments: [Environment] = []
    public var profiles: [CustomProfile] = []
    public var applications: [Application] = []
    /// Without the deleted ones.
    public var endpoints: [Endpoint] = []
    public var keys: [APIKey] = []
    /// Names alone: the rest of the catalogue is read when somebody looks at it.
    public var eventTypes: [EventTypeReference] = []
    public var sources: [Source] = []

    public init() {}
}

/// An entry of the catalogue by its name.
public struct EventTypeReference: Sendable, Hashable {
    public var environment: EnvironmentID
    public var name: String

    public init(environment: EnvironmentID, name: String) {
        self.environment = environment
        self.name = name
    }
}

/// A profile that an environment's users wrote themselves. The built-in ones are not stored.
public struct CustomProfile: Sendable, Hashable {
    public var environment: EnvironmentID
    public var profile: Profile
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(environment: EnvironmentID, profile: Profile, createdAt: Timestamp, updatedAt: Timestamp) {
        self.environment = environment
        self.profile = profile
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
