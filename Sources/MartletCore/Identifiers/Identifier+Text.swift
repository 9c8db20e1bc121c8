private let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
    /// The identifier as users see it: prefix and 26 characters.
    public var description: String {
        let prefix = Kind.prefix
        return String(unsafeUninitializedCapacity: prefix.utf8CodeUnitCount + 26) { text in
            for index in 0..<prefix.utf8CodeUnitCount { text[index] = prefix.utf8Start[index] }
            var high = self.high
            var low = self.low
            for index in (0..<26).reversed() {
                text[prefix.utf8CodeUnitCount + index] = digits.utf8Start[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return prefix.utf8CodeUnitCount + 26
        }
    }

    /// Reads an identifier's text; `nil` where the prefix, the length or a character is not this kind's.
    public init?(_ description: String) {
        let prefix = Kind.prefix
        var text = description
        let parsed: (UInt64, UInt64)? = text.withUTF8 { text in
            guard text.count == prefix.utf8CodeUnitCount + 26 else { return nil }
            for index in 0..<prefix.utf8CodeUnitCount where text[index] != prefix.utf8Start[index] { return nil }
            var high: UInt64 = 0
            var low: UInt64 = 0
            for (position, byte) in text[prefix.utf8CodeUnitCount...].enumerated() {
                guard let value = crockfordValue(byte), position > 0 || value < 8 else { return nil }
                high = high << 5 | low >> 59
                low = low << 5 | value
            }
            return (high, low)
        }
        guard let parsed else { return nil }
        self.init(high: parsed.0, low: parsed.1)
    }
}

/// The value of a lower-case Crockford character. Look-alikes and capitals are not read: one thing has one spelling.
private func crockfordValue(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "h"): UInt64(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "j"), UInt8(ascii: "k"): UInt64(byte - UInt8(ascii: "j")) + 18
    case UInt8(ascii: "m"), UInt8(ascii: "n"): UInt64(byte - UInt8(ascii: "m")) + 20
    case UInt8(ascii: "p")...UInt8(ascii: "t"): UInt64(byte - UInt8(ascii: "p")) + 22
    case UInt8(ascii: "v")...UInt8(ascii: "z"): UInt64(byte - UInt8(ascii: "v")) + 27
    default: nil
    }
}
