import NIOCore
import NIOSSL

/// The authorities whose certificates a ``Sender`` trusts.
public struct TrustRoots: Sendable {
    let includesSystem: Bool
    let added: [NIOSSLCertificate]

    /// The system's store, as Debian keeps it in `/etc/ssl/certs`.
    public static let system = TrustRoots(includesSystem: true, added: [])

    private init(includesSystem: Bool, added: [NIOSSLCertificate]) {
        self.includesSystem = includesSystem
        self.added = added
    }

    /// The certificates of a PEM text, beside the system's store or instead of it.
    ///
    /// - Throws: What NIOSSL says of text that is no PEM.
    public init(pem: [UInt8], besidesSystem: Bool = true) throws {
        self.init(includesSystem: besidesSystem, added: try NIOSSLCertificate.fromPEMBytes(pem))
    }

    /// What TLS connections are made with: TLS 1.2 or later, the chain verified, and the name where `verifiesName`.
    func makeContext(verifiesName: Bool) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = verifiesName ? .fullVerification : .noHostnameVerification
        configuration.applicationProtocols = ["http/1.1"]
        // How long an idle connection that is closed waits for the peer's goodbye.
        configuration.shutdownTimeout = .seconds(1)
        if includesSystem {
            configuration.additionalTrustRoots = added.isEmpty ? [] : [.certificates(added)]
        } else {
            configuration.trustRoots = .certificates(added)
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
