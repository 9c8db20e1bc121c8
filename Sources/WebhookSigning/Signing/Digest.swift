internal import Crypto

extension HMACHash {
    /// The hash of a message, without a key.
    func digest(of message: SignedMessage) -> [UInt8] {
        switch self {
        case .sha1: Self.digest(message, Insecure.SHA1())
        case .sha256: Self.digest(message, SHA256())
        case .sha384: Self.digest(message, SHA384())
        case .sha512: Self.digest(message, SHA512())
        }
    }

    private static func digest<Hash: HashFunction>(_ message: SignedMessage, _ hash: Hash) -> [UInt8] {
        var hash = hash
        hash.update(data: message.head)
        if !message.body.isEmpty { hash.update(bufferPointer: message.body) }
        hash.update(data: message.tail)
        return Array(hash.finalize())
    }
}

/// Whether two secrets are one, in a time that tells neither where they differ nor how long the right one is.
func isSameSecret(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let left = SHA256.hash(data: left)
    let right = SHA256.hash(data: right)
    return left.withUnsafeBytes { left in right.withUnsafeBytes { right in constantTimeEquals(left, right) } }
}

/// The CRC-32 of IEEE 802.3, as PayPal signs it.
func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var register: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        register ^= UInt32(byte)
        for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return ~register
}
