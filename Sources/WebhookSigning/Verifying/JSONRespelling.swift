/// Writes a JSON text again as another program would: its white space and its escapes, never its numbers or the order
/// of its keys. It reads just enough of JSON for that and validates nothing.
struct JSONRespelling {
    enum Layout: Hashable {
        /// White space stays as it is.
        case kept
        /// No white space.
        case minified
        /// One space after a comma or a colon.
        case spaced
        /// A line for each element, indented by so many spaces a level.
        case indented(Int)
    }

    let layout: Layout
    var escapesNonASCII = false
    var escapesSlashes = false
    var escapesHTML = false

    /// The text in this spelling; `nil` when it is no JSON object or array, or would grow out of bounds.
    func rewritten(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var run = Run(spelling: self, text: text)
        return run.rewrite()
    }

    /// Which of the characters that a spelling may write in two ways a text has, so that spellings which could not
    /// differ are not tried.
    struct Traits {
        private(set) var hasBackslash = false
        private(set) var hasSlash = false
        private(set) var hasHTML = false
        private(set) var hasNonASCII = false

        init(of text: UnsafeRawBufferPointer) {
            for byte in text {
                switch byte {
                case UInt8(ascii: "\\"): hasBackslash = true
                case UInt8(ascii: "/"): hasSlash = true
                case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): hasHTML = true
                case 0x80...: hasNonASCII = true
                default: break
                }
            }
        }
    }

    /// Whether the spelling can differ, on a text of these traits, from the same one with fewer escapes. An escape in
    /// the text may stand for any character.
    func canDiffer(on traits: Traits) -> Bool {
        if traits.hasBackslash { return true }
        if escapesSlashes && !traits.hasSlash { return false }
        if escapesNonASCII && !traits.hasNonASCII { return false }
        if escapesHTML && !traits.hasHTML && !traits.hasNonASCII { return false }
        return layout != .kept || escapesSlashes || escapesNonASCII || escapesHTML
    }

    private struct Run {
        let spelling: JSONRespelling
        let text: UnsafeRawBufferPointer
        var index = 0
        var depth = 0
        var output: [UInt8] = []

        init(spelling: JSONRespelling, text: UnsafeRawBufferPointer) {
            self.spelling = spelling
            self.text = text
            output.reserveCapacity(text.count + text.count / 4)
        }

        mutating func rewrite() -> [UInt8]? {
            guard let first = text.first(where: { !Self.isSpace($0) }),
                first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
            else { return nil }
            // Indentation grows with the square of the depth: a hostile body must not make megabytes of it.
            let most = text.count * 6 + 4096
            while index < text.count {
                guard rewriteNext(), output.count <= most else { return nil }
            }
            return depth == 0 ? output : nil
        }

        private mutating func rewriteNext() -> Bool {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                return rewriteString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                depth += 1
                breakLine(unlessNextCloses: true)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { return false }
                if let last = output.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") {
                    breakLine(unlessNextCloses: false)
                }
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                if spelling.layout == .spaced { output.append(UInt8(ascii: " ")) }
                breakLine(unlessNextCloses: false)
            case UInt8(ascii: ":"):
                output.append(byte)
                if spelling.layout != .kept, spelling.layout != .minified { output.append(UInt8(ascii: " ")) }
            default:
                if Self.isSpace(byte), spelling.layout != .kept { break }
                output.append(byte)
            }
            return true
        }

        private mutating func breakLine(unlessNextCloses: Bool) {
            guard case .indented(let width) = spelling.layout else { return }
            if unlessNextCloses {
                let next = text[index...].first { !Self.isSpace($0) }
                if next == UInt8(ascii: "}") || next == UInt8(ascii: "]") { return }
            }
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width * depth))
        }

        private mutating func rewriteString() -> Bool {
            output.append(UInt8(ascii: "\""))
            while index < text.count {
                let start = index
                while index < text.count, isPlain(text[index]) { index += 1 }
                output.append(contentsOf: text[start..<index])
                guard index < text.count else { return false }
                let byte = text[index]
                index += 1
                switch byte {
                case UInt8(ascii: "\""):
                    output.append(byte)
                    return true
                case UInt8(ascii: "\\"):
                    guard rewriteEscape() else { return false }
                case 0x80...:
                    guard let scalar = decodeScalar(from: byte) else { return false }
                    write(scalar)
                default:
                    write(Unicode.Scalar(byte))
                }
            }
            return false
        }

        private mutating func rewriteEscape() -> Bool {
            guard index < text.count else { return false }
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): write(Unicode.Scalar(byte))
            case UInt8(ascii: "b"): write("\u{8}")
            case UInt8(ascii: "f"): write("\u{c}")
            case UInt8(ascii: "n"): write("\n")
            case UInt8(ascii: "r"): write("\r")
            case UInt8(ascii: "t"): write("\t")
            case UInt8(ascii: "u"):
                guard let unit = hexUnit(at: index) else { return false }
                index += 4
                if let scalar = Unicode.Scalar(unit) {
                    write(scalar)
                } else if UTF16.isLeadSurrogate(unit), let trail = trailingUnit(),
                    let scalar = Unicode.Scalar(0x1_0000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))
                {
                    index += 6
                    write(scalar)
                } else {
                    writeEscape(unit)
                }
            default:
                return false
            }
            return true
        }

        private func trailingUnit() -> UInt16? {
            guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u"),
                let unit = hexUnit(at: index + 2), UTF16.isTrailSurrogate(unit)
            else { return nil }
            return unit
        }

        private func hexUnit(at start: Int) -> UInt16? {
            guard start + 4 <= text.count else { return nil }
            var unit: UInt16 = 0
            for offset in start..<start + 4 {
                guard let digit = text[offset].hexDigitValue else { return nil }
                unit = unit << 4 | UInt16(digit)
            }
            return unit
        }

        private mutating func decodeScalar(from lead: UInt8) -> Unicode.Scalar? {
            let length =
                switch lead {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 0
                }
            guard length > 0, index - 1 + length <= text.count else { return nil }
            var value = UInt32(lead) & (0x7F >> UInt32(length))
            for _ in 1..<length {
                guard text[index] & 0xC0 == 0x80 else { return nil }
                value = value << 6 | UInt32(text[index] & 0x3F)
                index += 1
            }
            return Unicode.Scalar(value)
        }

        private mutating func write(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "\"": writeShortEscape(UInt8(ascii: "\""))
            case "\\": writeShortEscape(UInt8(ascii: "\\"))
            case "/" where spelling.escapesSlashes: writeShortEscape(UInt8(ascii: "/"))
            case "\u{8}": writeShortEscape(UInt8(ascii: "b"))
            case "\u{c}": writeShortEscape(UInt8(ascii: "f"))
            case "\n": writeShortEscape(UInt8(ascii: "n"))
            case "\r": writeShortEscape(UInt8(ascii: "r"))
            case "\t": writeShortEscape(UInt8(ascii: "t"))
            case "\u{0}"..."\u{1f}": writeEscape(UInt16(scalar.value))
            case "<", ">", "&", "\u{2028}", "\u{2029}":
                if spelling.escapesHTML || spelling.escapesNonASCII && !scalar.isASCII {
                    writeEscape(UInt16(scalar.value))
                } else {
                    output.append(contentsOf: scalar.utf8)
                }
            default:
                if scalar.isASCII {
                    output.append(UInt8(scalar.value))
                } else if spelling.escapesNonASCII {
                    for unit in scalar.utf16 { writeEscape(unit) }
                } else {
                    output.append(contentsOf: scalar.utf8)
                }
            }
        }

        private mutating func writeShortEscape(_ letter: UInt8) {
            output.append(UInt8(ascii: "\\"))
            output.append(letter)
        }

        private mutating func writeEscape(_ unit: UInt16) {
            output.append(UInt8(ascii: "\\"))
            output.append(UInt8(ascii: "u"))
            for shift in stride(from: 12, through: 0, by: -4) { output.append(Hex.digit(UInt8(unit >> shift & 15))) }
        }

        /// Whether the spelling writes the byte, in a string, as it is.
        private func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: false
            case UInt8(ascii: "/"): !spelling.escapesSlashes
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): !spelling.escapesHTML
            case 0x80...: !spelling.escapesNonASCII && !spelling.escapesHTML
            default: true
            }
        }

        private static func isSpace(_ byte: UInt8) -> Bool {
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        }
    }
}
