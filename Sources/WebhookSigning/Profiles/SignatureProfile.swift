/// How one sender's signatures look: plain data, from which a ``WebhookSigner`` or a ``WebhookVerifier`` is made.
///
/// The built-in profiles are static members (``standard``, ``sharmo`` …). One's own is checked by ``validate()``, which
/// the signer and the verifier also do when they are made.
public struct SignatureProfile: Sendable, Hashable {
    /// What is signed, and how the headers are laid out.
    public var scheme: SignatureScheme

    /// The header that carries the signature. Written as spelt here, found whatever its case.
    public var signatureHeader: String

    /// The header that carries the timestamp in Unix seconds. Needed by `timestamp-body` and the Standard Webhooks
    /// schemes; `t-v1` carries the timestamp in its signature header and `body` signs none.
    public var timestampHeader: String?

    /// The header that carries the message's id. Needed by the Standard Webhooks schemes, which sign it; with the
    /// others it is sent along unsigned.
    public var idHeader: String?

    /// Fixed text in front of the encoded signature, `sha256=` for one. Only for `body` and `timestamp-body`.
    public var prefix: String

    /// The hash under the HMAC. Ed25519 brings its own, so `standard-ed25519` ignores this.
    public var hash: SignatureHash

    /// How the signature is written.
    public var encoding: SignatureEncoding

    /// How a secret becomes a key. Keys of `standard-ed25519` are always base64 after `whsk_` or `whpk_`.
    public var keyDerivation: KeyDerivation

    /// How far a delivery's timestamp may lie from the receiver's clock, either way. Exactly this far still passes.
    public var tolerance: Duration

    /// Five minutes, the tolerance of Standard Webhooks and of Stripe.
    public static let defaultTolerance = Duration.seconds(300)

    /// Describes a profile. Nothing is checked here: see ``validate()``.
    ///
    /// - Parameters:
    ///   - scheme: What is signed, and how the headers are laid out.
    ///   - signatureHeader: The header of the signature.
    ///   - timestampHeader: The header of the timestamp, where the scheme needs one.
    ///   - idHeader: The header of the message's id, where the scheme needs one.
    ///   - prefix: Text in front of the encoded signature.
    ///   - hash: The hash under the HMAC.
    ///   - encoding: How the signature is written.
    ///   - keyDerivation: How a secret becomes a key.
    ///   - tolerance: How far the timestamp may lie from the receiver's clock, either way.
    public init(
        scheme: SignatureScheme,
        signatureHeader: String,
        timestampHeader: String? = nil,
        idHeader: String? = nil,
        prefix: String = "",
        hash: SignatureHash = .sha256,
        encoding: SignatureEncoding = .hex,
        keyDerivation: KeyDerivation = .utf8,
        tolerance: Duration = SignatureProfile.defaultTolerance
    ) {
        self.scheme = scheme
        self.signatureHeader = signatureHeader
        self.timestampHeader = timestampHeader
        self.idHeader = idHeader
        self.prefix = prefix
        self.hash = hash
        self.encoding = encoding
        self.keyDerivation = keyDerivation
        self.tolerance = tolerance
    }

    /// The length of a signature before it is encoded, in bytes.
    var signatureByteCount: Int {
        scheme == .standardEd25519 ? 64 : hash.byteCount
    }

    /// The number of characters of an encoded signature, without prefix or version.
    var signatureCharacterCount: Int {
        encoding.characterCount(forByteCount: signatureByteCount)
    }

    /// The text in front of an encoded signature: the profile's prefix, or the version that the scheme writes.
    var signatureLead: String {
        switch scheme {
        case .body, .timestampBody: prefix
        case .tV1: "v1="
        case .standard: "v1,"
        case .standardEd25519: "v1a,"
        }
    }
}
