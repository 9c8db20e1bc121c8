/// How the bytes of a signature are written in a header.
public enum SignatureEncoding: String, Sendable, Hashable, CaseIterable {
    /// Lower-case hexadecimal.
    case hex
    /// Base64 with the standard alphabet and padding (RFC 4648 section 4).
    case base64

    /// The number of characters that `byteCount` bytes take.
    func characterCount(forByteCount byteCount: Int) -> Int {
        switch self {
        case .hex: byteCount * 2
        case .base64: (byteCount + 2) / 3 * 4
        }
    }
}
