extension SignatureProfile {
    /// Standard Webhooks with a shared secret: `webhook-signature: v1,…`, keyed with the base64 after `whsec_`.
    ///
    /// Follows the [Standard Webhooks specification](https://www.standardwebhooks.com), "Signature scheme".
    public static let standard = SignatureProfile(
        scheme: .standard,
        signatureHeader: StandardHeader.signature,
        timestampHeader: StandardHeader.timestamp,
        idHeader: StandardHeader.id,
        encoding: .base64,
        keyDerivation: .base64AfterPrefix("whsec_"))

    /// Standard Webhooks with a key pair: `webhook-signature: v1a,…`, signed with `whsk_…`, verified with `whpk_…`.
    public static let standardEd25519 = SignatureProfile(
        scheme: .standardEd25519,
        signatureHeader: StandardHeader.signature,
        timestampHeader: StandardHeader.timestamp,
        idHeader: StandardHeader.id,
        hash: .sha512,
        encoding: .base64,
        keyDerivation: .base64AfterPrefix("whsk_"))

    /// Fractio's guide: `x-fractio-signature`, lower-case hex over the body alone.
    public static let fractio = SignatureProfile(scheme: .body, signatureHeader: "x-fractio-signature")

    /// The real-estate guide: `x-webhook-signature`, lower-case hex over `x-webhook-timestamp` followed by the body.
    public static let realEstate = SignatureProfile(
        scheme: .timestampBody,
        signatureHeader: "x-webhook-signature",
        timestampHeader: "x-webhook-timestamp")

    /// Sharmo's guide: `Sharmo-Signature: t=…,v1=…`, keyed with the whole `whsec_…` string.
    public static let sharmo = SignatureProfile(scheme: .tV1, signatureHeader: "Sharmo-Signature")

    /// GetEquity's guide: `x-getequity-signature`, padded base64 over the body alone.
    public static let getequity = SignatureProfile(
        scheme: .body,
        signatureHeader: "x-getequity-signature",
        encoding: .base64)

    /// The built-in profiles by the names that configuration uses.
    public static let builtIn: [(name: String, profile: SignatureProfile)] = [
        ("standard", .standard),
        ("standard-ed25519", .standardEd25519),
        ("fractio", .fractio),
        ("real-estate", .realEstate),
        ("sharmo", .sharmo),
        ("getequity", .getequity),
    ]

    /// The built-in profile of a name; `nil` when there is none.
    public static func named(_ name: String) -> SignatureProfile? {
        builtIn.first { $0.name == name }?.profile
    }
}

/// The headers of Standard Webhooks, which every delivery carries.
enum StandardHeader {
    static let id = "webhook-id"
    static let timestamp = "webhook-timestamp"
    static let signature = "webhook-signature"
}
