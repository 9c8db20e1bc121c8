public import MartletCore
public import WebhookSigning

/// What a sender is answered. Why it is not believed is for the source's owner alone.
public enum InboundAnswer: Sendable {
    /// It is taken, or a handshake: this is what the sender expects.
    case answer(WebhookAnswer)
    /// No source has this URL, or it takes no requests.
    case notFound
    case unauthorised
    case limited(retryAfter: Duration)
    case tooLarge
    /// The source cannot judge or keep it now.
    case unavailable(ServiceError)
}

/// Whether a request's body is read, decided by what comes before it.
public enum InboundAdmission: Sendable {
    /// It is, up to so many bytes.
    case open(InboundVisit, limit: Int)
    case refused(InboundAnswer)
}

/// A request on its way in, admitted and not read yet.
public struct InboundVisit: Sendable {
    let inlet: Inlet
    var head: InboundHead
    let address: IPAddress?
    let receivedAt: Timestamp
    /// Whether it was made here, to try the source out.
    var isTest = false
}

/// What of a request comes before its body.
public struct InboundHead: Sendable {
    /// What its URL ends in.
    public var token: String
    public var method: String
    /// The whole URL as the sender wrote it.
    public var url: String
    /// Every header in order.
    public var headers: [HeaderField]
    /// The sender's address; `nil` where it is not known.
    public var address: String?
    /// How long the body is to be; `nil` where that is not said.
    public var length: Int?

    public init(
        token: String, method: String, url: String, headers: [HeaderField], address: String?, length: Int?
    ) {
        self.token = token
        self.method = method
        self.url = url
        self.headers = headers
        self.address = address
        self.length = length
    }
}
