/// An isolated world: its own keys, catalogue, applications, endpoints, sources and history.
public struct Environment: Sendable, Hashable {
    /// How payloads are carried.
    public enum PayloadForm: String, Sendable, CaseIterable {
        /// Put once in the form that `JSON.stringify` writes, so that receivers that re-serialise can verify.
        case stable
        /// Carried byte for byte as they came, once they are seen to be JSON.
        case verbatim
    }

    public let id: EnvironmentID
    /// `live`, `sandbox` or one's own: lower-case letters, digits and hyphens.
    public var name: String
    /// The name of the profile that its endpoints follow unless they name another.
    public var profile: String
    public var payloadForm: PayloadForm
    /// Whether endpoints must be `https`.
    public var requiresHTTPS: Bool
    /// The application that endpoints belong to when none is named.
    public var defaultApplication: ApplicationID
    public var retention: Retention
    public var pages: CustomerPages

    public init(
        id: EnvironmentID, name: String, profile: String, payloadForm: PayloadForm = .stable, requiresHTTPS: Bool,
        defaultApplication: ApplicationID, retention: Retention = Retention(),
        pages: CustomerPages = CustomerPages()
    ) {
        self.id = id
        self.name = name
        self.profile = profile
        self.payloadForm = payloadForm
        self.requiresHTTPS = requiresHTTPS
        self.defaultApplication = defaultApplication
        self.retention = retention
        self.pages = pages
    }
}
