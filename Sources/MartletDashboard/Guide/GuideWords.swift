import MartletCore

/// Durations, ordinals and rules as a guide says them in full.
enum GuideWords {
    /// `5 minutes`, `1 hour and 30 minutes`, `250 milliseconds`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = Int(duration.wholeMilliseconds)
        guard milliseconds % 1000 == 0 else { return counted(milliseconds, "millisecond") }
        var seconds = milliseconds / 1000
        var parts: [String] = []
        for (name, size) in [("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)] where seconds >= size {
            // A day and an hour are 25 hours, as people who plan retries say it.
            if name == "day", seconds % size != 0 { continue }
            parts.append(counted(seconds / size, name))
            seconds %= size
        }
        guard let last = parts.popLast() else { return "0 seconds" }
        return parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last
    }

    private static func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }

    /// `First`, `Second` … `11th`.
    static func ordinal(_ number: Int) -> String {
        let words = [
            "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
        ]
        if (1...words.count).contains(number) { return words[number - 1] }
        let suffix =
            switch (number % 100, number % 10) {
            case (11...13, _): "th"
            case (_, 1): "st"
            case (_, 2): "nd"
            case (_, 3): "rd"
            default: "th"
            }
        return "\(number)\(suffix)"
    }

    /// What acknowledges, as the end of a sentence: `a 200 OK`.
    static func acknowledgement(_ rule: SuccessRule) -> String {
        switch rule {
        case .any2xx: return "a 2xx status such as 200 OK"
        case .statuses([200]): return "a 200 OK"
        case .statuses(let statuses):
            let list = statuses.sorted().map(String.init)
            return list.count == 1
                ? "the status \(list[0])"
                : "one of the statuses \(list.dropLast().joined(separator: ", ")) and \(list.last ?? "")"
        }
    }
}
