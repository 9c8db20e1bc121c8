extension JSONReader {
    /// Reads a string, unescaped.
    public mutating func readString() throws(PayloadRejection) -> String {
        try require(.string)
        do { return try scan.scanner.decodedString() } catch { throw rejection(error) }
    }

    /// Reads `true` or `false`.
    public mutating func readBoolean() throws(PayloadRejection) -> Bool {
        try require(.boolean)
        let isTrue = scan.scanner.next == 0x74
        do { try scan.scanner.literal(isTrue ? "true" : "false") } catch { throw rejection(error) }
        return isTrue
    }

    /// Reads a whole number in plain notation: no point, no exponent, within `Int`.
    public mutating func readInteger() throws(PayloadRejection) -> Int {
        let start = offset
        let text = try readNumber()
        guard let integer = Int(text) else {
            throw rejection(
                ScanFailure(.unexpectedType, at: start, "Expected an integer, found the number \(text.prefix(40))."))
        }
        return integer
    }

    /// Reads a number and answers its spelling.
    public mutating func readNumber() throws(PayloadRejection) -> String {
        try require(.number)
        do {
            let number = try scan.scanner.number()
            return String(decoding: scan.scanner.input[number.start..<number.end], as: UTF8.self)
        } catch {
            throw rejection(error)
        }
    }

    /// Passes `null` if it is ahead.
    ///
    /// - Returns: Whether it was.
    public mutating func readNull() throws(PayloadRejection) -> Bool {
        guard try peek() == .null else { return false }
        do { try scan.scanner.literal("null") } catch { throw rejection(error) }
        return true
    }

    /// Passes one value of any kind, checking that it is well-formed.
    ///
    /// - Returns: Where it stands in the document, without whitespace around it.
    @discardableResult
    public mutating func skipValue() throws(PayloadRejection) -> Range<Int> {
        _ = try peek()
        let start = offset
        var nothing: [UInt8] = []
        scan.isVerbatim = true
        do {
            try scan.value(into: &nothing)
        } catch {
            throw rejection(error, steps: scan.steps(inContainer: error.inContainer, output: nothing))
        }
        return start..<offset
    }

    /// Passes one value of any kind and appends its normal form (``JSONNormaliser``). What was noticed is in
    /// ``warnings`` then, its paths beginning with the document's; the size of a body is the caller's to judge
    /// (``PayloadWarning/bodySize(_:path:)``).
    ///
    /// - Parameter allowsScalar: Whether the value may be a string, number, boolean or null.
    /// - Returns: Where the normal form stands in `output`, which is as it was after a rejection.
    @discardableResult
    public mutating func normaliseValue(
        into output: inout [UInt8], allowsScalar: Bool = true
    ) throws(PayloadRejection) -> Range<Int> {
        let kind = try peek()
        if !allowsScalar && kind != .object && kind != .array {
            throw rejection(ScanFailure(.topLevelNotContainer, at: offset, "a bare \(kind.rawValue)"))
        }
        let before = output.count
        scan.isVerbatim = false
        do {
            try scan.value(into: &output)
        } catch {
            let rejection = rejection(error, steps: scan.steps(inContainer: error.inContainer, output: output))
            output.removeLast(output.count - before)
            throw rejection
        }
        if !scan.warnings.isEmpty { scan.rebaseWarnings(onto: path) }
        warnings = scan.warnings
        return before..<output.count
    }

    /// Appends one value as it stands in the document, checked to be well-formed, for an environment that has its bytes
    /// carried as they came.
    ///
    /// - Returns: Where it stands in `output`.
    @discardableResult
    public mutating func copyValue(
        into output: inout [UInt8], allowsScalar: Bool = true
    ) throws(PayloadRejection) -> Range<Int> {
        let kind = try peek()
        if !allowsScalar && kind != .object && kind != .array {
            throw rejection(ScanFailure(.topLevelNotContainer, at: offset, "a bare \(kind.rawValue)"))
        }
        let before = output.count
        let range = try skipValue()
        output.append(contentsOf: scan.scanner.input[range])
        return before..<output.count
    }

    /// The bytes at a place that ``skipValue()`` answered.
    public func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: scan.scanner.input[range])
    }
}

extension JSONScanner {
    /// Passes a string, whose opening quote is ahead, and answers its contents.
    mutating func decodedString() throws(ScanFailure) -> String {
        let start = at + 1
        at = start
        try plainText()
        if next == 0x22 {
            at += 1
            return String(decoding: input[start..<at - 1], as: UTF8.self)
        }
        var decoded = [UInt8](input[start..<at])
        while next == 0x5C {
            let escapeStart = at
            let escape = try escape()
            if escape.isLoneSurrogate {
                let text = String(decoding: input[escapeStart..<escapeStart + 6], as: UTF8.self)
                throw ScanFailure(.loneSurrogate, at: escapeStart, text)
            }
            JSONText.appendUTF8(escape.scalar, to: &decoded)
            let runStart = at
            try plainText()
            decoded.append(contentsOf: input[runStart..<at])
        }
        at += 1
        return String(decoding: decoded, as: UTF8.self)
    }
}
