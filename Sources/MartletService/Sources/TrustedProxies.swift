public import WebhookSigning

/// The proxies that are believed when they say whom a request is from, by `X-Forwarded-For`.
public struct TrustedProxies: Sendable {
    public var ranges: [AddressRange]

    public init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

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

    private func isTrusted(_ address: String) -> Bool { ranges.contains { $0.contains(address) } }

    /// Some proxies write a port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func address(of hop: String) -> String {
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") {
            return String(hop[hop.index(after: hop.startIndex)..<end])
        }
        guard hop.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1, let colon = hop.firstIndex(of: ":") else {
            return hop
        }
        return String(hop[..<colon])
    }
}
