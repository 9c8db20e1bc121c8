/// The text of a signing secret as its owner knows it: `whsec_…`, a `whsk_…` or `whpk_…` key, or a string of one's own.
///
/// Describing, reflecting or dumping it gives "redacted"; only ``revealed`` gives the text.
public struct SigningSecret: Sendable {
    /// The secret itself. For storing it and for showing it to its owner; never for a log.
    public let revealed: String

    /// The longest text that is accepted, in UTF-8 bytes.
    public static let longestText = 512

    /// In front of a shared secret of Standard Webhooks.
    public static let sharedPrefix = "whsec_"
    /// In front of a private key of Standard Webhooks.
    public static let privateKeyPrefix = "whsk_"
    /// In front of a public key of Standard Webhooks.
    public static let publicKeyPrefix = "whpk_"

    /// The lengths that Standard Webhooks allows for a shared key, in bytes.
    public static let keyByteCounts = 24...64

    /// Takes a text that may serve as a secret under some profile.
    ///
    /// - Throws: ``SigningSecretError`` when it is empty, longer than ``longestText``, begins or ends with a space, or
    ///   has control or invisible characters: each is what a slip in copying leaves behind.
    public init(_ text: String) throws(SigningSecretError) {
        guard !text.isEmpty else { throw SigningSecretError(.empty) }
        let length = text.utf8.count
        guard length <= Self.longestText else { throw SigningSecretError(.tooLong(length)) }
        var offset = 0
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                throw SigningSecretError(.invisibleCharacter(scalar.value, offset: offset))
            default:
                offset += UTF8.width(scalar)
            }
        }
        let scalars = text.unicodeScalars
        guard scalars.first?.properties.isWhitespace == false, scalars.last?.properties.isWhitespace == false else {
            throw SigningSecretError(.surroundingSpace)
        }
        revealed = text
    }

    /// Takes a text that a profile can sign with.
    ///
    /// - Throws: ``SigningSecretError`` for what ``init(_:)`` and ``validate(for:)`` refuse.
    public init(_ text: String, for profile: SignatureProfile) throws(SigningSecretError) {
        try self.init(text)
        try validate(for: profile)
    }

    /// Takes a text that a preset's requests are verified or signed with. Where that is a key of a pair it may have
    /// lines, as PEM does, and up to ``longestKey`` bytes.
    ///
    /// - Throws: ``SigningSecretError`` for what ``init(_:)`` refuses, and for what is no key where one is due.
    public init(_ text: String, for preset: WebhookPreset) throws(SigningSecretError) {
        let algorithms = preset.checks.compactMap(\.asymmetricAlgorithm)
        guard let algorithm = algorithms.first else {
            try self.init(text)
            return
        }
        guard text.utf8.count <= Self.longestKey else { throw SigningSecretError(.tooLong(text.utf8.count)) }
        self.init(unchecked: text)
        _ = try KeyPair(self, algorithm)
    }

    /// Takes a text back from where it was kept after one of the other initialisers had passed it.
    public init(kept text: String) { self.init(unchecked: text) }

    /// The longest text of a key of a pair that is accepted, in bytes. A certificate has some two thousand.
    public static let longestKey = 8192

    /// Checks that a profile can make a key of this secret that is fit to sign with. A ``WebhookVerifier`` takes shared
    /// keys of any length besides: its owner did not choose them.
    ///
    /// - Throws: ``SigningSecretError`` naming what does not fit and how to mend it, never the secret.
    public func validate(for profile: SignatureProfile) throws(SigningSecretError) {
        if profile.scheme == .standardEd25519 {
            _ = try Ed25519Key(self)
        } else {
            _ = try hmacKey(for: profile.keyDerivation)
        }
    }

    /// A copy with memory of its own for a text that has passed ``init(_:)``'s checks by how it was made.
    init(unchecked text: String) {
        revealed = text
    }

    /// The key of an HMAC.
    ///
    /// - Parameter anyLength: Whether a shared key may be shorter or longer than Standard Webhooks allows. A receiver
    ///   did not choose it, and Svix's own documentation has one of 18 bytes.
    func hmacKey(
        for derivation: KeyDerivation, anyLength: Bool = false
    ) throws(SigningSecretError) -> [UInt8] {
        switch derivation {
        case .utf8:
            return Array(revealed.utf8)
        case .hex:
            guard let key = Hex.decode(revealed.utf8) else { throw SigningSecretError(.notHex) }
            return key
        case .base64:
            guard let key = Base64.decode(revealed.utf8) else { throw SigningSecretError(.notBase64(after: nil)) }
            guard !key.isEmpty else { throw SigningSecretError(.nothingAfter(nil)) }
            return key
        case .base64AfterPrefix(let prefix):
            let encoded = revealed.hasPrefix(prefix) ? revealed.utf8.dropFirst(prefix.utf8.count) : revealed.utf8[...]
            guard !encoded.isEmpty else { throw SigningSecretError(.nothingAfter(prefix)) }
            guard let key = Base64.decode(encoded) else {
                let isKeyPair = revealed.hasPrefix(Self.privateKeyPrefix) || revealed.hasPrefix(Self.publicKeyPrefix)
                throw SigningSecretError(isKeyPair ? .keyPairForSharedSecret : .notBase64(after: prefix))
            }
            // Other senders' prefixes follow their own rules; the lengths are those of Standard Webhooks.
            guard anyLength || prefix != Self.sharedPrefix || Self.keyByteCounts.contains(key.count) else {
                throw SigningSecretError(.keyLength(key.count))
            }
            return key
        }
    }

    /// The key of the `webhook-signature` that a delivery carries beside its profile's own; `nil` unless this is
    /// `whsec_` and the base64 of a key that Standard Webhooks allows.
    var standardKey: [UInt8]? {
        guard revealed.hasPrefix(Self.sharedPrefix),
            let key = Base64.decode(revealed.utf8.dropFirst(Self.sharedPrefix.utf8.count)),
            Self.keyByteCounts.contains(key.count)
        else { return nil }
        return key
    }
}

// Compared as the bytes that they are keyed with: `String` takes two spellings of é for one. In constant time, because
// one side may be what a caller sent.
extension SigningSecret: Hashable {
    public static func == (left: SigningSecret, right: SigningSecret) -> Bool {
        let left = Array(left.revealed.utf8)
        let right = Array(right.revealed.utf8)
        return left.withUnsafeBytes { left in right.withUnsafeBytes { right in constantTimeEquals(left, right) } }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in revealed.utf8 { hasher.combine(byte) }
    }
}

extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// "redacted".
    public var description: String { "redacted" }
    /// "redacted".
    public var debugDescription: String { "redacted" }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
