import NIOSSL
import Synchronization

typealias TLSContext = NIOSSLContext

/// The TLS context of a sender, made when it is first needed: reading the system's certificates costs milliseconds and
/// megabytes, which a sender of plain http should not pay.
final class LazyTLSContext: Sendable {
    private let roots: TrustRoots
    private let made = Mutex<NIOSSLContext?>(nil)

    init(_ roots: TrustRoots) {
        self.roots = roots
    }

    func get() throws -> NIOSSLContext {
        try made.withLock { made in
            if let made { return made }
            let context = try roots.makeContext()
            made = context
            return context
        }
    }
}
