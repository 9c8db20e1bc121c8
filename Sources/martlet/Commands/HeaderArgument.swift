/// A header on the command line: `Name: value`.
enum HeaderArgument {
    static func parse(_ text: String) throws(CommandFailure) -> (name: String, value: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
            throw .usage("--header '\(text)': Give a name and a value: 'X-Signature: 3f2a…'.")
        }
        let value = text[text.index(after: colon)...]
        return (String(text[..<colon]).trimmed, String(value).trimmed)
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
