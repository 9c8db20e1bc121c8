/// An API key as the service knows it: what it may do, and the hash of its text. The text itself is shown once and
/// kept nowhere.
public struct APIKey: Sendable, Hashable {
    /// What a key may do.
    public enum Role: String, Sendable, CaseIterable {
        /// Everything in its environment.
        case admin
        /// Create events, read event types.
        case publisher
        /// Everything about one application's own webhooks, deliveries and test events.
        case application
        /// Read, no secrets.
        case reader
    }

    public let id: KeyID
    public let environment: EnvironmentID
    public var name: String
    public let role: Role
    /// Set for, and only for, ``Role/application``.
    public let application: ApplicationID?
    /// SHA-256 of the key's text: 32 bytes.
    public let hash: [UInt8]
    /// The first characters of the text, by which a person tells keys apart: `mk_live_4f7a`.
    public let hint: String
    public let createdAt: Timestamp
    public var expiresAt: Timestamp?

    public init(
        id: KeyID, environment: EnvironmentID, name: String, role: Role, application: ApplicationID?, hash: [UInt8],
        hint: String, createdAt: Timestamp, expiresAt: Timestamp?
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.role = role
        self.application = application
        self.hash = hash
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
