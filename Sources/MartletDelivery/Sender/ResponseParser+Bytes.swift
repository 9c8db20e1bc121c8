extension ResponseParser {
    /// The text of some bytes; what is not UTF-8 shows as U+FFFD.
    func text(_ bytes: Span<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// The beginning of some bytes, fit for a sentence: quoted, at most 40 of them, what is not printable as `\x` and hex.
    func excerpt(_ bytes: Span<UInt8>) -> String {
        var excerpt = "“"
        for index in 0..<min(bytes.count, 40) {
            let byte = bytes[index]
            if byte >= 0x20, byte < 0x7F {
                excerpt.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                excerpt += byte < 0x10 ? "\\x0" : "\\x"
                excerpt += String(byte, radix: 16)
            }
        }
        return excerpt + (bytes.count > 40 ? "…”" : "”")
    }

    func digit(_ byte: UInt8) -> Int? {
        byte >= 0x30 && byte <= 0x39 ? Int(byte - 0x30) : nil
    }

    func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x41...0x46: Int(byte - 0x41 + 10)
        case 0x61...0x66: Int(byte - 0x61 + 10)
        default: nil
        }
    }

    /// Whether a header's name may have this byte: `tchar` of RFC 9110 section 5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
