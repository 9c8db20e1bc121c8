/// Sizes as people write them: `64MiB`, `1GB`, `512`.
enum ByteText {
    private static let units: [(name: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000), ("B", 1),
    ]

    /// Reads a whole number with one of the units KiB, MiB, GiB, TiB, kB, MB, GB, TB and B, or none for bytes. `nil`
    /// where the text is something else or beyond an `Int`.
    static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int(digits) else { return nil }
        let rest = text[digits.endIndex...].drop { $0 == " " }
        guard !rest.isEmpty else { return number }
        guard let unit = units.first(where: { $0.name.lowercased() == rest.lowercased() }) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : bytes
    }

    /// The size in the largest binary unit that divides it.
    static func text(_ bytes: Int) -> String {
        for unit in units.prefix(4) where bytes != 0 && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes)B"
    }

    /// The size to one decimal, for people: `1.5 GiB`.
    static func rounded(_ bytes: Int) -> String {
        for unit in units.prefix(4) where bytes >= unit.bytes {
            return "\(bytes / unit.bytes).\(bytes % unit.bytes * 10 / unit.bytes) \(unit.name)"
        }
        return "\(bytes) B"
    }
}
