/// What an attempt's outcome means for its delivery.
public enum AttemptVerdict: Sendable, Hashable {
    /// The receiver has it.
    case acknowledged
    /// It does not; where it said when to come back, that is kept.
    case refused(retryAfter: RetryAfter?)
    /// 410: there is no such receiver any more, and the endpoint is to be deactivated.
    case gone

    /// Judges `outcome` by `success`. `Retry-After` counts on 429 and 503 alone (RFC 9110, section 10.2.3). A status
    /// that the rule accepts acknowledges, whatever it is.
    public init(_ outcome: AttemptOutcome, success: SuccessRule) {
        guard case .response(let response) = outcome.result else {
            self = .refused(retryAfter: nil)
            return
        }
        if success.accepts(response.status) {
            self = .acknowledged
        } else if response.status == 410 {
            self = .gone
        } else if response.status == 429 || response.status == 503 {
            let value = response.headers.first { $0.name.lowercased() == "retry-after" }?.value
            self = .refused(retryAfter: value.flatMap(RetryAfter.init))
        } else {
            self = .refused(retryAfter: nil)
        }
    }
}
