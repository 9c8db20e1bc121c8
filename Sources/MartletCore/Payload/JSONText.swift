/// Strings as `JSON.stringify` writes them (ECMA-262 section 25.5.2.3): quotes, backslashes and control characters
/// escaped, the latter in lower-case hexadecimal where they have no short form; everything else as it is.
enum JSONText {
    /// Appends one character, escaped where it must be. Not for surrogates.
    static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        switch scalar {
        case 0x22, 0x5C, 0..<0x20:
            appendEscaped(UInt8(truncatingIfNeeded: scalar), to: &output)
        default:
            appendUTF8(scalar, to: &output)
        }
    }

    /// Appends one character as it is. Not for surrogates.
    static func appendUTF8(_ scalar: UInt32, to output: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            output.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            output.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            output.append(continuation(scalar))
        case 0x800..<0x10000:
            output.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            output.append(continuation(scalar >> 6))
            output.append(continuation(scalar))
        default:
            output.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
            output.append(continuation(scalar >> 12))
            output.append(continuation(scalar >> 6))
            output.append(continuation(scalar))
        }
    }

    /// Appends UTF-8 text, escaped where it must be, without quotes around it.
    static func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var runStart = 0
        var at = 0
        while at < text.count {
            if at + 8 <= text.count, !mayNeedEscape(text.loadUnaligned(fromByteOffset: at, as: UInt64.self)) {
                at += 8
                continue
            }
            let byte = text[at]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[runStart..<at]))
                appendEscaped(byte, to: &output)
                runStart = at + 1
            }
            at += 1
        }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[runStart...]))
    }

    /// Whether some byte of the word may need an escape: never `false` where one does.
    private static func mayNeedEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = word &- (ones &* 0x20)
        return ((((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | (control & ~word)) & highs) != 0
    }

    private static func appendEscaped(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(0x5C)
        switch byte {
        case 0x08: output.append(0x62)
        case 0x09: output.append(0x74)
        case 0x0A: output.append(0x6E)
        case 0x0C: output.append(0x66)
        case 0x0D: output.append(0x72)
        case 0x22, 0x5C: output.append(byte)
        default:
            output.append(contentsOf: [0x75, 0x30, 0x30, 0x30 | byte >> 4])
            output.append(byte & 0xF < 10 ? 0x30 | byte & 0xF : 0x57 + (byte & 0xF))
        }
    }

    private static func continuation(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: bits & 0x3F) }
}
