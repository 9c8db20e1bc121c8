extension AttemptOutcome {
    /// What came of the attempt, in a sentence or two for people.
    public func sentence(success: SuccessRule) -> String {
        switch result {
        case .failure(let failure): return failure.message
        case .response(let response):
            switch AttemptVerdict(self, success: success) {
            case .acknowledged: return "The receiver acknowledged it with \(response.status)."
            case .gone: return "The receiver answered 410: it is gone for good."
            case .refused:
                if (300..<400).contains(response.status) {
                    return "The receiver answered \(response.status), a redirect. Redirects are never followed: "
                        + "register the URL that it leads to."
                }
                return "The receiver answered \(response.status); \(success.sentence) acknowledges."
            }
        }
    }
}

extension SuccessRule {
    /// The statuses that acknowledge, as part of a sentence: `a status from 200 to 299`.
    public var sentence: String {
        switch self {
        case .any2xx: "a status from 200 to 299"
        case .statuses(let statuses): "only \(statuses.sorted().map(String.init).joined(separator: " or "))"
        }
    }
}

extension DeliveryState {
    /// Why it stands as it does, where that is not plain: a stable code, and a sentence for people.
    public var reason: (code: String, message: String)? {
        switch self {
        case .scheduled, .inFlight, .succeeded: nil
        case .held: ("held", "The webhook is not active; the delivery goes on once it is.")
        case .failed(_, .exhausted): ("exhausted", "The retry schedule has run out.")
        case .failed(_, .gone): ("gone", "The receiver answered 410 Gone, which ends the delivery.")
        case .failed(_, .single): ("single", "A test event is tried once.")
        case .cancelled(_, .requested): ("requested", "It was cancelled by request.")
        case .cancelled(_, .endpointDeleted): ("endpoint_deleted", "Its webhook was deleted.")
        }
    }
}
