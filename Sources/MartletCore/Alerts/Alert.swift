/// A rule by which somebody is told that things go wrong, and how they are told.
public struct Alert: Sendable, Hashable {
    public let id: AlertID
    public let environment: EnvironmentID
    public var name: String
    public var rule: AlertRule
    public var scope: AlertScope
    /// Whether it is looked at.
    public var isActive: Bool
    /// Who is told by e-mail.
    public var emails: [String]
    /// Whether the endpoints that hear operational events are told.
    public var tellsEndpoints: Bool
    /// How long all must be well before it is cleared, unless it keeps coming back: see ``AlertStanding``.
    public var clearsAfter: Duration
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        id: AlertID, environment: EnvironmentID, name: String, rule: AlertRule, scope: AlertScope = .environment,
        isActive: Bool = true, emails: [String] = [], tellsEndpoints: Bool = true,
        clearsAfter: Duration = Alert.usualClearsAfter, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.rule = rule
        self.scope = scope
        self.isActive = isActive
        self.emails = emails
        self.tellsEndpoints = tellsEndpoints
        self.clearsAfter = clearsAfter
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// How long all must be well before an alert is cleared, where nobody says otherwise.
    public static let usualClearsAfter = Duration.seconds(300)
}

/// What an alert is about.
public enum AlertScope: Sendable, Hashable {
    case environment
    case application(ApplicationID)
    case endpoint(EndpointID)

    /// The application that it is about; `nil` where it is about something else.
    public var application: ApplicationID? {
        if case .application(let id) = self { id } else { nil }
    }

    /// The endpoint that it is about; `nil` where it is about something else.
    public var endpoint: EndpointID? {
        if case .endpoint(let id) = self { id } else { nil }
    }
}
