public import WebhookSigning

/// One inbound HTTP request as a source received it, accepted or refused.
public struct InboundRequest: Sendable, Hashable {
    public let id: RequestID
    public let source: SourceID
    public let environment: EnvironmentID
    public let receivedAt: Timestamp
    public let method: String
    /// As the sender wrote it.
    public let url: MaskedURL
    /// Who sent it; `nil` where that is not known.
    public let address: IPAddress?
    public let headers: MaskedHeaders
    /// As it arrived; empty once it was dropped for its age, and where it was refused for its size.
    public let body: [UInt8]
    /// The sender's own id of the event, where it passed and has one.
    public let sentID: String?
    /// The sender's own name for what happened, likewise.
    public let sentType: String?
    /// How it was judged last: verified again, it may have another verdict than its caller was told.
    public var verdict: RequestVerdict

    public init(
        id: RequestID, source: SourceID, environment: EnvironmentID, receivedAt: Timestamp, method: String,
        url: MaskedURL, address: IPAddress?, headers: MaskedHeaders, body: [UInt8], sentID: String? = nil,
        sentType: String? = nil, verdict: RequestVerdict
    ) {
        self.id = id
        self.source = source
        self.environment = environment
        self.receivedAt = receivedAt
        self.method = method
        self.url = url
        self.address = address
        self.headers = headers
        self.body = body
        self.sentID = sentID
        self.sentType = sentType
        self.verdict = verdict
    }

    /// The request as a receiver judges it, whole.
    public var received: WebhookRequest {
        WebhookRequest(
            method: method, url: url.whole, headers: headers.whole.map { ($0.name, $0.value) }, body: body,
            remoteAddress: address?.description)
    }
}
