/// How a signature has to be written, apart from where it stands.
struct SignatureForm {
    let encoding: SignatureEncoding
    /// The length of its bytes; `nil` where it depends on key and message.
    let byteCount: Int?
    /// The name of the hash under an HMAC; `nil` for asymmetric algorithms.
    let hashName: String?

    init(_ algorithm: SignatureAlgorithm, _ encoding: SignatureEncoding) {
        self.encoding = encoding
        byteCount = algorithm.byteCount
        if case .hmac(let hash) = algorithm { hashName = hash.rawValue } else { hashName = nil }
    }

    /// Whether a signature may have so many bytes. Where it depends: DER of small numbers has some eight bytes, RSA of
    /// the longest keys 2,048.
    func allows(_ count: Int) -> Bool {
        byteCount.map { $0 == count } ?? (8...2048).contains(count)
    }

    /// The number of characters of an encoded signature.
    var characterCount: Int? {
        byteCount.map { encoding.characterCount(forByteCount: $0) }
    }
}
