import NIOSSL
import Synchronization

typealias TLSContext = NIOSSLContext

/// The TLS context of a sender, made when it is first needed: reading the system's certificates costs milliseconds and
/// megabytes, which a sender of plain http should not pay.
final class LazyTLSContext: Sendable {
    private let roots: TrustRoots
    private let made = Mutex<[Bool: NIOSSLContext]>([:])

    init(_ roots: TrustRoots) {
        self.roots = roots
    }

    /// The context for connections to `serverName`, or to an address.
    ///
    /// NIOSSL cannot match a name with an underscore, which hosts have though DNS names of old had not. There, and only
    /// there, its own check of the name is left out, and ``TLSFailure/nameMismatch(_:serverName:)`` is the only one.
    func get(for serverName: String?) throws -> NIOSSLContext {
        let verifiesName = serverName?.utf8.contains(UInt8(ascii: "_")) != true
        return try made.withLock { made in
            if let context = made[verifiesName] { return context }
            let context = try roots.makeContext(verifiesName: verifiesName)
            made[verifiesName] = context
            return context
        }
    }
}
