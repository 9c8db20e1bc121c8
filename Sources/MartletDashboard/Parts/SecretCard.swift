import HTTPTypes
import MartletCore
import MartletService
import WebhookSigning

/// The card on a page that shows secrets and rotates them: a webhook's, or a source's.
extension Page {
    /// Shows the secret in force and, until `end` (Unix time, in seconds), the one before.
    mutating func reveal(_ current: SigningSecret?, previous: SigningSecret?, until end: Int64?, now: Timestamp) {
        view["secret"] = current?.revealed
        guard let previous, let end, end > now.seconds else { return }
        view["previous"] = previous.revealed
        view["previousUntil"] = Timestamp(milliseconds: end * 1000).rfc3339
    }

    /// Says on the card why a rotation was refused.
    mutating func refuseSecret(for error: ServiceError) {
        status = .unprocessableContent
        view["secretError"] = error.fields.map(\.message).joined(separator: " ")
    }
}

extension Query {
    /// For how long a rotated secret counts, as the card's form asks; `nil` where it is left open.
    func overlap() throws(ServiceError) -> Duration? {
        guard let text = text("overlap") else { return nil }
        guard let overlap = Duration(text: text) else {
            throw .invalid("overlap", "Give a duration such as 2h or 1d; 0s ends the old secret at once.")
        }
        return overlap
    }
}
