internal import Crypto
internal import CryptoExtras

/// The side of a key pair that verifies, with the side that signs where it is known.
enum KeyPair: Sendable {
    case ed25519(Ed25519Key)
    case p256(P256.Signing.PublicKey, private: P256.Signing.PrivateKey?, isDER: Bool)
    case p384(P384.Signing.PublicKey, private: P384.Signing.PrivateKey?)
    case rsa(_RSA.Signing.PublicKey, private: _RSA.Signing.PrivateKey?, isPSS: Bool)

    /// Reads a key as senders show it: PEM (RFC 7468), the base64 of DER alone, a certificate; for Ed25519 the 32 bytes
    /// of a public key in hex or base64 too, and the keys of Standard Webhooks.
    init(_ secret: SigningSecret, _ algorithm: SignatureAlgorithm) throws(SigningSecretError) {
        let text = KeyText(secret.revealed)
        switch algorithm {
        case .ed25519: self = try Self.ed25519(secret, text)
        case .ecdsaP256(let isDER): self = try Self.p256(text, algorithm, isDER: isDER)
        case .ecdsaP384: self = try Self.p384(text, algorithm)
        case .rsaPKCS1: self = try Self.rsa(text, algorithm, isPSS: false)
        case .rsaPSS: self = try Self.rsa(text, algorithm, isPSS: true)
        case .hmac: throw SigningSecretError(.notAKey(algorithm))
        }
    }

    /// Whether `signature` is right for `message`.
    func isRight(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch self {
        case .ed25519(let key):
            return key.publicKey.isValidSignature(signature, for: message)
        case .p256(let key, _, let isDER):
            let read =
                isDER
                ? try? P256.Signing.ECDSASignature(derRepresentation: signature)
                : try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            return read.map { key.isValidSignature($0, for: message) } ?? false
        case .p384(let key, _):
            guard let read = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(read, for: message)
        case .rsa(let key, _, let isPSS):
            let read = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return isPSS
                ? key.isValidSignature(read, for: SHA512.hash(data: message), padding: .PSS)
                : key.isValidSignature(read, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        }
    }

    /// The signature of `message`.
    ///
    /// - Throws: ``WebhookSigningError`` when only the verifying side is known.
    func signature(for message: [UInt8]) throws(WebhookSigningError) -> [UInt8] {
        let signature: [UInt8]?
        switch self {
        case .ed25519(let key):
            return try key.signature(for: message)
        case .p256(_, let key, let isDER):
            signature = key.flatMap { try? $0.signature(for: message) }
                .map { isDER ? Array($0.derRepresentation) : Array($0.rawRepresentation) }
        case .p384(_, let key):
            signature = key.flatMap { try? $0.signature(for: message) }.map { Array($0.rawRepresentation) }
        case .rsa(_, let key, let isPSS):
            signature =
                key.flatMap { key in
                    isPSS
                        ? try? key.signature(for: SHA512.hash(data: message), padding: .PSS)
                        : try? key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
                }
                .map { Array($0.rawRepresentation) }
        }
        guard let signature else { throw WebhookSigningError(.keyCannotSign) }
        return signature
    }

    private static func ed25519(_ secret: SigningSecret, _ text: KeyText) throws(SigningSecretError) -> KeyPair {
        if secret.revealed.hasPrefix(SigningSecret.privateKeyPrefix)
            || secret.revealed.hasPrefix(SigningSecret.publicKeyPrefix)
        {
            return .ed25519(try Ed25519Key(secret))
        }
        let raw = Hex.decode(secret.revealed.utf8) ?? text.der
        // RFC 8410 sections 4 and 7: nothing but the key itself varies in either form.
        let publicHead: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        let privateHead: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        if let raw, raw.count == 48, raw.starts(with: privateHead),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw.suffix(32))
        {
            return .ed25519(Ed25519Key(privateKey: key, publicKey: key.publicKey))
        }
        guard let raw, raw.count == 32 || raw.count == 44 && raw.starts(with: publicHead),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw.suffix(32))
        else { throw SigningSecretError(.notAKey(.ed25519)) }
        return .ed25519(Ed25519Key(privateKey: nil, publicKey: key))
    }

    private static func p256(
        _ text: KeyText, _ algorithm: SignatureAlgorithm, isDER: Bool
    ) throws(SigningSecretError) -> KeyPair {
        guard let der = text.der else { throw SigningSecretError(.notAKey(algorithm)) }
        if let key = try? P256.Signing.PublicKey(derRepresentation: der) {
            return .p256(key, private: nil, isDER: isDER)
        }
        guard let key = try? P256.Signing.PrivateKey(derRepresentation: der) else {
            throw SigningSecretError(.notAKey(algorithm))
        }
        return .p256(key.publicKey, private: key, isDER: isDER)
    }

    private static func p384(
        _ text: KeyText, _ algorithm: SignatureAlgorithm
    ) throws(SigningSecretError) -> KeyPair {
        guard let der = text.der else { throw SigningSecretError(.notAKey(algorithm)) }
        if let key = try? P384.Signing.PublicKey(derRepresentation: der) { return .p384(key, private: nil) }
        guard let key = try? P384.Signing.PrivateKey(derRepresentation: der) else {
            throw SigningSecretError(.notAKey(algorithm))
        }
        return .p384(key.publicKey, private: key)
    }

    private static func rsa(
        _ text: KeyText, _ algorithm: SignatureAlgorithm, isPSS: Bool
    ) throws(SigningSecretError) -> KeyPair {
        guard let der = text.der else { throw SigningSecretError(.notAKey(algorithm)) }
        if let key = try? _RSA.Signing.PublicKey(derRepresentation: der) {
            return .rsa(key, private: nil, isPSS: isPSS)
        }
        guard let key = try? _RSA.Signing.PrivateKey(derRepresentation: der) else {
            throw SigningSecretError(.notAKey(algorithm))
        }
        return .rsa(key.publicKey, private: key, isPSS: isPSS)
    }
}
