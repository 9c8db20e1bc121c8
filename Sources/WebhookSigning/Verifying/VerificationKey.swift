/// What verifies a signature: a keyed hash or a public key.
enum VerificationKey: Sendable {
    case hash(KeyedHash)
    case pair(KeyPair)

    init(
        _ secret: SigningSecret, _ algorithm: SignatureAlgorithm, _ derivation: KeyDerivation
    ) throws(SigningSecretError) {
        if case .hmac(let hash) = algorithm {
            self = .hash(KeyedHash(hash, key: try secret.hmacKey(for: derivation, anyLength: true)))
        } else {
            self = .pair(try KeyPair(secret, algorithm))
        }
    }

    /// Whether any of `signatures` is right for the message. Every one is compared, in constant time.
    func matches(_ signatures: [[UInt8]], _ message: SignedMessage) -> Bool {
        guard !signatures.isEmpty else { return false }
        var found = false
        switch self {
        case .hash(let keyed):
            message.head.withUnsafeBytes { head in
                message.tail.withUnsafeBytes { tail in
                    keyed.withCode(head: head, body: message.body, tail: tail) { code in
                        for signature in signatures {
                            let isEqual = signature.withUnsafeBytes { constantTimeEquals($0, code) }
                            found = isEqual || found
                        }
                    }
                }
            }
        case .pair(let pair):
            let bytes = message.bytes
            for signature in signatures {
                let isRight = pair.isRight(signature, for: bytes)
                found = isRight || found
            }
        }
        return found
    }

    /// The signature of a message.
    ///
    /// - Throws: ``WebhookSigningError`` when the key only verifies.
    func signature(of message: SignedMessage) throws(WebhookSigningError) -> [UInt8] {
        switch self {
        case .hash(let keyed): keyed.code(of: message)
        case .pair(let pair): try pair.signature(for: message.bytes)
        }
    }
}
