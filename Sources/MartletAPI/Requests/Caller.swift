import HTTPTypes
import Hummingbird
import MartletService

/// Finds out who is asking: `Authorization: Bearer KEY` (RFC 6750, section 2.1).
struct Caller: Sendable {
    let keys: KeyService

    func principal(of request: Request) throws(ServiceError) -> Principal {
        try principal(authorization: request.headers[.authorization])
    }

    /// - Parameter header: the value of `Authorization`.
    func principal(authorization header: String?) throws(ServiceError) -> Principal {
        guard let header else {
            throw ServiceError(
                .unauthenticated, "missing_key", "Send your API key in the header `Authorization: Bearer KEY`.")
        }
        // By bytes: this is asked of every request, and characters take much longer to find.
        guard String(Substring(header.utf8.prefix(7))).isField("bearer ") else {
            throw ServiceError(
                .unauthenticated, "wrong_scheme",
                "The Authorization header has another scheme. Send `Authorization: Bearer KEY`.")
        }
        return try keys.principal(presenting: String(Substring(header.utf8.dropFirst(7))))
    }
}
