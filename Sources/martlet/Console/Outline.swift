import MartletCore

/// JSON laid out for people: a line a member, what is inside another two spaces further in.
enum Outline {
    static func text(_ value: JSONValue, style: Style = Style()) -> String {
        var lines: [String] = []
        write(value, after: "", depth: 0, style, to: &lines)
        return lines.joined(separator: "\n")
    }

    /// One element of a list: its first line begins with a dash, what follows of it stands below that line's text.
    private static func write(item: JSONValue, depth: Int, _ style: Style, to lines: inout [String]) {
        let first = lines.count
        write(item, after: "", depth: depth + 1, style, to: &lines)
        guard first < lines.count else { return }
        lines[first] = String(repeating: "  ", count: depth) + "- " + lines[first].drop { $0 == " " }
    }

    private static func write(
        _ value: JSONValue, after lead: String, depth: Int, _ style: Style, to lines: inout [String]
    ) {
        let margin = String(repeating: "  ", count: depth)
        if let members = value.object {
            guard !members.isEmpty else { return lines.append(margin + lead + "{}") }
            if !lead.isEmpty { lines.append(margin + lead.dropLast()) }
            for member in members {
                let name = style("\(Table.printable(member.key)):", .dim)
                write(member.value, after: name + " ", depth: lead.isEmpty ? depth : depth + 1, style, to: &lines)
            }
        } else if let items = value.array {
            guard !items.isEmpty else { return lines.append(margin + lead + "none") }
            if !lead.isEmpty { lines.append(margin + lead.dropLast()) }
            for item in items { write(item: item, depth: depth + 1, style, to: &lines) }
        } else {
            let text = value.isNull ? "-" : value.string ?? String(decoding: value.bytes, as: UTF8.self)
            // A text of several lines stays one: it may be a payload.
            lines.append(margin + lead + Table.printable(text))
        }
    }
}
