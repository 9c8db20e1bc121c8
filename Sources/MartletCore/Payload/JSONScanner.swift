/// The words of RFC 8259 over bytes: whitespace, strings, literals. Knows no nesting and builds nothing.
///
/// Offsets count from 0. Reading past the end gives 0, which is no valid byte of JSON anywhere, so callers need no
/// separate check for the end.
struct JSONScanner {
    let input: UnsafeRawBufferPointer
    /// `input.count`, which the buffer would compute at each byte.
    let count: Int
    var at = 0

    init(_ input: UnsafeRawBufferPointer) {
        self.input = input
        count = input.count
    }

    /// The byte ahead, or 0 at the end.
    @inline(__always)
    var next: UInt8 { at < count ? input[at] : 0 }

    @inline(__always)
    mutating func skipWhitespace() {
        while at < count {
            switch input[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// Passes `true`, `false` or `null`, whose first letter is ahead.
    mutating func literal(_ word: StaticString) throws(ScanFailure) {
        let start = at
        let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        for letter in letters {
            guard next == letter else {
                throw .expected("the word \(word)", at: at < count ? start : at)
            }
            at += 1
        }
    }

    /// Passes the bytes of a string that stand for themselves, and stops at a quote or a backslash.
    @inline(__always)
    mutating func plainText() throws(ScanFailure) {
        // A local offset stays in a register; `at` would be written to memory at each step.
        var offset = at
        while true {
            while offset + 8 <= count {
                let mask = Self.attention(input.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
                guard mask == 0 else {
                    offset += mask.trailingZeroBitCount >> 3
                    break
                }
                offset += 8
            }
            let byte = offset < count ? input[offset] : 0
            if byte == 0x22 || byte == 0x5C {
                at = offset
                return
            }
            if byte >= 0x80 {
                at = offset
                try multibyte()
                offset = at
            } else if byte >= 0x20 {
                offset += 1
            } else {
                throw offset < count
                    ? .expected("an escape (\\n, \\u00XX) for a control character inside a string", at: offset)
                    : .expected("the closing quote of a string", at: offset)
            }
        }
    }

    /// A word with the high bit set in each byte that is a quote, a backslash, a control character or not ASCII.
    /// Bits above the lowest one set may be false: the borrows of the subtraction run upwards.
    @inline(__always)
    static func attention(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- (ones &* 0x20)) & ~word
        return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | control | word) & highs
    }

    /// Passes one character of two to four bytes: the table of RFC 3629 section 4.
    mutating func multibyte() throws(ScanFailure) {
        let start = at
        let lead = input[at]
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        let following: Int
        switch lead {
        case 0xC2...0xDF: following = 1
        case 0xE0: (following, lowest) = (2, 0xA0)
        case 0xED: (following, highest) = (2, 0x9F)
        case 0xE1...0xEF: following = 2
        case 0xF0: (following, lowest) = (3, 0x90)
        case 0xF4: (following, highest) = (3, 0x8F)
        case 0xF1...0xF3: following = 3
        default: throw ScanFailure(.invalidUTF8, at: start)
        }
        at += 1
        for _ in 0..<following {
            let byte = next
            guard byte >= lowest, byte <= highest else { throw ScanFailure(.invalidUTF8, at: start) }
            (lowest, highest) = (0x80, 0xBF)
            at += 1
        }
    }

    /// What an escape stands for, and whether V8 would write it so.
    struct Escape {
        var scalar: UInt32
        var isCanonical: Bool
        var isLoneSurrogate: Bool { scalar >= 0xD800 && scalar < 0xE000 }
    }

    /// Passes one escape, whose backslash is ahead; two where a surrogate pair is spelled out.
    mutating func escape() throws(ScanFailure) -> Escape {
        let letter = at + 1 < count ? input[at + 1] : 0
        at += 2
        switch letter {
        case 0x22, 0x5C: return Escape(scalar: UInt32(letter), isCanonical: true)
        case 0x2F: return Escape(scalar: 0x2F, isCanonical: false)
        case 0x62: return Escape(scalar: 0x08, isCanonical: true)
        case 0x66: return Escape(scalar: 0x0C, isCanonical: true)
        case 0x6E: return Escape(scalar: 0x0A, isCanonical: true)
        case 0x72: return Escape(scalar: 0x0D, isCanonical: true)
        case 0x74: return Escape(scalar: 0x09, isCanonical: true)
        case 0x75: break
        default:
            throw .expected("one of \"\\/bfnrtu after the backslash in a string", at: min(at - 1, count))
        }
        let unit = try hexUnit()
        if unit < 0x20 {
            let short = (0x08...0x0D).contains(unit) && unit != 0x0B
            let last = input[at - 1]
            return Escape(scalar: unit, isCanonical: !short && !(0x41...0x46).contains(last))
        }
        guard (0xD800..<0xDC00).contains(unit), next == 0x5C, at + 1 < count, input[at + 1] == 0x75 else {
            return Escape(scalar: unit, isCanonical: false)
        }
        let afterFirst = at
        at += 2
        let second = try hexUnit()
        guard (0xDC00..<0xE000).contains(second) else {
            at = afterFirst
            return Escape(scalar: unit, isCanonical: false)
        }
        return Escape(scalar: 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00), isCanonical: false)
    }

    private mutating func hexUnit() throws(ScanFailure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = next
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x57)
            default: throw .expected("four hexadecimal digits after \\u", at: at)
            }
            at += 1
        }
        return unit
    }
}
