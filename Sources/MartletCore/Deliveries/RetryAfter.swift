/// When a receiver asked to be tried again: `Retry-After`, RFC 9110, section 10.2.3.
public enum RetryAfter: Sendable, Hashable {
    /// So many seconds after the response.
    case delay(seconds: Int64)
    /// At this instant.
    case date(Timestamp)

    /// The furthest a receiver may push the next attempt: 24 hours.
    public static let longest = Duration.seconds(86_400)

    /// Reads the header's value: digits, or an HTTP date in the form that is sent today (IMF-fixdate). `nil` for
    /// anything else, negative numbers among it. Digits beyond what fits are read as a very long time.
    public init?(_ value: String) {
        let text = value.trimmed
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            self = .delay(seconds: min(Int64(text) ?? .max, 1_000_000_000))
        } else if let date = Timestamp(httpDate: text) {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// The instant asked for by a response that came at `now`, at most ``longest`` away.
    public func instant(from now: Timestamp) -> Timestamp {
        switch self {
        case .delay(let seconds): now + min(.seconds(seconds), Self.longest)
        case .date(let date): min(date, now + Self.longest)
        }
    }
}

extension Timestamp {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7, IMF-fixdate).
    fileprivate init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[0].count == 4, parts[0].hasSuffix(","), parts[5] == "GMT", parts[1].count == 2,
            parts[3].count == 4, let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}

extension String {
    /// The text without the blanks that HTTP allows around a field's value.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
