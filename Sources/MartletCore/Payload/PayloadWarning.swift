/// Something in an accepted payload that a receiver may see otherwise than its sender meant.
public struct PayloadWarning: Hashable, Sendable, CustomStringConvertible {
    /// The stable codes of a warning. Their raw values appear in API answers and never change.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// A number with a fraction or an exponent lost digits.
        case numberPrecisionLost = "number_precision_lost"
        /// A number nearer to zero than the smallest double became 0.
        case numberUnderflow = "number_underflow_to_zero"
        /// `-0` became `0`.
        case negativeZero = "negative_zero"
        /// A key `__proto__`, which receivers that merge objects carelessly take for the prototype.
        case prototypeKey = "proto_key"
        /// Nesting beyond ``JSONNormaliser/comfortableNesting``, where other languages' parsers begin to refuse.
        case deepNesting = "deep_nesting"
        /// A body over ``JSONNormaliser/comfortableSize``, which Express refuses by default.
        case largeBody = "large_body"
    }

    /// What was noticed, for programs.
    public var code: Code
    /// Where, in the notation of ``PayloadRejection/path``.
    public var path: String
    /// What was noticed and what follows from it, for people.
    public var message: String

    /// Creates a warning.
    public init(code: Code, path: String, message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// The warning that a body of so many bytes deserves; `nil` up to ``JSONNormaliser/comfortableSize``.
    ///
    /// ``JSONNormaliser`` gives it for whole documents. Who puts an envelope around the payload asks for the body.
    public static func bodySize(_ bytes: Int, path: String = "$") -> PayloadWarning? {
        guard bytes > JSONNormaliser.comfortableSize else { return nil }
        return PayloadWarning(
            code: .largeBody, path: path,
            message: "The body has \(bytes) bytes; Express answers 413 to more than "
                + "\(JSONNormaliser.comfortableSize) unless its limit is raised. Send a link instead of large contents."
        )
    }

    /// The path and the sentence.
    public var description: String { "\(path): \(message)" }
}
