/// Why a payload cannot be accepted: it is not JSON, or it would not survive the way through a JavaScript receiver.
public struct PayloadRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable codes of a rejection. Their raw values appear in API answers and never change.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The text breaks the grammar of RFC 8259.
        case notJSON = "not_json"
        /// The text begins with U+FEFF, which RFC 8259 section 8.1 forbids senders to write.
        case byteOrderMark = "byte_order_mark"
        /// The bytes are not UTF-8 (RFC 3629), so a receiver would put U+FFFD in their place.
        case invalidUTF8 = "invalid_utf8"
        /// An integer that JavaScript would write with other digits.
        case integerPrecisionLost = "integer_precision_lost"
        /// A number beyond the largest double, which JavaScript would write as `null`.
        case numberOverflow = "number_overflow"
        /// A key that its object has already, compared after unescaping.
        case duplicateKey = "duplicate_key"
        /// A `\uD800`–`\uDFFF` escape without its other half.
        case loneSurrogate = "lone_surrogate"
        /// A document that is a bare string, number, boolean or null.
        case topLevelNotContainer = "top_level_not_object_or_array"
        /// Arrays and objects inside each other beyond ``JSONNormaliser/deepestNesting``.
        case nestingTooDeep = "nesting_too_deep"
        /// A value of another type than the reader asked for.
        case unexpectedType = "unexpected_type"
    }

    /// What is wrong, for programs.
    public var code: Code
    /// Where: `$.items[3].amount`, or `$["a b"]` for keys that are not identifiers. Shortened in the middle when long.
    public var path: String
    /// What is wrong and how to mend it, for people: one or two sentences.
    public var message: String
    /// The byte of the input, counted from 0, at which it was noticed.
    public var offset: Int

    /// Creates a rejection.
    public init(code: Code, path: String, message: String, offset: Int) {
        self.code = code
        self.path = path
        self.message = message
        self.offset = offset
    }

    /// The path and the sentence.
    public var description: String { "\(path): \(message)" }
}
