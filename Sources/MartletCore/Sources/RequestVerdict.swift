public import WebhookSigning

/// What became of one inbound request, and what its caller was answered.
public enum RequestVerdict: Sendable, Hashable {
    /// It became an event.
    case accepted(EventID)
    /// It brought an event that was there already.
    case duplicate(of: EventID)
    /// It was a handshake and got its answer, of this status.
    case answered(status: Int)
    /// It was not believed. Code and reason are for the source's owner.
    case refused(code: String, reason: String)
    /// It came too soon after others, of the source or of its own address.
    case limited(InboundLimiter.Scope, retryAfter: Duration)
    /// Its body was larger than the source takes.
    case tooLarge(limit: Int)
    /// The source takes no requests.
    case inactive

    /// Not believed, for a receiver's reason.
    public static func refused(_ failure: VerificationFailure) -> RequestVerdict {
        .refused(code: failure.code, reason: failure.description)
    }

    /// The stable name that the API and the store use.
    public var name: String {
        switch self {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .answered: "answered"
        case .refused: "refused"
        case .limited: "limited"
        case .tooLarge: "too_large"
        case .inactive: "inactive"
        }
    }

    /// The status that the caller got. Nobody who is not believed is told why.
    public var status: Int {
        switch self {
        case .accepted, .duplicate: 200
        case .answered(let status): status
        case .refused: 401
        case .limited: 429
        case .tooLarge: 413
        case .inactive: 404
        }
    }

    /// The reason in a sentence, for the source's owner.
    public var reason: String {
        switch self {
        case .accepted: "Accepted."
        case .duplicate(let event): "The sender sent it before: it is \(event), and was not repeated."
        case .answered: "The sender asked whether this URL is meant, and was answered."
        case .refused(_, let reason): reason
        case .limited(.source, _): "The source's rate limit was reached."
        case .limited(.address, _): "The rate limit of one address was reached."
        case .tooLarge(let limit): "The body has more than the \(limit) bytes that the source takes."
        case .inactive: "The source takes no requests: it is switched off."
        }
    }
}
