/// What a source's URL ends in: `/in/{token}`. Chosen at random, so that nobody guesses where to send.
public struct SourceToken: Sendable, Hashable, CustomStringConvertible {
    /// 26 characters of lower-case Crockford base32: 130 bits.
    public let description: String

    private static let length = 26
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

    /// Makes a token.
    ///
    /// - Parameter generator: The source of randomness. Only a cryptographically secure one cannot be guessed.
    public init(using generator: inout some RandomNumberGenerator) {
        let alphabet = Self.alphabet.utf8Start
        var text = ""
        for _ in 0..<Self.length {
            text.unicodeScalars.append(Unicode.Scalar(alphabet[Int.random(in: 0..<32, using: &generator)]))
        }
        description = text
    }

    /// Reads a token; `nil` when the text is none.
    public init?(_ text: String) {
        let alphabet = UnsafeBufferPointer(start: Self.alphabet.utf8Start, count: Self.alphabet.utf8CodeUnitCount)
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(alphabet.contains) else { return nil }
        description = text
    }
}
