/// The hash function under a profile's HMAC (RFC 2104, FIPS 180-4).
public enum SignatureHash: String, Sendable, Hashable, CaseIterable {
    /// HMAC-SHA256, 32 bytes.
    case sha256
    /// HMAC-SHA512, 64 bytes.
    case sha512

    /// The length of a signature before it is encoded, in bytes.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha512: 64
        }
    }
}
