import MartletCore

/// Names and values, as a URL's query and a form's body have them (URL Standard, application/x-www-form-urlencoded).
/// What cannot be decoded is left out: a page shows what it can.
struct Query: Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    init(_ text: some StringProtocol) {
        for pair in text.split(separator: "&").prefix(2000) {
            let name = pair.prefix { $0 != "=" }
            guard let decodedName = PercentEncoding.decode(name, plusIsBlank: true),
                let value = PercentEncoding.decode(pair.dropFirst(name.count + 1), plusIsBlank: true)
            else { continue }
            // Browsers send the ends of a text's lines as CR LF (HTML Standard, 4.10.21.8), whatever was typed in.
            pairs.append((decodedName, value.replacing("\r\n", with: "\n")))
        }
    }

    /// The first value of that name, even an empty one.
    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The first value of that name without blanks around, unless it is empty.
    func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        let trimmed = value.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    /// Whether a box is ticked.
    func isOn(_ name: String) -> Bool { self[name] != nil }

    mutating func add(_ name: String, _ value: String) { pairs.append((name, value)) }

    /// This query with one value replaced, or taken out.
    func with(_ name: String, _ value: String?) -> Query {
        var query = self
        query.pairs.removeAll { $0.name == name }
        if let value { query.pairs.append((name, value)) }
        return query
    }

    /// As it stands in a URL, with the question mark; empty where there is nothing.
    var text: String {
        pairs.isEmpty
            ? ""
            : "?"
                + pairs.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
                .joined(separator: "&")
    }
}
