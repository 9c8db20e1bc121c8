/// A hash under an HMAC, or of a checksum (RFC 2104, FIPS 180-4).
public enum HMACHash: String, Sendable, Hashable, CaseIterable {
    /// 20 bytes. Broken as a hash, not as an HMAC; for senders that have nothing else.
    case sha1
    /// 32 bytes.
    case sha256
    /// 48 bytes.
    case sha384
    /// 64 bytes.
    case sha512

    /// The length of a code, in bytes.
    public var byteCount: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    init(_ hash: SignatureHash) {
        switch hash {
        case .sha256: self = .sha256
        case .sha512: self = .sha512
        }
    }
}
