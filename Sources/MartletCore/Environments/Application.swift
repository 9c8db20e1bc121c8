/// One customer, or one customer's app.
public struct Application: Sendable, Hashable {
    public let id: ApplicationID
    public let environment: EnvironmentID
    /// The caller's own name for it, unique in the environment.
    public var uid: String?
    public var name: String
    public var metadata: [Metadata]
    /// Which of the links to its portal were taken back.
    public var portal: PortalAccess
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        id: ApplicationID, environment: EnvironmentID, uid: String?, name: String, metadata: [Metadata] = [],
        portal: PortalAccess = PortalAccess(), createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.uid = uid
        self.name = name
        self.metadata = metadata
        self.portal = portal
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One entry of the free text that a caller may hang on an application or endpoint; order is kept.
public struct Metadata: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
