import Crypto

/// Unguessable text.
enum RandomText {
    /// So many random bytes in lower-case hexadecimal.
    static func hexadecimal(bytes: Int) -> String {
        var system = SystemRandomNumberGenerator()
        return Digest.hexadecimal((0..<bytes).map { _ in system.next() as UInt8 })
    }
}

/// SHA-256 as text.
enum Digest {
    /// The digest of a text's UTF-8, in lower-case hexadecimal.
    static func hexadecimal(of text: String) -> String {
        hexadecimal(SHA256.hash(data: Array(text.utf8)))
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
