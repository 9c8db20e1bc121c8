/// As much of structured fields (RFC 8941) as signatures need: dictionaries of items and inner lists, with parameters.
enum StructuredField {
    /// A bare item with its text as section 4.1 writes it.
    enum Bare: Hashable {
        case string(String)
        case integer(Int64)
        case boolean(Bool)
        case bytes([UInt8])
        case token(String)

        var serialised: String {
            switch self {
            case .string(let text):
                "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
            case .integer(let number): String(number)
            case .boolean(let flag): flag ? "?1" : "?0"
            case .bytes(let bytes): ":\(Base64.encode(bytes)):"
            case .token(let text): text
            }
        }
    }

    struct Parameters: Hashable {
        var pairs: [(name: String, value: Bare)] = []

        subscript(name: String) -> Bare? { pairs.last { $0.name == name }?.value }

        var serialised: String {
            pairs.map { ";" + $0.name + ($0.value == .boolean(true) ? "" : "=" + $0.value.serialised) }.joined()
        }

        static func == (left: Parameters, right: Parameters) -> Bool {
            left.pairs.elementsEqual(right.pairs) { $0 == $1 }
        }

        func hash(into hasher: inout Hasher) {
            for pair in pairs {
                hasher.combine(pair.name)
                hasher.combine(pair.value)
            }
        }
    }

    struct Item: Hashable {
        var value: Bare
        var parameters = Parameters()

        var serialised: String { value.serialised + parameters.serialised }
    }

    enum Member: Hashable {
        case item(Item)
        case list([Item], Parameters)

        var serialised: String {
            switch self {
            case .item(let item): item.serialised
            case .list(let items, let parameters):
                "(" + items.map(\.serialised).joined(separator: " ") + ")" + parameters.serialised
            }
        }
    }

    /// The most members, items or parameters that are read of anything.
    static let most = 64

    /// Reads a dictionary (section 4.2.2); `nil` when the text is none. Of two members of one name the last counts.
    static func dictionary(_ text: String) -> [(name: String, member: Member)]? {
        var reader = Reader(rest: Array(text.utf8)[...])
        return reader.dictionary()
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func dictionary() -> [(name: String, member: Member)]? {
            var members: [(name: String, member: Member)] = []
            skipSpaces()
            while !rest.isEmpty {
                guard members.count < most, let name = key() else { return nil }
                let member: Member
                if take("=") {
                    guard let read = self.member() else { return nil }
                    member = read
                } else {
                    guard let parameters = parameters() else { return nil }
                    member = .item(Item(value: .boolean(true), parameters: parameters))
                }
                members.removeAll { $0.name == name }
                members.append((name, member))
                skipSpaces()
                if rest.isEmpty { return members }
                guard take(",") else { return nil }
                skipSpaces()
                if rest.isEmpty { return nil }
            }
            return members
        }

        private mutating func member() -> Member? {
            guard take("(") else { return item().map { .item($0) } }
            var items: [Item] = []
            while true {
                skip(" ")
                if take(")") {
                    return parameters().map { .list(items, $0) }
                }
                guard items.count < most, let item = item() else { return nil }
                items.append(item)
                guard rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: ")") else { return nil }
            }
        }

        private mutating func item() -> Item? {
            guard let value = bare(), let parameters = parameters() else { return nil }
            return Item(value: value, parameters: parameters)
        }

        private mutating func parameters() -> Parameters? {
            var parameters = Parameters()
            while take(";") {
                skip(" ")
                guard parameters.pairs.count < most, let name = key() else { return nil }
                var value = Bare.boolean(true)
                if take("=") {
                    guard let read = bare() else { return nil }
                    value = read
                }
                parameters.pairs.removeAll { $0.name == name }
                parameters.pairs.append((name, value))
            }
            return parameters
        }

        private mutating func key() -> String? {
            guard let first = rest.first, Self.isLowercase(first) || first == UInt8(ascii: "*") else { return nil }
            return text {
                Self.isLowercase($0) || $0.isASCIIDigit || "_-.*".utf8.contains($0)
            }
        }

        private mutating func bare() -> Bare? {
            switch rest.first {
            case UInt8(ascii: "\""): return string()
            case UInt8(ascii: ":"):
                rest = rest.dropFirst()
                let encoded = rest.prefix { $0 != UInt8(ascii: ":") }
                rest = rest.dropFirst(encoded.count)
                guard take(":"), let bytes = Base64.decode(encoded, .anyVariant) else { return nil }
                return .bytes(bytes)
            case UInt8(ascii: "?"):
                rest = rest.dropFirst()
                if take("1") { return .boolean(true) }
                return take("0") ? .boolean(false) : nil
            case let byte? where byte == UInt8(ascii: "-") || byte.isASCIIDigit:
                let isNegative = take("-")
                let digits = rest.prefix(while: \.isASCIIDigit)
                rest = rest.dropFirst(digits.count)
                guard (1...15).contains(digits.count), rest.first != UInt8(ascii: ".") else { return nil }
                let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
                return .integer(isNegative ? -number : number)
            case let byte? where Self.isLowercase(byte | 0x20) || byte == UInt8(ascii: "*"):
                return .token(text { $0.isHTTPTokenByte || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") })
            default: return nil
            }
        }

        private mutating func string() -> Bare? {
            rest = rest.dropFirst()
            var text: [UInt8] = []
            while let byte = rest.first {
                rest = rest.dropFirst()
                switch byte {
                case UInt8(ascii: "\""): return .string(String(decoding: text, as: UTF8.self))
                case UInt8(ascii: "\\"):
                    guard let next = rest.first, next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") else {
                        return nil
                    }
                    text.append(next)
                    rest = rest.dropFirst()
                case 0x20...0x7E: text.append(byte)
                default: return nil
                }
            }
            return nil
        }

        private mutating func text(while belongs: (UInt8) -> Bool) -> String {
            let text = rest.prefix(while: belongs)
            rest = rest.dropFirst(text.count)
            return String(decoding: text, as: UTF8.self)
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        private mutating func skip(_ character: Unicode.Scalar) {
            while take(character) {}
        }

        private mutating func skipSpaces() {
            while rest.first == 0x20 || rest.first == 0x09 { rest = rest.dropFirst() }
        }

        private static func isLowercase(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
    }
}
