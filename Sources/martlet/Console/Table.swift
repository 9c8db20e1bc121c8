/// Rows of text in columns, for people.
enum Table {
    /// The longest that a cell may be, in characters.
    private static let widest = 60

    static func text(_ titles: [String], _ rows: [[String]], style: Style = Style()) -> String {
        let cells = rows.map { $0.map(cell) }
        let widths = titles.indices.map { column in
            max(titles[column].count, cells.map { $0[column].count }.max() ?? 0)
        }
        func line(_ row: [String]) -> String {
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let text = padded.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        return ([style(line(titles), .bold)] + cells.map(line)).joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        let text = printable(text)
        return text.count <= widest ? text : text.prefix(widest - 1) + "…"
    }

    /// The text without what a terminal would obey: control characters, and those that turn the writing round.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
