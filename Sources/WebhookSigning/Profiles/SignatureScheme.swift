/// What a signature is computed over, and how it is laid out in the headers of a delivery.
///
/// The raw value is the name used in configuration and over the API.
public enum SignatureScheme: String, Sendable, Hashable, CaseIterable {
    /// The body alone: `HMAC(body)` in one header.
    case body

    /// The timestamp directly followed by the body, `HMAC(timestamp ‖ body)`, with the timestamp in a header of its
    /// own.
    case timestampBody = "timestamp-body"

    /// One header `t=TIMESTAMP,v1=SIGNATURE` over `TIMESTAMP.BODY`, as Stripe and others write it.
    case tV1 = "t-v1"

    /// Standard Webhooks, symmetric: `v1,SIGNATURE` over `ID.TIMESTAMP.BODY` with HMAC-SHA256.
    case standard

    /// Standard Webhooks, asymmetric: `v1a,SIGNATURE` over `ID.TIMESTAMP.BODY` with Ed25519.
    case standardEd25519 = "standard-ed25519"

    /// Whether one delivery can carry the signatures of several secrets, so that old and new overlap in a rotation.
    ///
    /// Receivers of the other schemes read exactly one signature; the guides' own samples do.
    public var carriesSeveralSignatures: Bool {
        switch self {
        case .standard, .standardEd25519: true
        case .body, .timestampBody, .tV1: false
        }
    }

    /// Whether the timestamp is under the signature, so that a receiver can refuse a stale delivery.
    public var signsTimestamp: Bool { self != .body }

    /// Whether the id of the message is under the signature.
    public var signsID: Bool { carriesSeveralSignatures }

    /// The form of the bytes that this scheme signs.
    public var signedContent: SignedContent {
        switch self {
        case .body: .body
        case .timestampBody: .timestampBody
        case .tV1: .timestampDotBody
        case .standard, .standardEd25519: .idDotTimestampDotBody
        }
    }
}
