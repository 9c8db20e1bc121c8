internal import Crypto
internal import CryptoExtras

extension SigningSecret {
    /// Makes a shared secret: `whsec_` and the base64 of random bytes.
    ///
    /// - Parameters:
    ///   - generator: The source of randomness. Only a cryptographically secure one makes a secret.
    ///   - byteCount: The length of the key, 24 to 64 bytes.
    public static func generate(
        using generator: inout some RandomNumberGenerator, byteCount: Int = 32
    ) -> SigningSecret {
        precondition(keyByteCounts.contains(byteCount), "A key has 24 to 64 bytes.")
        return SigningSecret(unchecked: sharedPrefix + Base64.encode(randomBytes(byteCount, using: &generator)))
    }

    /// Makes a shared secret from the system's randomness.
    ///
    /// - Parameter byteCount: The length of the key, 24 to 64 bytes.
    public static func generate(byteCount: Int = 32) -> SigningSecret {
        var generator = SystemRandomNumberGenerator()
        return generate(using: &generator, byteCount: byteCount)
    }

    /// Makes a private key for ``SignatureProfile/standardEd25519``: `whsk_` and the base64 of seed and public key. Its
    /// ``publicKey()`` is what receivers get.
    ///
    /// - Parameter generator: The source of randomness. Only a cryptographically secure one makes a secret.
    public static func generateEd25519(using generator: inout some RandomNumberGenerator) -> SigningSecret {
        let seed = randomBytes(32, using: &generator)
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            preconditionFailure("Every 32 bytes are an Ed25519 seed (RFC 8032 section 5.1.5).")
        }
        return SigningSecret(
            unchecked: privateKeyPrefix + Base64.encode(seed + [UInt8](key.publicKey.rawRepresentation)))
    }

    /// Makes a private key for ``SignatureProfile/standardEd25519`` from the system's randomness.
    public static func generateEd25519() -> SigningSecret {
        var generator = SystemRandomNumberGenerator()
        return generateEd25519(using: &generator)
    }

    /// Makes a secret that signs and verifies a preset's requests, from the system's randomness; for a preset of key pairs a
    /// private key, which has its public half in it.
    ///
    /// - Returns: `nil` where the preset takes no secret.
    public static func generate(for preset: WebhookPreset) -> SigningSecret? {
        guard preset.needsSecret else { return nil }
        switch preset.checks.lazy.compactMap(\.asymmetricAlgorithm).first {
        case .ed25519: return generateEd25519()
        case .ecdsaP256: return SigningSecret(unchecked: P256.Signing.PrivateKey().pemRepresentation)
        case .ecdsaP384: return SigningSecret(unchecked: P384.Signing.PrivateKey().pemRepresentation)
        case .rsaPKCS1, .rsaPSS:
            return (try? _RSA.Signing.PrivateKey(keySize: .bits2048)).map {
                SigningSecret(unchecked: $0.pemRepresentation)
            }
        case .hmac, nil: return shared(for: preset)
        }
    }

    /// Some senders' keys are written in a way of their own.
    private static func shared(for preset: WebhookPreset) -> SigningSecret {
        var generator = SystemRandomNumberGenerator()
        let bytes = randomBytes(32, using: &generator)
        let hex = String(decoding: bytes.flatMap { [Hex.digit($0 >> 4), Hex.digit($0 & 15)] }, as: UTF8.self)
        if preset.checks.contains(where: { $0 == .basic }) { return SigningSecret(unchecked: "webhook:\(hex)") }
        switch preset.checks.lazy.compactMap(\.keyDerivation).first {
        case .base64: return SigningSecret(unchecked: Base64.encode(bytes))
        case .base64AfterPrefix(let prefix): return SigningSecret(unchecked: prefix + Base64.encode(bytes))
        case .hex, .utf8, nil: return SigningSecret(unchecked: hex)
        }
    }

    /// The `whpk_…` that belongs to this `whsk_…` key; itself when it is a public key already.
    ///
    /// - Throws: ``SigningSecretError`` when this is no Ed25519 key.
    public func publicKey() throws(SigningSecretError) -> SigningSecret {
        let key = try Ed25519Key(self)
        return SigningSecret(
            unchecked: Self.publicKeyPrefix + Base64.encode([UInt8](key.publicKey.rawRepresentation)))
    }

    private static func randomBytes(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count { bytes.append(UInt8.random(in: .min ... .max, using: &generator)) }
        return bytes
    }
}
