/// What became of a request.
public enum Reception: Sendable, Hashable {
    /// It is the sender's, whole and fresh: an event.
    case accepted(Acceptance)

    /// It is no event but the sender's way of asking whether this URL is meant: send the answer and keep nothing.
    case answered(WebhookAnswer)

    /// It must not be trusted. The reason is for the receiver's owner; the caller is told 401 and nothing else.
    case refused(VerificationFailure)

    /// Why the request was refused; `nil` when it was not.
    public var failure: VerificationFailure? {
        if case .refused(let failure) = self { failure } else { nil }
    }

    /// What is known of the event; `nil` when the request is none.
    public var acceptance: Acceptance? {
        if case .accepted(let acceptance) = self { acceptance } else { nil }
    }
}
