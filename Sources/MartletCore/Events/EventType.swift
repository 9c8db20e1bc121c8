/// An entry of the catalogue: what a subscriber reads before subscribing.
public struct EventType: Sendable, Hashable {
    public let environment: EnvironmentID
    /// A dotted name: `property.created`. See ``EventTypeName``.
    public let name: String
    public var description: String
    /// The heading it stands under: `Property Events`.
    public var group: String?
    /// A JSON Schema (2020-12) of the payload, as JSON text.
    public var schema: String?
    /// A full example payload, as JSON text: what a test event carries unless told otherwise.
    public var example: String?
    /// No longer offered to new subscribers.
    public var isArchived: Bool
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        environment: EnvironmentID, name: String, description: String, group: String? = nil, schema: String? = nil,
        example: String? = nil, isArchived: Bool = false, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.environment = environment
        self.name = name
        self.description = description
        self.group = group
        self.schema = schema
        self.example = example
        self.isArchived = isArchived
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
