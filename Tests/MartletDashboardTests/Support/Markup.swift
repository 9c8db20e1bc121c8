/// Whether a page's HTML is well-formed, as far as a page of ours has to be: every element is closed where it was opened,
/// attributes are quoted, ids are there once.
struct MarkupCheck {
    private(set) var complaints: [String] = []

    private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "path", "rect", "img"]

    init(_ text: String) {
        var open: [String] = []
        var ids: Set<String> = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...]
            guard let end = Self.end(of: rest) else {
                complaints.append("a tag does not end: \(rest.prefix(80))")
                return
            }
            let tag = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("!") { continue }
            if tag.hasPrefix("/") {
                let name = String(tag.dropFirst())
                if open.last == name {
                    open.removeLast()
                } else {
                    complaints.append("</\(name)> closes \(open.last.map { "<\($0)>" } ?? "nothing")")
                }
                continue
            }
            let name = String(tag.prefix { $0.isLetter || $0.isNumber })
            if name.isEmpty { complaints.append("not a tag: <\(tag.prefix(40))>") }
            for (attribute, value) in attributes(tag.dropFirst(name.count)) where attribute == "id" {
                if !ids.insert(value).inserted { complaints.append("the id \(value) is there twice") }
            }
            if !Self.void.contains(name), !tag.hasSuffix("/") { open.append(name) }
        }
        if !open.isEmpty { complaints.append("never closed: \(open)") }
    }

    /// Where a tag ends: the first `>` outside quotes.
    private static func end(of text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == ">" {
                return index
            }
        }
        return nil
    }

    private mutating func attributes(_ text: Substring) -> [(String, String)] {
        var found: [(String, String)] = []
        var rest = text.drop { $0.isWhitespace || $0 == "/" }
        while !rest.isEmpty {
            let name = rest.prefix { $0 != "=" && !$0.isWhitespace && $0 != "/" }
            rest = rest.dropFirst(name.count)
            if rest.first == "=" {
                rest = rest.dropFirst()
                guard let quote = rest.first, quote == "\"" || quote == "'" else {
                    complaints.append("an attribute without quotes: \(name)")
                    return found
                }
                let value = rest.dropFirst().prefix { $0 != quote }
                found.append((String(name), String(value)))
                rest = rest.dropFirst(value.count + 2)
            } else if name.isEmpty {
                complaints.append("not an attribute: \(rest.prefix(30))")
                return found
            }
            rest = rest.drop { $0.isWhitespace || $0 == "/" }
        }
        return found
    }
}
