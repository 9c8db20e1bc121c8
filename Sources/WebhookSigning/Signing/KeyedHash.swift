internal import Crypto

/// An HMAC that has taken in its key. Each message works on a copy, which saves hashing the key again: more than half
/// of the cost of a small message.
enum KeyedHash: Sendable {
    case sha256(HMAC<SHA256>)
    case sha512(HMAC<SHA512>)

    init(_ hash: SignatureHash, key: [UInt8]) {
        switch hash {
        case .sha256: self = .sha256(HMAC(key: SymmetricKey(data: key)))
        case .sha512: self = .sha512(HMAC(key: SymmetricKey(data: key)))
        }
    }

    /// Hands the code of `head ‖ body` to `use`.
    func withCode<Result>(
        head: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        switch self {
        case .sha256(let keyed): Self.withCode(of: keyed, head, body, use)
        case .sha512(let keyed): Self.withCode(of: keyed, head, body, use)
        }
    }

    /// The code of `head ‖ body`.
    func code(head: [UInt8], body: UnsafeRawBufferPointer) -> [UInt8] {
        head.withUnsafeBytes { withCode(head: $0, body: body) { Array($0) } }
    }

    @inline(__always)
    private static func withCode<Hash: HashFunction, Result>(
        of keyed: HMAC<Hash>, _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer,
        _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        var message = keyed
        if !head.isEmpty { message.update(data: head) }
        if !body.isEmpty { message.update(data: body) }
        return message.finalize().withUnsafeBytes(use)
    }
}
