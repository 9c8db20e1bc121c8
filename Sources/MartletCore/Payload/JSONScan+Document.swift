extension JSONScan {
    /// Passes a whole document: one value with nothing but whitespace around it.
    mutating func document(into output: inout [UInt8], allowsScalar: Bool) throws(ScanFailure) {
        try refuseByteOrderMark()
        scanner.skipWhitespace()
        if !allowsScalar { try refuseScalar() }
        try value(into: &output)
        try end()
    }

    /// Refuses a byte order mark; called where the text begins.
    func refuseByteOrderMark() throws(ScanFailure) {
        guard scanner.input.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
        throw ScanFailure(.byteOrderMark, at: 0)
    }

    /// Refuses a value that is neither object nor array, if it is a value at all.
    mutating func refuseScalar() throws(ScanFailure) {
        let kind: String
        switch scanner.next {
        case 0x22: kind = "a bare string"
        case 0x2D, 0x30...0x39: kind = "a bare number"
        case 0x74, 0x66: kind = "a bare boolean"
        case 0x6E: kind = "a bare null"
        default: return
        }
        // What is no JSON at all is refused as such first.
        let start = scanner.at
        var nothing: [UInt8] = []
        let wasVerbatim = isVerbatim
        isVerbatim = true
        defer { isVerbatim = wasVerbatim }
        try value(into: &nothing)
        try end()
        throw ScanFailure(.topLevelNotContainer, at: start, kind)
    }

    /// Passes whitespace up to the end of the text.
    mutating func end() throws(ScanFailure) {
        scanner.skipWhitespace()
        guard scanner.at == scanner.input.count else {
            throw .expected("nothing more after the value", at: scanner.at)
        }
    }

    /// A failure with its place and its sentence.
    func rejection(_ failure: ScanFailure, path: String, output: [UInt8]) -> PayloadRejection {
        let failure = failure.named(in: scanner.input)
        return PayloadRejection(
            code: failure.code,
            path: JSONPath.joined(path, steps(inContainer: failure.inContainer, output: output)),
            message: failure.message(in: scanner.input),
            offset: failure.at)
    }

    /// Puts the path of the scanned value before those of the warnings.
    mutating func rebaseWarnings(onto path: String) {
        for index in warnings.indices { warnings[index].path = JSONPath.joined(path, warnings[index].path) }
    }
}
