/// JSON as it stands in a text: members in their order, numbers in their spelling. Read and written by other code than
/// Martlet's, so that the tests do not believe what they test.
indirect enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])
    /// A text that goes out as it is.
    case raw(String)

    struct Member: Sendable, Hashable {
        var name: String
        var value: JSON
    }

    subscript(_ name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    subscript(_ index: Int) -> JSON {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return .null }
        return elements[index]
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    var double: Double? { if case .number(let text) = self { Double(text) } else { nil } }
    var isNull: Bool { self == .null }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

    /// The JSON text.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text), .raw(let text): text
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\0"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByStringInterpolation
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(String(value)) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSON {
    /// Reads a text, which has to be JSON from one end to the other.
    init(parsing bytes: some Sequence<UInt8>) throws {
        var parser = Parser(bytes: Array(bytes))
        self = try parser.document()
    }

    init(parsing text: String) throws { try self.init(parsing: text.utf8) }

    struct Malformed: Error {
        let offset: Int
    }

    private struct Parser {
        let bytes: [UInt8]
        var offset = 0

        mutating func document() throws -> JSON {
            let value = try value()
            skipBlanks()
            guard offset == bytes.count else { throw Malformed(offset: offset) }
            return value
        }

        private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

        private mutating func skipBlanks() {
            while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
        }

        private mutating func takes(_ text: String) -> Bool {
            skipBlanks()
            guard bytes[offset...].starts(with: text.utf8) else { return false }
            offset += text.utf8.count
            return true
        }

        private mutating func expect(_ text: String) throws {
            guard takes(text) else { throw Malformed(offset: offset) }
        }

        private mutating func value() throws -> JSON {
            if takes("{") { return try object() }
            if takes("[") { return try array() }
            if takes("\"") { return .string(try string()) }
            if takes("true") { return .bool(true) }
            if takes("false") { return .bool(false) }
            if takes("null") { return .null }
            let start = offset
            while let byte = next, "+-.0123456789Ee".utf8.contains(byte) { offset += 1 }
            let text = String(decoding: bytes[start..<offset], as: UTF8.self)
            guard Double(text) != nil else { throw Malformed(offset: start) }
            return .number(text)
        }

        private mutating func object() throws -> JSON {
            var members: [Member] = []
            if takes("}") { return .object([]) }
            repeat {
                try expect("\"")
                let name = try string()
                try expect(":")
                members.append(Member(name: name, value: try value()))
            } while takes(",")
            try expect("}")
            return .object(members)
        }

        private mutating func array() throws -> JSON {
            var elements: [JSON] = []
            if takes("]") { return .array([]) }
            repeat { elements.append(try value()) } while takes(",")
            try expect("]")
            return .array(elements)
        }

        /// The rest of a string whose opening quote is behind.
        private mutating func string() throws -> String {
            var units: [UInt8] = []
            while let byte = next {
                offset += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
                case UInt8(ascii: "\\"): units += try escape()
                default: units.append(byte)
                }
            }
            throw Malformed(offset: offset)
        }

        private mutating func escape() throws -> [UInt8] {
            guard let byte = next else { throw Malformed(offset: offset) }
            offset += 1
            switch byte {
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "u"):
                let high = try unit()
                guard UTF16.isLeadSurrogate(high) else { return Array(String(decoding: [high], as: UTF16.self).utf8) }
                guard bytes[offset...].starts(with: "\\u".utf8) else { throw Malformed(offset: offset) }
                offset += 2
                return Array(String(decoding: [high, try unit()], as: UTF16.self).utf8)
            default: return [byte]
            }
        }

        private mutating func unit() throws -> UInt16 {
            guard offset + 4 <= bytes.count,
                let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
            else { throw Malformed(offset: offset) }
            offset += 4
            return unit
        }
    }
}
