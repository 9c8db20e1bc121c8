internal import Crypto

/// What verifies a signature: a keyed hash or a public key.
enum VerificationKey: Sendable {
    case hash(KeyedHash)
    case pair(Ed25519Key)

    init(_ secret: SigningSecret, profile: SignatureProfile) throws(SigningSecretError) {
        if profile.scheme == .standardEd25519 {
            self = .pair(try Ed25519Key(secret))
        } else {
            self = .hash(KeyedHash(profile.hash, key: try secret.hmacKey(for: profile, anyLength: true)))
        }
    }

    /// Whether any of `signatures` is right for `head ‖ body`. Every one is compared, in constant time.
    func matches(_ signatures: [[UInt8]], head: [UInt8], body: UnsafeRawBufferPointer) -> Bool {
        guard !signatures.isEmpty else { return false }
        var found = false
        switch self {
        case .hash(let keyed):
            head.withUnsafeBytes { head in
                keyed.withCode(head: head, body: body) { code in
                    for signature in signatures {
                        let isEqual = signature.withUnsafeBytes { constantTimeEquals($0, code) }
                        found = isEqual || found
                    }
                }
            }
        case .pair(let pair):
            let message = head + body
            for signature in signatures {
                let isRight = pair.publicKey.isValidSignature(signature, for: message)
                found = isRight || found
            }
        }
        return found
    }
}
