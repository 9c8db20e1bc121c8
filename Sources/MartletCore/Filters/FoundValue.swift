/// A value that a probe found in a payload: what kind it is and where it stands, nothing decoded.
struct FoundValue {
    var kind: JSONReader.Kind
    /// The value's bytes in the payload; a string's with its quotes.
    var start: Int
    var end: Int
    /// Whether a string is spelled with escapes, so that its bytes are not its text.
    var hasEscapes = false
    /// The next value of the same place; -1 behind the last.
    var next: Int32 = -1

    /// A number's value: the nearest double.
    func number(in payload: UnsafeRawBufferPointer) -> Double {
        var at = start
        let isNegative = payload[at] == 0x2D
        if isNegative { at += 1 }
        // Up to 15 digits and a division by a small power of ten, both exact, make a quotient that is rounded once.
        var mantissa: Int64 = 0
        var digits = 0
        var decimals = 0
        var isPastPoint = false
        while at < end {
            let byte = payload[at]
            if byte == 0x2E {
                isPastPoint = true
            } else if byte &- 0x30 < 10 {
                mantissa = mantissa &* 10 &+ Int64(byte &- 0x30)
                digits += 1
                if isPastPoint { decimals += 1 }
            } else {
                break
            }
            at += 1
        }
        guard at == end, digits <= 15 else {
            return Double(String(decoding: payload[start..<end], as: UTF8.self)) ?? .nan
        }
        let magnitude = decimals == 0 ? Double(mantissa) : Double(mantissa) / Self.powersOfTen[decimals]
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Looks at a string's text in UTF-8.
    func withText<Result>(
        in payload: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let text = UnsafeRawBufferPointer(rebasing: payload[start + 1..<end - 1])
        guard hasEscapes else { return body(text) }
        return Self.decoded(text).withUnsafeBytes(body)
    }

    /// A string's text without its escapes. Half a surrogate pair, which only a payload carried as it came can have,
    /// becomes U+FFFD.
    static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var scanner = JSONScanner(text)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        while scanner.at < text.count {
            guard scanner.next == 0x5C else {
                decoded.append(scanner.next)
                scanner.at += 1
                continue
            }
            guard let escape = try? scanner.escape() else { return decoded }
            JSONText.appendUTF8(escape.isLoneSurrogate ? 0xFFFD : escape.scalar, to: &decoded)
        }
        return decoded
    }
}
