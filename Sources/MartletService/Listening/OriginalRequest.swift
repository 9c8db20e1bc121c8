public import MartletCore

/// The request by which an event came in, as far as it can be made once more at another place: what whoever listens to a
/// source is handed.
public struct OriginalRequest: Sendable, Hashable {
    /// The sender's headers in their order, but those that belong to its connection (RFC 9110 sections 7.2, 7.6.1 and 8.6).
    public let headers: [HeaderField]
    /// The same as people may see them: what is a secret is masked.
    public let shown: [HeaderField]
    /// What stood behind the path of its URL after the `?`; `nil` where nothing did.
    public let query: String?

    /// Each request's own: where it goes, how its body is framed, how its connection goes on.
    private static let connectionHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
        "proxy-authorization", "proxy-authenticate", "proxy-connection",
    ]

    init(_ request: InboundRequest) {
        let whole = request.headers.whole
        var dropped = Self.connectionHeaders
        for header in whole where header.name.lowercased() == "connection" {
            for name in header.value.split(separator: ",") {
                dropped.insert(String(name).trimmingBlanks.lowercased())
            }
        }
        headers = whole.filter { !dropped.contains($0.name.lowercased()) }
        shown = request.headers.shown.filter { !dropped.contains($0.name.lowercased()) }
        let url = request.url.whole
        query = url.firstIndex(of: "?").map { String(url[url.index(after: $0)...]) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the sender used the name of a header.
    public func has(_ name: String) -> Bool {
        let name = name.lowercased()
        return headers.contains { $0.name.lowercased() == name }
    }
}
