/// Where Martlet may connect: the guard of every URL that is saved and every address that is dialled.
///
/// A URL is vetted when it is saved (``vet(_:)-(String)``), and at each attempt the addresses that its name resolved to
/// (``vet(addresses:of:)``), one of which is then dialled itself, so that DNS cannot change its mind in between.
/// Redirects are another URL and are not followed, so there is nothing to vet.
public struct EgressPolicy: Hashable, Sendable {
    /// Whether private, loopback, link-local and shared addresses and the names of such networks are allowed. Metadata
    /// services, multicast, reserved and translated addresses are not even then.
    public var allowsPrivateNetworks: Bool
    /// Whether plain http is refused.
    public var requiresHTTPS: Bool
    /// Addresses that are allowed whatever range they are in.
    public var allowedBlocks: [AddressBlock]
    /// Ports that are refused.
    public var refusedPorts: Set<UInt16>

    /// Creates a policy; the strictest without arguments.
    public init(
        allowsPrivateNetworks: Bool = false, requiresHTTPS: Bool = true, allowedBlocks: [AddressBlock] = [],
        refusedPorts: Set<UInt16> = ServicePorts.all
    ) {
        self.allowsPrivateNetworks = allowsPrivateNetworks
        self.requiresHTTPS = requiresHTTPS
        self.allowedBlocks = allowedBlocks
        self.refusedPorts = refusedPorts
    }

    /// What becomes of a connection to an address.
    public enum Verdict: Hashable, Sendable {
        /// It may be dialled.
        case allow
        /// It may not, since it is in this range.
        case refuse(SpecialRange)
    }

    /// Judges one address.
    public func verdict(for address: IPAddress) -> Verdict {
        guard let range = SpecialRange.containing(address) else { return .allow }
        if allowsPrivateNetworks && range.access == .privateNetwork { return .allow }
        return allowedBlocks.contains { $0.contains(address) } ? .allow : .refuse(range)
    }

    /// Parses and judges a URL as far as that is possible without resolving its name.
    ///
    /// - Throws: ``EgressRefusal`` with the first rule that it breaks.
    public func vet(_ text: String) throws(EgressRefusal) -> EndpointURL {
        let url: EndpointURL
        do {
            url = try EndpointURL(parsing: text)
        } catch {
            throw EgressRefusal(.url(error))
        }
        try vet(url)
        return url
    }

    /// Judges a URL as far as that is possible without resolving its name.
    public func vet(_ url: EndpointURL) throws(EgressRefusal) {
        if requiresHTTPS && url.scheme == .http { throw EgressRefusal(.plainHTTP) }
        switch url.host {
        case .name(let name):
            if let entry = SpecialName.matching(name), !(allowsPrivateNetworks && entry.access == .privateNetwork) {
                throw EgressRefusal(.name(name, entry))
            }
        case .address(let address):
            if case .refuse(let range) = verdict(for: address) {
                throw EgressRefusal(.address(address, range, of: nil))
            }
        }
        if refusedPorts.contains(url.port) {
            throw EgressRefusal(.port(url.port, service: ServicePorts.service(on: url.port) ?? "another service"))
        }
    }

    /// Judges everything that a name resolved to. One bad address refuses them all: a name that answers with a public
    /// and a private address is an attack or a mistake, and neither should depend on which is dialled first.
    public func vet(addresses: [IPAddress], of name: String) throws(EgressRefusal) {
        guard !addresses.isEmpty else { throw EgressRefusal(.noAddress(of: name)) }
        for address in addresses {
            if case .refuse(let range) = verdict(for: address) {
                throw EgressRefusal(.address(address, range, of: name))
            }
        }
    }
}
