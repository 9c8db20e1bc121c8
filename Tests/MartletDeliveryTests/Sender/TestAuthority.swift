import Crypto
import Foundation
import MartletCore
import NIOSSL

@testable import MartletDelivery

/// A certificate authority for tests: P-256 keys and just as much of X.509 (RFC 5280) as receivers show.
struct TestAuthority {
    /// What a certificate is to say.
    struct Wish {
        var commonName = "receiver"
        var names: [String] = []
        var addresses: [String] = []
        var notBefore = "20200101000000Z"
        var notAfter = "21200101000000Z"
        /// Whether it is signed by its own key, as one's own subject.
        var isSelfSigned = false
    }

    private let key = P256.Signing.PrivateKey()
    private let name: String
    /// Its own certificate.
    let certificate: [UInt8]

    init(named name: String = "Test Authority") {
        self.name = name
        let basicConstraints = DER.sequence(
            DER.object([0x55, 0x1D, 0x13]), DER.element(0x01, [0xFF]),
            DER.element(0x04, DER.sequence(DER.element(0x01, [0xFF]))))
        certificate = Self.certificate(
            subject: name, issuer: name, key: key.publicKey, signedBy: key, notBefore: "20200101000000Z",
            notAfter: "21200101000000Z", extensions: basicConstraints)
    }

    /// What a sender that trusts this authority alone is given.
    var roots: TrustRoots {
        get throws { try TrustRoots(pem: Array(Self.pem(certificate).utf8), besidesSystem: false) }
    }

    /// A certificate, as DER, with its key.
    func issue(_ wish: Wish) -> (der: [UInt8], key: P256.Signing.PrivateKey) {
        let leaf = P256.Signing.PrivateKey()
        let names =
            wish.names.map { DER.element(0x82, Array($0.utf8)) }
            + wish.addresses.map { DER.element(0x87, IPAddress($0)?.bytes ?? []) }
        let alternatives = DER.sequence(
            DER.object([0x55, 0x1D, 0x11]), DER.element(0x04, DER.element(0x30, names.flatMap(\.self))))
        let der = Self.certificate(
            subject: wish.commonName, issuer: wish.isSelfSigned ? wish.commonName : name, key: leaf.publicKey,
            signedBy: wish.isSelfSigned ? leaf : key, notBefore: wish.notBefore, notAfter: wish.notAfter,
            extensions: names.isEmpty ? [] : alternatives)
        return (der, leaf)
    }

    /// What a receiver with such a certificate serves TLS with.
    func context(_ wish: Wish, maximum: TLSVersion? = nil) throws -> NIOSSLContext {
        let (der, key) = issue(wish)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)))
        configuration.maximumTLSVersion = maximum
        configuration.minimumTLSVersion = .tlsv1
        return try NIOSSLContext(configuration: configuration)
    }

    static func pem(_ der: [UInt8]) -> String {
        let base64 = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
    }

    private static func certificate(
        subject: String, issuer: String, key: P256.Signing.PublicKey, signedBy signer: P256.Signing.PrivateKey,
        notBefore: String, notAfter: String, extensions: [UInt8]
    ) -> [UInt8] {
        let ecdsaWithSHA256 = DER.sequence(DER.object([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]))
        let serial = [0x01] + (0..<8).map { _ in UInt8.random(in: 0...255) }
        let body = DER.sequence(
            DER.element(0xA0, DER.element(0x02, [2])), DER.element(0x02, serial), ecdsaWithSHA256, DER.name(issuer),
            DER.sequence(DER.element(0x18, Array(notBefore.utf8)), DER.element(0x18, Array(notAfter.utf8))),
            DER.name(subject), Array(key.derRepresentation),
            extensions.isEmpty ? [] : DER.element(0xA3, DER.sequence(extensions)))
        // P-256 keys sign whatever they are given; only a broken random source could stop them.
        let signature = (try? signer.signature(for: body))?.derRepresentation ?? Data()
        return DER.sequence(body, ecdsaWithSHA256, DER.element(0x03, [0] + Array(signature)))
    }
}

/// Writes DER.
enum DER {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)]
            : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        return [tag] + length + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap(\.self)) }

    static func object(_ identifier: [UInt8]) -> [UInt8] { element(0x06, identifier) }

    static func name(_ commonName: String) -> [UInt8] {
        sequence(element(0x31, sequence(object([0x55, 0x04, 0x03]), element(0x0C, Array(commonName.utf8)))))
    }
}
