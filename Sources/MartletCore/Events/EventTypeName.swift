/// The rules for event type names, and for the patterns that endpoints subscribe with.
public enum EventTypeName {
    /// The longest name, in bytes.
    public static let maximumLength = 128

    /// Whether `name` is one or more segments of letters, digits, `_` and `-`, joined by dots, at most 128 bytes.
    public static func isValid(_ name: String) -> Bool { isValid(name.utf8) }

    private static func isValid(_ name: some Sequence<UInt8>) -> Bool {
        var segment = 0
        var length = 0
        for byte in name {
            length += 1
            switch byte {
            case UInt8(ascii: "."):
                if segment == 0 { return false }
                segment = 0
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                segment += 1
            default: return false
            }
        }
        return segment > 0 && length <= maximumLength
    }

    /// Whether `pattern` is a name, `*` for every event, or a name's beginning and `.*`: `transaction.*`.
    public static func isValidPattern(_ pattern: String) -> Bool {
        if pattern == "*" { return true }
        return isValid(pattern.utf8.dropLast(pattern.hasSuffix(".*") ? 2 : 0))
    }

    /// Whether a valid `pattern` covers `name`.
    public static func pattern(_ pattern: String, covers name: String) -> Bool {
        pattern == name || pattern == "*" || pattern.hasSuffix(".*") && name.hasPrefix(pattern.dropLast())
    }

    /// Every pattern that covers `name`, the most exact first: `a.b.c`, `a.b.*`, `a.*`, `*`.
    public static func patterns(covering name: String) -> [String] {
        var patterns = [name]
        var rest = name[...]
        while let dot = rest.utf8.lastIndex(of: UInt8(ascii: ".")) {
            rest = rest[..<dot]
            patterns.append("\(rest).*")
        }
        patterns.append("*")
        return patterns
    }
}
