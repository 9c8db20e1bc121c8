/// Why a text cannot serve as a secret, and how to mend it. It never repeats the text.
public struct SigningSecretError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case empty
        case tooLong(Int)
        case invisibleCharacter(UInt32, offset: Int)
        case surroundingSpace
        case notHex
        case notBase64(after: String?)
        case nothingAfter(String?)
        case keyLength(Int)
        case keyPairForSharedSecret
        case notAKeyPair
        case privateKeyLength(Int)
        case publicKeyLength(Int)
        case mismatchedKeyPair
        case publicKeyCannotSign
        case notAKey(SignatureAlgorithm)
        case notCredentials
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// A stable name for programs, such as `secret_not_base64`.
    public var code: String {
        switch kind {
        case .empty: "secret_empty"
        case .tooLong: "secret_too_long"
        case .invisibleCharacter: "secret_invisible_character"
        case .surroundingSpace: "secret_surrounding_space"
        case .notHex: "secret_not_hex"
        case .notBase64: "secret_not_base64"
        case .nothingAfter: "secret_key_missing"
        case .keyLength, .privateKeyLength, .publicKeyLength: "secret_key_length"
        case .keyPairForSharedSecret: "secret_is_key_pair"
        case .notAKeyPair: "secret_not_key_pair"
        case .mismatchedKeyPair: "secret_key_pair_mismatch"
        case .publicKeyCannotSign: "secret_is_public_key"
        case .notAKey: "secret_not_a_key"
        case .notCredentials: "secret_not_credentials"
        }
    }

    /// What is wrong with the secret and how to mend it, in a sentence or two.
    public var description: String {
        switch kind {
        case .empty:
            "The secret is empty. Leave it out to have one made, or give one."
        case .tooLong(let length):
            "The secret has \(length) bytes; at most \(SigningSecret.longestText) are accepted, \(SigningSecret.longestKey) of a key "
                + "in PEM."
        case .invisibleCharacter(let scalar, let offset):
            "The secret has the invisible character \(Self.name(ofScalar: scalar)) at byte \(offset), often a trace of "
                + "copying. Remove it."
        case .surroundingSpace:
            "The secret begins or ends with a space. Remove it."
        case .notHex:
            "The secret is not hexadecimal: it needs an even number of the digits 0-9 and a-f."
        case .notBase64(let prefix):
            "The secret is not padded base64\(Self.place(after: prefix)): it needs the characters A-Z, a-z, 0-9, + and "
                + "/, with = at the end to fill a multiple of four."
        case .nothingAfter(let prefix):
            "The secret has no key\(Self.place(after: prefix))."
        case .keyLength(let count):
            "The secret holds a key of \(count) bytes; Standard Webhooks needs 24 to 64, which are 32 to 88 characters "
                + "of base64 after whsec_."
        case .keyPairForSharedSecret:
            "The secret is a whsk_ or whpk_ key, which only scheme standard-ed25519 uses. Give a whsec_ secret, or "
                + "change the scheme."
        case .notAKeyPair:
            "Scheme standard-ed25519 signs with a whsk_ key and verifies with a whpk_ key; this secret is neither."
        case .privateKeyLength(let count):
            "A whsk_ key holds a 32-byte seed, or 64 bytes with its public key; this one holds \(count)."
        case .publicKeyLength(let count):
            "A whpk_ key holds 32 bytes; this one holds \(count)."
        case .mismatchedKeyPair:
            "The second half of the whsk_ key is not the public key of its first half. Copy the key afresh, or give "
                + "the 32-byte seed alone."
        case .publicKeyCannotSign:
            "A whpk_ key only verifies. Give the whsk_ key to sign."
        case .notAKey(let algorithm):
            "The secret is not a key for \(algorithm.name). Give the sender's public key as it is shown: PEM, or base64 "
                + "on one line\(algorithm == .ed25519 ? ", or 64 digits of hex" : "")."
        case .notCredentials:
            "The secret of basic authentication is user:password; this one has no colon."
        }
    }

    private static func place(after prefix: String?) -> String {
        prefix.map { " after \($0)" } ?? ""
    }

    private static func name(ofScalar scalar: UInt32) -> String {
        let digits = String(scalar, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
