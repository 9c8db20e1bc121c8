import MartletCore

/// JSON laid out for people, coloured by what each part is.
enum JSONMarkup {
    /// The most bytes of JSON that are laid out; beyond, pages show the bytes as they are.
    static let most = 64 << 10

    /// - Returns: `nil` where the bytes are no JSON, or too many.
    static func lines(_ bytes: ArraySlice<UInt8>) -> Markup? {
        guard bytes.count <= most, let value = try? JSONValue(parsing: Array(bytes)) else { return nil }
        var text = ""
        text.reserveCapacity(bytes.count * 3)
        write(value, indent: 0, to: &text)
        return Markup(trusted: text)
    }

    /// JSON with line breaks and two blanks an indentation, for editing; bytes that are no JSON as they are.
    static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.count <= most, let value = try? JSONValue(parsing: Array(bytes)) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var text = ""
        writePlain(value, indent: 0, to: &text)
        guard text.unicodeScalars.contains(where: HTML.isDeceptive) else { return text }
        // They can only stand in strings, where an escape means the same.
        return text.unicodeScalars.reduce(into: "") { text, scalar in
            guard HTML.isDeceptive(scalar) else { return text.unicodeScalars.append(scalar) }
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private static func write(_ value: JSONValue, indent: Int, to text: inout String) {
        switch value {
        case .null: text += #"<span class="j-word">null</span>"#
        case .boolean(let flag): text += #"<span class="j-word">\#(flag)</span>"#
        case .number(let number): text += #"<span class="j-number">\#(HTML.escape(number))</span>"#
        case .string: text += #"<span class="j-text">\#(HTML.escape(spelled(value)))</span>"#
        case .array(let elements):
            list(elements, "[", "]", indent, &text) { write($0, indent: indent + 1, to: &$1) }
        case .object(let members):
            list(members, "{", "}", indent, &text) { member, text in
                text += #"<span class="j-key">\#(HTML.escape(spelled(.string(member.key))))</span>: "#
                write(member.value, indent: indent + 1, to: &text)
            }
        }
    }

    private static func writePlain(_ value: JSONValue, indent: Int, to text: inout String) {
        switch value {
        case .null, .boolean, .number, .string: text += spelled(value)
        case .array(let elements):
            list(elements, "[", "]", indent, &text) { writePlain($0, indent: indent + 1, to: &$1) }
        case .object(let members):
            list(members, "{", "}", indent, &text) { member, text in
                text += "\(spelled(.string(member.key))): "
                writePlain(member.value, indent: indent + 1, to: &text)
            }
        }
    }

    private static func list<Item>(
        _ items: [Item], _ begin: String, _ end: String, _ indent: Int, _ text: inout String,
        _ write: (Item, inout String) -> Void
    ) {
        guard !items.isEmpty else {
            text += begin + end
            return
        }
        text += begin
        // Deep down the indentation would be all that there is to see.
        let step = String(repeating: "  ", count: min(indent + 1, 40))
        for (index, item) in items.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + step
            write(item, &text)
        }
        text += "\n" + step.dropLast(indent < 40 ? 2 : 0) + end
    }

    private static func spelled(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}
