/// A signature by HTTP Message Signatures (RFC 9421): `Signature-Input` says what it covers, `Signature` has it.
public struct MessageSignatureStep: Sendable, Hashable {
    /// What makes the signature. A signature whose `alg` names another is refused.
    public var algorithm: SignatureAlgorithm

    /// How a secret becomes the key of an HMAC.
    public var keyDerivation: KeyDerivation

    /// What every signature must cover, as RFC 9421 names it: `@method`, `content-digest`. `content-digest` is
    /// computed again from the body wherever it is covered (RFC 9530).
    public var components: [String]

    /// The signature's label; any when `nil`.
    public var label: String?

    /// How far `created` may lie from the receiver's clock, either way.
    public var tolerance: Duration

    /// Describes a signature.
    public init(
        _ algorithm: SignatureAlgorithm, keyDerivation: KeyDerivation = .utf8,
        covering components: [String] = ["content-digest"], label: String? = nil,
        tolerance: Duration = SignatureProfile.defaultTolerance
    ) {
        self.algorithm = algorithm
        self.keyDerivation = keyDerivation
        self.components = components
        self.label = label
        self.tolerance = tolerance
    }

    /// RFC 9421 section 6.2's names of the algorithms.
    static let names: [(name: String, algorithm: SignatureAlgorithm)] = [
        ("hmac-sha256", .hmac(.sha256)),
        ("ed25519", .ed25519),
        ("ecdsa-p256-sha256", .ecdsaP256(isDER: false)),
        ("ecdsa-p384-sha384", .ecdsaP384),
        ("rsa-v1_5-sha256", .rsaPKCS1),
        ("rsa-pss-sha512", .rsaPSS),
    ]
}
