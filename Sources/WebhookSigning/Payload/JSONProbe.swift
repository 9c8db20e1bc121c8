/// Finds one value in a JSON text (RFC 8259) without building anything of the rest.
///
/// The whole text is read, so that one which is no JSON has no values. Of two members of one name the last counts, as
/// in most languages.
struct JSONProbe {
    /// A value and where it stands.
    struct Found: Hashable {
        enum Kind: Hashable { case string, number, boolean, null, object, array }

        let kind: Kind
        /// The value's own bytes.
        let range: Range<Int>
        /// Those of the member that has it, from its name on; those of the value where it is no member.
        let member: Range<Int>
    }

    /// Deeper texts are taken for no JSON: each level is a level of the stack.
    static let deepest = 128

    private let text: UnsafeRawBufferPointer
    private var index = 0
    private var found: Found?
    // Of the array that was found, when it is one.
    private var elements = 0

    private init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// The value that `pointer` leads to; `nil` where there is none, or the text is no JSON.
    static func find(_ pointer: JSONPointer, in text: UnsafeRawBufferPointer) -> Found? {
        var probe = JSONProbe(text)
        return probe.readsWhole(pointer) ? probe.found : nil
    }

    /// The value that `pointer` leads to; `nil` where there is none, or the text is no JSON.
    static func find(_ pointer: JSONPointer, in text: [UInt8]) -> Found? {
        text.withUnsafeBytes { find(pointer, in: $0) }
    }

    /// Whether the text is JSON of at most ``deepest`` levels.
    static func isJSON(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in
            var probe = JSONProbe(text)
            return probe.readsWhole(nil)
        }
    }

    /// What a value says: a string's characters, a number's or a boolean's own text; `nil` for others.
    static func string(_ pointer: JSONPointer, in text: UnsafeRawBufferPointer) -> String? {
        guard let found = find(pointer, in: text) else { return nil }
        switch found.kind {
        case .string: return decoded(text[found.range].dropFirst().dropLast())
        case .number, .boolean: return String(decoding: text[found.range], as: UTF8.self)
        case .null, .object, .array: return nil
        }
    }

    /// What a value says: a string's characters, a number's or a boolean's own text; `nil` for others.
    static func string(_ pointer: JSONPointer, in text: [UInt8]) -> String? {
        text.withUnsafeBytes { string(pointer, in: $0) }
    }

    /// How many elements an array has; `nil` when it is none.
    static func count(_ pointer: JSONPointer, in text: UnsafeRawBufferPointer) -> Int? {
        var probe = JSONProbe(text)
        guard probe.readsWhole(pointer), probe.found?.kind == .array else { return nil }
        return probe.elements
    }

    private mutating func readsWhole(_ pointer: JSONPointer?) -> Bool {
        guard readValue(pointer?.steps[...], depth: 0, member: nil) else { return false }
        skipSpace()
        return index == text.count
    }

    /// - Parameters:
    ///   - way: What remains of the pointer; `nil` when it leads elsewhere.
    ///   - member: Where the member begins that has the value.
    private mutating func readValue(_ way: ArraySlice<String>?, depth: Int, member: Int?) -> Bool {
        skipSpace()
        guard index < text.count, depth <= Self.deepest else { return false }
        let start = index
        let kind: Found.Kind
        switch text[index] {
        case UInt8(ascii: "{"):
            kind = .object
            guard readObject(way, depth: depth) else { return false }
        case UInt8(ascii: "["):
            kind = .array
            guard let count = readArray(way, depth: depth) else { return false }
            if let way, way.isEmpty { elements = count }
        case UInt8(ascii: "\""):
            kind = .string
            guard readString() else { return false }
        case UInt8(ascii: "t"):
            kind = .boolean
            guard read("true") else { return false }
        case UInt8(ascii: "f"):
            kind = .boolean
            guard read("false") else { return false }
        case UInt8(ascii: "n"):
            kind = .null
            guard read("null") else { return false }
        default:
            kind = .number
            guard readNumber() else { return false }
        }
        if let way, way.isEmpty {
            found = Found(kind: kind, range: start..<index, member: (member ?? start)..<index)
        }
        return true
    }

    private mutating func readObject(_ way: ArraySlice<String>?, depth: Int) -> Bool {
        index += 1
        skipSpace()
        if readByte(UInt8(ascii: "}")) { return true }
        while true {
            skipSpace()
            let start = index
            guard index < text.count, text[index] == UInt8(ascii: "\""), readString() else { return false }
            var rest: ArraySlice<String>?
            // By bytes: `String` takes two spellings of é for one.
            if let way, let step = way.first,
                Self.decoded(text[start + 1..<index - 1]).utf8.elementsEqual(step.utf8)
            {
                rest = way.dropFirst()
                found = nil
            }
            skipSpace()
            guard readByte(UInt8(ascii: ":")), readValue(rest, depth: depth + 1, member: start) else { return false }
            skipSpace()
            if readByte(UInt8(ascii: "}")) { return true }
            guard readByte(UInt8(ascii: ",")) else { return false }
        }
    }

    /// How many elements the array has; `nil` when it is none.
    private mutating func readArray(_ way: ArraySlice<String>?, depth: Int) -> Int? {
        index += 1
        skipSpace()
        if readByte(UInt8(ascii: "]")) { return 0 }
        // The one that is looked for, written without leading zeros (RFC 6901 section 4).
        let wanted = way?.first.flatMap { step in Int(step).flatMap { String($0) == step ? $0 : nil } }
        var element = 0
        while true {
            let rest = element == wanted ? way?.dropFirst() : nil
            guard readValue(rest, depth: depth + 1, member: nil) else { return nil }
            element += 1
            skipSpace()
            if readByte(UInt8(ascii: "]")) { return element }
            guard readByte(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func readString() -> Bool {
        index += 1
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                return true
            case UInt8(ascii: "\\"):
                index += 1
                guard index < text.count else { return false }
                switch text[index] {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    index += 1
                case UInt8(ascii: "u"):
                    guard index + 4 < text.count,
                        text[index + 1...index + 4].allSatisfy({ $0.hexDigitValue != nil })
                    else { return false }
                    index += 5
                default:
                    return false
                }
            case 0..<0x20:
                return false
            default:
                index += 1
            }
        }
        return false
    }

    private mutating func readNumber() -> Bool {
        _ = readByte(UInt8(ascii: "-"))
        if !readByte(UInt8(ascii: "0")) {
            guard readDigits() else { return false }
        }
        if readByte(UInt8(ascii: ".")), !readDigits() { return false }
        if readByte(UInt8(ascii: "e")) || readByte(UInt8(ascii: "E")) {
            if !readByte(UInt8(ascii: "+")) { _ = readByte(UInt8(ascii: "-")) }
            return readDigits()
        }
        return true
    }

    private mutating func readDigits() -> Bool {
        let start = index
        while index < text.count, text[index].isASCIIDigit { index += 1 }
        return index > start
    }

    private mutating func read(_ word: StaticString) -> Bool {
        let end = index + word.utf8CodeUnitCount
        guard end <= text.count,
            text[index..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { return false }
        index = end
        return true
    }

    private mutating func readByte(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[index]) { index += 1 }
    }

    /// The characters between the quotes of a string that has been read. A lone surrogate becomes U+FFFD.
    private static func decoded(_ string: some Collection<UInt8>) -> String {
        guard string.contains(UInt8(ascii: "\\")) else { return String(decoding: string, as: UTF8.self) }
        var units: [UInt16] = []
        var rest = string[...]
        while let byte = rest.first {
            guard byte == UInt8(ascii: "\\") else {
                let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
                units.append(contentsOf: String(decoding: plain, as: UTF8.self).utf16)
                rest = rest.dropFirst(plain.count)
                continue
            }
            rest = rest.dropFirst()
            let letter = rest.first ?? 0
            rest = rest.dropFirst()
            switch letter {
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "u"):
                units.append(rest.prefix(4).reduce(0) { $0 << 4 | UInt16($1.hexDigitValue ?? 0) })
                rest = rest.dropFirst(4)
            default: units.append(UInt16(letter))
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Writes a JSON string that may stand in an HTML page too: `<`, `>` and `&` are escaped.
    static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0x7F:
                output.append(contentsOf: "\\u00".utf8)
                output.append(Hex.digit(byte >> 4))
                output.append(Hex.digit(byte & 15))
            default:
                output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
