public import WebhookSigning

/// How requests from outside reach this service.
public struct InboundSettings: Sendable {
    /// The URL that others reach this server by: several senders sign it. Where it is not given, what a request's `Host`
    /// says counts.
    public var publicURL: String?
    /// The proxies that are believed when they say whom a request is from, by `X-Forwarded-For`.
    public var trustedProxies: [AddressRange]

    public init(publicURL: String? = nil, trustedProxies: [AddressRange] = []) {
        self.publicURL = publicURL
        self.trustedProxies = trustedProxies
    }

    /// The URL of a source.
    ///
    /// - Parameter origin: what stands in front where there is no public URL: `http://127.0.0.1:8080`.
    public func url(ofToken token: String, origin: String) -> String {
        "\(Self.trimmed(publicURL ?? origin))/in/\(token)"
    }

    /// The URL of a request as its sender wrote it.
    ///
    /// - Parameter target: the request's target: path and query.
    public func url(ofTarget target: String, origin: String) -> String {
        Self.trimmed(publicURL ?? origin) + target
    }

    private static func trimmed(_ url: String) -> Substring {
        url.hasSuffix("/") ? url.dropLast() : url[...]
    }

    /// Who sent a request.
    ///
    /// - Parameters:
    ///   - peer: who is at the other end of the connection; `nil` where that is not known.
    ///   - forwarded: the values of `X-Forwarded-For`, in order. Each proxy adds whom it was called by at the end, so the
    ///     last one that is no trusted proxy is the sender.
    public func sender(peer: String?, forwarded: [String]) -> String? {
        guard let peer, isTrusted(peer) else { return peer }
        var sender = peer
        for value in forwarded.reversed() {
            for hop in value.split(separator: ",").reversed() {
                let address = Self.address(of: String(hop).trimmingBlanks)
                sender = address
                guard isTrusted(address) else { return address }
            }
        }
        return sender
    }

    private func isTrusted(_ address: String) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// Some proxies write a port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func address(of hop: String) -> String {
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") { return String(hop[hop.index(after: hop.startIndex)..<end]) }
        guard hop.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1, let colon = hop.firstIndex(of: ":") else {
            return hop
        }
        return String(hop[..<colon])
    }
}
