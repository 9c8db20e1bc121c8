/// Why Martlet does not connect somewhere.
public struct EgressRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was refused, with what it takes to explain it.
    public enum Reason: Hashable, Sendable {
        /// The text is no URL of an endpoint.
        case url(EndpointURLError)
        /// Plain http where https is required.
        case plainHTTP
        /// A name that is never a receiver's.
        case name(String, SpecialName)
        /// A port that belongs to another protocol, and which.
        case port(UInt16, service: String)
        /// An address of a special range. With the name that resolved to it, or `nil` where it stands in the URL.
        case address(IPAddress, SpecialRange, of: String?)
        /// A name that resolved to nothing.
        case noAddress(of: String)
    }

    /// What was refused.
    public var reason: Reason

    /// Creates a refusal.
    public init(_ reason: Reason) {
        self.reason = reason
    }

    /// The stable code, for programs. It appears in API answers and never changes.
    public var code: String {
        switch reason {
        case .url(let error): error.code.rawValue
        case .plainHTTP: "plain_http"
        case .name: "forbidden_name"
        case .port: "forbidden_port"
        case .address: "forbidden_address"
        case .noAddress: "no_address"
        }
    }

    /// What was refused, by which rule, and how to mend it.
    public var message: String {
        switch reason {
        case .url(let error):
            return error.message
        case .plainHTTP:
            return "The URL begins with http://, but this environment requires https. "
                + "Give an https:// URL, or start with --no-require-https."
        case .name(let name, let entry):
            return "'\(name)' is \(entry.why)\(remedy(entry.access, "Give a public name"))"
        case .port(let port, let service):
            return "Port \(port) belongs to \(service), not to a web server. Use 443, or a port such as 8443."
        case .address(let address, let range, let name):
            let subject = name.map { "'\($0)' resolves to \(address), which" } ?? "\(address)"
            return
                "\(subject) is in \(range.block), \(range.use) (\(range.reference))\(remedy(range.access, range.why))"
        case .noAddress(let name):
            return "'\(name)' resolves to no address. Check the name and its DNS records."
        }
    }

    private func remedy(_ access: SpecialRange.Access, _ hint: String) -> String {
        switch access {
        case .privateNetwork: "; allow it with --allow-private-networks."
        case .never: ". \(hint)\(hint.hasSuffix(".") ? "" : ".")"
        }
    }

    /// The sentence.
    public var description: String { message }
}
