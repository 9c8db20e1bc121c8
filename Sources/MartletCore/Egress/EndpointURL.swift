/// An endpoint's URL, parsed so strictly that no two parsers could read different hosts from it.
///
/// It is RFC 3986 without what a webhook has no use for: other schemes than http and https, credentials, fragments,
/// percent-encoded or non-ASCII hosts, addresses in other than canonical form. Nothing is repaired: what WHATWG's
/// parser would mend silently is refused with a sentence that says what to write.
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    /// The longest URL, in bytes.
    public static let longest = 2048

    /// `http` or `https`.
    public enum Scheme: String, Hashable, Sendable {
        /// Plain text.
        case http
        /// TLS.
        case https

        /// 80 or 443.
        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// Where to connect.
    public enum Host: Hashable, Sendable, CustomStringConvertible {
        /// A DNS name: ASCII, lower-case, without a trailing dot.
        case name(String)
        /// An address.
        case address(IPAddress)

        /// The name, or the address without brackets: what is resolved, and what TLS verifies.
        public var description: String {
            switch self {
            case .name(let name): name
            case .address(let address): address.description
            }
        }
    }

    /// The scheme.
    public let scheme: Scheme
    /// The host.
    public let host: Host
    /// The port, the scheme's default where none is written.
    public let port: UInt16
    /// Path and query as they are sent in the request line. Begins with `/`.
    public let target: String

    /// The value of the `Host` header (RFC 9110 section 7.2): the port only where it is not the default, IPv6 in
    /// brackets.
    public var authority: String {
        let name =
            switch host {
            case .address(let address) where address.family == .v6: "[\(address)]"
            default: host.description
            }
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    /// The canonical text. Parsing it gives an equal URL.
    public var description: String { "\(scheme.rawValue)://\(authority)\(target)" }

    /// The URL with more behind its query; `nil` where that could not stand in a request line (RFC 9112 section 3.2).
    ///
    /// - Parameter query: what follows the `?`, as it was sent.
    public func appending(query: String) -> EndpointURL? {
        guard query.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { return nil }
        let separator =
            if let last = target.utf8.last, last == UInt8(ascii: "?") || last == UInt8(ascii: "&") { "" } else {
                target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
            }
        return EndpointURL(scheme: scheme, host: host, port: port, target: target + separator + query)
    }

    init(scheme: Scheme, host: Host, port: UInt16, target: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
    }
}
