/// Text in HTML.
enum HTML {
    /// Escapes text for HTML's elements and quoted attributes, byte by byte, and makes visible what could deceive whoever
    /// reads it or copies it into a terminal: control characters and those that turn the direction of writing.
    static func escape(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".utf8
            case "<": result += "&lt;".utf8
            case ">": result += "&gt;".utf8
            case "\"": result += "&quot;".utf8
            case "'": result += "&#39;".utf8
            case "\t", "\n": result.append(UInt8(scalar.value))
            case "\r": result += "␍".utf8
            default:
                if let picture = picture(of: scalar) {
                    result += picture.utf8
                } else {
                    result += UTF8.encode(scalar).map(Array.init) ?? []
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether these bytes are text that ``escape(_:)`` shows as it is, so that it can be copied from a page.
    static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return !text.unicodeScalars.contains { isDeceptive($0) }
    }

    /// Whether a character would not be seen as what it is.
    static func isDeceptive(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\r" || scalar != "\t" && scalar != "\n" && picture(of: scalar) != nil
    }

    /// What stands for a character that would not be seen as what it is.
    private static func picture(of scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        // Unicode has a picture for each of the C0 controls, and for DEL.
        case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value).map { String($0) }
        case 0x7F: "␡"
        case 0x80...0x9F, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
            "‹U+\(String(scalar.value, radix: 16, uppercase: true))›"
        default: nil
        }
    }
}
