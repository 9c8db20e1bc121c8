/// Hexadecimal, written in lower case and read in either.
enum Hex {
    private static let digits: StaticString = "0123456789abcdef"

    /// Writes `bytes` and returns the number of characters. The caller has made room for two a byte.
    static func encode(_ bytes: UnsafeRawBufferPointer, to output: UnsafeMutablePointer<UInt8>) -> Int {
        let digits = Self.digits.utf8Start
        var next = output
        for byte in bytes {
            next.initialize(to: digits[Int(byte >> 4)])
            (next + 1).initialize(to: digits[Int(byte & 15)])
            next += 2
        }
        return bytes.count * 2
    }

    /// The digit of a value below 16.
    static func digit(_ value: UInt8) -> UInt8 {
        precondition(value < 16)
        return digits.utf8Start[Int(value)]
    }

    /// The bytes that `text` spells; `nil` when it has an odd length or another character.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var digits = text.makeIterator()
        while let high = digits.next() {
            guard let low = digits.next(), let high = high.hexDigitValue, let low = low.hexDigitValue else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
