import MartletCore
import NIOCore

/// One scheme, host and port as an event loop knows it: its vetted addresses and the connections kept alive to them.
final class Origin {
    /// What tells origins apart.
    struct Key: Hashable {
        let scheme: EndpointURL.Scheme
        let host: EndpointURL.Host
        let port: UInt16

        init(_ url: EndpointURL) {
            scheme = url.scheme
            host = url.host
            port = url.port
        }
    }

    let key: Key
    /// The `Host` header's value.
    let authority: String

    /// What the host resolved to, every one vetted, and until when that is believed.
    private(set) var addresses: [IPAddress] = []
    private var believedUntil = NIODeadline.uptimeNanoseconds(0)
    /// Whether a lookup is under way; those who wait for it.
    var isResolving = false
    var waiting: [Exchange] = []
    /// Unused connections, the last used last.
    var idle: [Connection] = []

    init(_ url: EndpointURL) {
        key = Key(url)
        authority = url.authority
    }

    /// The name that TLS sends and verifies; `nil` where the host is an address.
    var serverName: String? {
        if case .name(let name) = key.host { name } else { nil }
    }

    func isResolved(_ now: NIODeadline) -> Bool { now < believedUntil }

    func believe(_ addresses: [IPAddress], until: NIODeadline) {
        self.addresses = addresses
        believedUntil = until
    }

    /// Forgets the addresses, so that nothing is dialled or reused before another lookup.
    func forget() {
        addresses = []
        believedUntil = .uptimeNanoseconds(0)
    }
}
