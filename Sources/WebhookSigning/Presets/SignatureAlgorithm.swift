/// What makes a signature of a key and a message.
public enum SignatureAlgorithm: Sendable, Hashable {
    /// A keyed hash with a secret that both sides know (RFC 2104).
    case hmac(HMACHash)
    /// Ed25519 (RFC 8032), 64 bytes.
    case ed25519
    /// ECDSA over P-256 with SHA-256 (FIPS 186-5), written in DER as OpenSSL does, or as two numbers of 32 bytes.
    case ecdsaP256(isDER: Bool)
    /// ECDSA over P-384 with SHA-384 (FIPS 186-5), written as two numbers of 48 bytes.
    case ecdsaP384
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    case rsaPKCS1
    /// RSASSA-PSS with SHA-512 (RFC 8017 section 8.1).
    case rsaPSS

    /// Whether signing takes another key than verifying.
    public var isAsymmetric: Bool {
        if case .hmac = self { false } else { true }
    }

    /// The algorithm's name, for people.
    public var name: String {
        switch self {
        case .hmac(let hash): "HMAC-\(hash.rawValue.uppercased())"
        case .ed25519: "Ed25519"
        case .ecdsaP256: "ECDSA P-256 with SHA-256"
        case .ecdsaP384: "ECDSA P-384 with SHA-384"
        case .rsaPKCS1: "RSA PKCS#1 v1.5 with SHA-256"
        case .rsaPSS: "RSA-PSS with SHA-512"
        }
    }

    /// The length of a signature; `nil` where it depends.
    var byteCount: Int? {
        switch self {
        case .hmac(let hash): hash.byteCount
        case .ed25519: 64
        case .ecdsaP256(let isDER): isDER ? nil : 64
        case .ecdsaP384: 96
        case .rsaPKCS1, .rsaPSS: nil
        }
    }
}
