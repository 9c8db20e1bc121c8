internal import Crypto

/// An HMAC that has taken in its key. Each message works on a copy, which saves hashing the key again: more than half
/// of the cost of a small message.
enum KeyedHash: Sendable {
    case sha1(HMAC<Insecure.SHA1>)
    case sha256(HMAC<SHA256>)
    case sha384(HMAC<SHA384>)
    case sha512(HMAC<SHA512>)

    init(_ hash: HMACHash, key: [UInt8]) {
        let key = SymmetricKey(data: key)
        switch hash {
        case .sha1: self = .sha1(HMAC(key: key))
        case .sha256: self = .sha256(HMAC(key: key))
        case .sha384: self = .sha384(HMAC(key: key))
        case .sha512: self = .sha512(HMAC(key: key))
        }
    }

    /// Hands the code of `head ‖ body ‖ tail` to `use`.
    func withCode<Result>(
        head: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer,
        tail: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        switch self {
        case .sha1(let keyed): Self.withCode(of: keyed, head, body, tail, use)
        case .sha256(let keyed): Self.withCode(of: keyed, head, body, tail, use)
        case .sha384(let keyed): Self.withCode(of: keyed, head, body, tail, use)
        case .sha512(let keyed): Self.withCode(of: keyed, head, body, tail, use)
        }
    }

    /// The code of a message.
    func code(of message: SignedMessage) -> [UInt8] {
        message.head.withUnsafeBytes { head in
            message.tail.withUnsafeBytes { tail in
                withCode(head: head, body: message.body, tail: tail) { Array($0) }
            }
        }
    }

    @inline(__always)
    private static func withCode<Hash: HashFunction, Result>(
        of keyed: HMAC<Hash>, _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer, _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        var message = keyed
        if !head.isEmpty { message.update(data: head) }
        if !body.isEmpty { message.update(data: body) }
        if !tail.isEmpty { message.update(data: tail) }
        return message.finalize().withUnsafeBytes(use)
    }
}
