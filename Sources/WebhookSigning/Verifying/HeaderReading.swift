/// The reading of header values that a signature depends on.
enum HeaderReading {
    // More than any rotation needs: a request with more is after the verifier's time.
    static let mostSignatures = 16

    /// The value of a header that must stand once, without the white space around it; `nil` when it is not there.
    static func onlyValue(
        of name: String, in request: RequestView
    ) throws(VerificationFailure) -> ArraySlice<UInt8>? {
        let values = request.headers(name)
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw .headerDuplicated(name: name, count: values.count) }
        let trimmed = trim(Array(value.utf8)[...])
        guard !trimmed.isEmpty else { throw .headerMalformed(name: name, why: "is empty") }
        return trimmed
    }

    /// The value of a header that must stand exactly once, without the white space around it.
    static func requiredValue(
        of name: String, in request: RequestView
    ) throws(VerificationFailure) -> ArraySlice<UInt8> {
        guard let value = try onlyValue(of: name, in: request) else { throw .headerMissing(name: name) }
        return value
    }

    /// Version tags that may be shown: short, and letters and digits only, since the sender is not to be trusted.
    static func presentable(_ tags: [ArraySlice<UInt8>]) -> [String] {
        tags.filter { tag in
            (1...8).contains(tag.count)
                && tag.allSatisfy { $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        }
        .prefix(4)
        .map { String(decoding: $0, as: UTF8.self) }
    }

    static func trim(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var value = value.drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return value
    }
}
