extension Duration {
    /// Reads a duration as the API, flags and files write it: a whole number and one of `ms`, `s`, `m`, `h`, `d`.
    /// `nil` where the text is something else or longer than 100 years.
    public init?(text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 15, let value = Int64(digits) else { return nil }
        let unit: Int64
        switch text[digits.endIndex...] {
        case "ms": unit = 1
        case "s": unit = 1000
        case "m": unit = 60_000
        case "h": unit = 3_600_000
        case "d": unit = 86_400_000
        default: return nil
        }
        let (milliseconds, overflow) = value.multipliedReportingOverflow(by: unit)
        guard !overflow, milliseconds <= 100 * 365 * 86_400_000 else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The duration in the largest unit that divides it: `90s`, `5m`, `1d`.
    public var text: String {
        let milliseconds = wholeMilliseconds
        for (unit, name) in [(Int64(86_400_000), "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        where milliseconds != 0 && milliseconds % unit == 0 {
            return "\(milliseconds / unit)\(name)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
