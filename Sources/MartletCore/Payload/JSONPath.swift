/// The spelling of a path to a value, one step at a time: `$.items[3]["a b"]`.
enum JSONPath {
    /// Longer steps are cut, longer paths lose their middle, so that answers stay bounded whatever the payload.
    private static let longestKey = 64
    private static let longestPath = 320

    /// The step to a member. `text` is the key as JSON writes it, without its quotes.
    static func step(key text: some Collection<UInt8>) -> String {
        let isLong = text.count > longestKey
        var shown = Array(text.prefix(longestKey))
        if isLong {
            while let last = shown.last, last & 0xC0 == 0x80 { shown.removeLast() }
            if let last = shown.last, last >= 0xC0 { shown.removeLast() }
        }
        let key = String(decoding: shown, as: UTF8.self)
        return !isLong && isIdentifier(shown) ? "." + key : "[\"" + key + (isLong ? "…" : "") + "\"]"
    }

    /// The step to an element.
    static func step(index: Int) -> String { "[\(index)]" }

    /// A base and the steps from it, with the middle left out where that is long.
    static func joined(_ base: String, _ steps: String) -> String {
        let path = base + steps
        guard path.utf8.count > longestPath else { return path }
        return path.prefix(longestPath / 2) + "…" + path.suffix(longestPath / 2)
    }

    private static func isIdentifier(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24: true
            default: false
            }
        }
    }
}
