public import MartletCore

/// What a caller wants of a source. A field left out (`nil`) stays as it is, or takes its default; where a field can be taken
/// back, its `.some(nil)` does that.
public struct SourceDraft: Sendable {
    public var name: String?
    public var description: String?
    public var active: Bool?
    /// An application's id or uid.
    public var application: String??
    public var preset: String?
    /// The preset's parameters, all of them. A secret one that is given as it is shown stays as it is.
    public var parameters: [String: String]?
    public var secret: String?
    /// Whether to make a secret, for senders that are told theirs.
    public var generatesSecret: Bool?
    public var tolerance: Duration??
    public var addresses: [String]?
    public var rateLimit: RateLimit??
    public var rateLimitPerAddress: RateLimit??
    /// In bytes.
    public var maxBodySize: Int?
    public var typePrefix: String?
    public var fallbackType: String?
    public var duplicateWindow: Duration?
    public var keptHeaders: [String]?
    public var metadata: [Metadata]?

    public init() {}
}
