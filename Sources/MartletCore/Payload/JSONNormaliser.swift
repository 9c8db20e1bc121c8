/// Puts JSON in the one form that survives a JavaScript receiver: the text of `JSON.stringify(JSON.parse(text))`.
///
/// Receivers often verify a signature over `JSON.stringify(req.body)`. What is sent in this form comes out of that
/// unchanged, byte for byte, in every engine that follows ECMA-262 (sections 25.5.1 and 25.5.2). What cannot survive is
/// rejected: text that is not JSON (RFC 8259) in UTF-8, integers that JavaScript would write with other digits, numbers
/// that overflow, duplicate keys, lone surrogates, scalars at the top, nesting beyond ``deepestNesting``.
///
/// It is a scanner: it builds no tree, and converts only those numbers whose spelling leaves it a doubt. A value keeps
/// the memory of its stacks between documents, so keep one where many are normalised.
///
/// ```swift
/// var normaliser = JSONNormaliser()
/// var body: [UInt8] = []
/// let warnings = try text.span.bytes.withUnsafeBytes { bytes throws(PayloadRejection) in
///     try normaliser.normalise(bytes, into: &body)
/// }
/// ```
public struct JSONNormaliser {
    /// Arrays and objects inside each other beyond this are rejected.
    public static let deepestNesting = 512
    /// Arrays and objects inside each other beyond this are warned of.
    public static let comfortableNesting = 64
    /// Bytes; beyond this a body is warned of. It is Express's default limit, 100 KiB.
    public static let comfortableSize = 102_400
    /// Warnings beyond this many are dropped, so that an answer stays bounded.
    public static let mostWarnings = 20

    private var scan = JSONScan(UnsafeRawBufferPointer(start: nil, count: 0))

    /// Creates a normaliser with nothing remembered.
    public init() {}

    /// Appends a document's normal form.
    ///
    /// - Parameters:
    ///   - document: The text, UTF-8.
    ///   - output: Where to append. As it was after a rejection.
    ///   - path: What paths in rejections and warnings begin with.
    ///   - allowsScalar: Whether the top level may be a string, number, boolean or null.
    /// - Returns: What was noticed, at most ``mostWarnings``.
    public mutating func normalise(
        _ document: UnsafeRawBufferPointer, into output: inout [UInt8], path: String = "$", allowsScalar: Bool = false
    ) throws(PayloadRejection) -> [PayloadWarning] {
        let before = output.count
        output.reserveCapacity(before + document.count)
        scan.isVerbatim = false
        var warnings = try pass(document, into: &output, path: path, allowsScalar: allowsScalar)
        if let warning = PayloadWarning.bodySize(output.count - before, path: path) {
            if warnings.count == Self.mostWarnings { warnings.removeLast() }
            warnings.append(warning)
        }
        return warnings
    }

    /// A document's normal form with what was noticed on the way.
    public static func normalise(
        _ document: [UInt8], allowsScalar: Bool = false
    ) throws(PayloadRejection) -> (bytes: [UInt8], warnings: [PayloadWarning]) {
        var normaliser = JSONNormaliser()
        var output: [UInt8] = []
        let warnings = try document.span.bytes.withUnsafeBytes { bytes throws(PayloadRejection) in
            try normaliser.normalise(bytes, into: &output, allowsScalar: allowsScalar)
        }
        return (output, warnings)
    }

    /// Checks that a document is well-formed JSON (RFC 8259) in UTF-8 and no deeper than ``deepestNesting``, for an
    /// environment that has its bytes carried as they came. Duplicate keys, numbers of any size and lone surrogate
    /// escapes are well-formed.
    public mutating func validate(
        _ document: UnsafeRawBufferPointer, path: String = "$", allowsScalar: Bool = false
    ) throws(PayloadRejection) {
        var nothing: [UInt8] = []
        scan.isVerbatim = true
        _ = try pass(document, into: &nothing, path: path, allowsScalar: allowsScalar)
    }

    private mutating func pass(
        _ document: UnsafeRawBufferPointer, into output: inout [UInt8], path: String, allowsScalar: Bool
    ) throws(PayloadRejection) -> [PayloadWarning] {
        let before = output.count
        scan.restart(document)
        // The document is the caller's memory; nothing of it may be left in reach.
        defer { scan.restart(UnsafeRawBufferPointer(start: nil, count: 0)) }
        do {
            try scan.document(into: &output, allowsScalar: allowsScalar)
        } catch {
            let rejection = scan.rejection(error, path: path, output: output)
            output.removeLast(output.count - before)
            throw rejection
        }
        scan.rebaseWarnings(onto: path)
        return scan.warnings
    }
}
