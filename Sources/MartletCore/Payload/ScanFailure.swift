/// A rejection before it knows its path: what the lexical layer throws.
struct ScanFailure: Error {
    var code: PayloadRejection.Code
    var at: Int
    /// For ``PayloadRejection/Code/notJSON`` what was expected; otherwise the culprit's text or nothing.
    var detail: String
    /// Whether the culprit is the container itself (a missing comma, a bad key), not the member being read.
    var inContainer = false

    init(_ code: PayloadRejection.Code, at: Int, _ detail: String = "", inContainer: Bool = false) {
        self.code = code
        self.at = at
        self.detail = detail
        self.inContainer = inContainer
    }

    static func expected(_ what: String, at offset: Int, inContainer: Bool = false) -> ScanFailure {
        ScanFailure(.notJSON, at: offset, what, inContainer: inContainer)
    }

    /// The failure as it is told: where something else was due and there is no character at all, the encoding is what
    /// has to be mended.
    func named(in input: UnsafeRawBufferPointer) -> ScanFailure {
        guard code == .notJSON, at < input.count, input[at] >= 0x80 else { return self }
        var scanner = JSONScanner(input)
        scanner.at = at
        do {
            try scanner.multibyte()
            return self
        } catch {
            var failure = error
            failure.inContainer = inContainer
            return failure
        }
    }

    /// The sentence, for whom the path stands beside it.
    func message(in input: UnsafeRawBufferPointer) -> String {
        switch code {
        case .notJSON:
            return "Expected \(detail) at byte \(at), found \(Self.found(at, in: input))."
        case .byteOrderMark:
            return "The text begins with a byte order mark. Send it without: JSON is UTF-8 and needs none."
        case .invalidUTF8:
            return "The bytes at \(at) are not UTF-8. Encode the text as UTF-8, or binary contents as base64."
        case .integerPrecisionLost:
            return "\(detail). Send it as a string."
        case .numberOverflow:
            return "\(detail) is beyond the largest double, 1.7976931348623157e308; JavaScript would write null. "
                + "Send it as a string."
        case .duplicateKey:
            return "The object has this key already, and receivers disagree on which one counts. Keep one of them."
        case .loneSurrogate:
            return "\(detail) is half of a surrogate pair, which UTF-8 cannot carry. "
                + "Send the whole character, or remove the half."
        case .topLevelNotContainer:
            return "The payload is \(detail); Express and others refuse that. Put it in an object or an array."
        case .nestingTooDeep:
            return "More than \(JSONNormaliser.deepestNesting) arrays and objects inside each other. "
                + "Flatten the payload."
        case .unexpectedType:
            return detail
        }
    }

    private static func found(_ offset: Int, in input: UnsafeRawBufferPointer) -> String {
        guard offset < input.count else { return "the end of the text" }
        let byte = input[offset]
        switch byte {
        case 0x27: return "an apostrophe (strings take double quotes)"
        case 0x21...0x7E: return "'\(Character(Unicode.Scalar(byte)))'"
        case 0x0A: return "a line break"
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "byte 0x\(byte < 16 ? "0" : "")\(digits)"
        }
    }
}
