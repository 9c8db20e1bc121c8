/// Where inbound webhooks enter: verifies them and turns each into an event.
public struct Source: Sendable, Hashable {
    public let id: SourceID
    public let environment: EnvironmentID
    /// The one application that its events are meant for, or `nil` for every endpoint in the environment that subscribed.
    public var application: ApplicationID?
    public var name: String
    public var description: String
    /// Whether it takes requests.
    public var isActive: Bool
    /// What its URL ends in. Whoever knows it may send, though not be believed.
    public var token: SourceToken
    public var preset: PresetChoice
    /// What requests are verified with; `nil` where the preset takes no secret.
    public var secrets: SealedSecrets?
    /// How far timestamps may lie from the clock, or `nil` for the preset's own tolerance.
    public var tolerance: Duration?
    /// Where requests may come from, in CIDR notation; anywhere when empty.
    public var addresses: [String]
    public var limits: SourceLimits
    /// How events get their type.
    public var typing: EventTyping
    /// For how long the sender's id of an event makes a second arrival a duplicate; zero for never.
    public var duplicateWindow: Duration
    /// Headers of the request that deliveries carry on, by name and in lower case, besides its content type.
    public var keptHeaders: [String]
    public var metadata: [Metadata]
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    /// A day: senders go on for hours, and few for longer.
    public static let defaultDuplicateWindow = Duration.seconds(86_400)

    public init(
        id: SourceID, environment: EnvironmentID, application: ApplicationID? = nil, name: String,
        description: String = "", isActive: Bool = true, token: SourceToken, preset: PresetChoice,
        secrets: SealedSecrets? = nil, tolerance: Duration? = nil, addresses: [String] = [],
        limits: SourceLimits = SourceLimits(), typing: EventTyping = EventTyping(),
        duplicateWindow: Duration = Source.defaultDuplicateWindow, keptHeaders: [String] = [],
        metadata: [Metadata] = [], createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.name = name
        self.description = description
        self.isActive = isActive
        self.token = token
        self.preset = preset
        self.secrets = secrets
        self.tolerance = tolerance
        self.addresses = addresses
        self.limits = limits
        self.typing = typing
        self.duplicateWindow = duplicateWindow
        self.keptHeaders = keptHeaders
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether an event that carries the sender's id of an earlier one is that one again.
    ///
    /// - Parameters:
    ///   - first: When the earlier one was accepted.
    ///   - now: When this one arrived.
    public func repeats(first: Timestamp, at now: Timestamp) -> Bool {
        now.since(first) < duplicateWindow
    }
}
