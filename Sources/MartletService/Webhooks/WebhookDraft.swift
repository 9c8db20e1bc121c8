public import MartletCore

/// What a caller wants of a webhook. A field left out (`nil`) stays as it is, or takes its default; where a field can be
/// taken back, its `.some(nil)` does that.
public struct WebhookDraft: Sendable {
    public var url: String?
    public var events: [String]?
    /// The id of the source whose events alone it is to get.
    public var source: String??
    public var secret: String?
    public var active: Bool?
    public var description: String?
    /// An application's id or uid; can be given when the webhook is made only.
    public var application: String?
    public var profile: String??
    public var headers: [HeaderField]?
    public var maxInFlight: Int??
    public var filter: PayloadFilter??
    public var rateLimit: RateLimit??
    public var isOrdered: Bool?
    public var retry: RetryPolicy??
    public var timeout: Duration??
    public var success: SuccessRule??
    public var metadata: [Metadata]?

    public init() {}
}
