internal import Crypto

/// One side or both of a Standard Webhooks key pair (RFC 8032).
struct Ed25519Key: Sendable {
    /// The side that signs; `nil` for a `whpk_` key.
    let privateKey: Curve25519.Signing.PrivateKey?
    /// The side that verifies.
    let publicKey: Curve25519.Signing.PublicKey

    init(privateKey: Curve25519.Signing.PrivateKey?, publicKey: Curve25519.Signing.PublicKey) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    /// Reads `whsk_` and the base64 of a seed (32 bytes) or of seed and public key (64), or `whpk_` and that of a
    /// public key (32).
    init(_ secret: SigningSecret) throws(SigningSecretError) {
        let text = secret.revealed
        if text.hasPrefix(SigningSecret.privateKeyPrefix) {
            let bytes = try Self.bytes(of: text, after: SigningSecret.privateKeyPrefix)
            guard bytes.count == 32 || bytes.count == 64,
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.prefix(32))
            else { throw SigningSecretError(.privateKeyLength(bytes.count)) }
            guard bytes.count == 32 || key.publicKey.rawRepresentation.elementsEqual(bytes.suffix(32)) else {
                throw SigningSecretError(.mismatchedKeyPair)
            }
            privateKey = key
            publicKey = key.publicKey
        } else if text.hasPrefix(SigningSecret.publicKeyPrefix) {
            let bytes = try Self.bytes(of: text, after: SigningSecret.publicKeyPrefix)
            guard bytes.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
                throw SigningSecretError(.publicKeyLength(bytes.count))
            }
            privateKey = nil
            publicKey = key
        } else {
            throw SigningSecretError(.notAKeyPair)
        }
    }

    /// The 64 bytes of a signature.
    func signature(for message: [UInt8]) throws(WebhookSigningError) -> [UInt8] {
        guard let privateKey, let signature = try? privateKey.signature(for: message) else {
            throw WebhookSigningError(.keyCannotSign)
        }
        return [UInt8](signature)
    }

    private static func bytes(of text: String, after prefix: String) throws(SigningSecretError) -> [UInt8] {
        let encoded = text.utf8.dropFirst(prefix.utf8.count)
        guard !encoded.isEmpty else { throw SigningSecretError(.nothingAfter(prefix)) }
        guard let bytes = Base64.decode(encoded) else { throw SigningSecretError(.notBase64(after: prefix)) }
        return bytes
    }
}
