/// Where a request has the secret itself.
public enum TokenPlace: Sendable, Hashable {
    /// The value of a header, after fixed text.
    case header(String, prefix: String)
    /// `Authorization: Bearer …` (RFC 6750 section 2.1).
    case bearer
    /// A parameter of the URL's query. Such secrets end up in logs: better than nothing, and no better.
    case query(String)
    /// A string in the payload.
    case payload(JSONPointer)

    /// Where the secret stands, for people.
    public var name: String {
        switch self {
        case .header(let name, let prefix): prefix.isEmpty ? "header \(name)" : "header \(name) after \"\(prefix)\""
        case .bearer: "header Authorization after \"Bearer \""
        case .query(let name): "query parameter \(name)"
        case .payload(let pointer): "\(pointer) in the payload"
        }
    }
}
