import MartletCore

/// Instants and durations as people read them.
enum When {
    /// An instant, told from now on; exactly, where one points at it. A script keeps it up to date.
    static func markup(_ instant: Timestamp, now: Timestamp) -> Markup {
        let exact = instant.rfc3339
        return Markup(
            trusted: #"<time datetime="\#(exact)" title="\#(exact)" data-time="\#(instant.milliseconds)">"#
                + "\(relative(instant, now: now))</time>")
    }

    static func markup(_ instant: Timestamp?, now: Timestamp) -> Markup? { instant.map { markup($0, now: now) } }

    /// An instant to come, counted down to by a script.
    static func countdown(_ instant: Timestamp, now: Timestamp) -> Markup {
        let exact = instant.rfc3339
        let text = instant <= now ? "any moment" : relative(instant, now: now)
        return Markup(
            trusted: #"<time datetime="\#(exact)" title="\#(exact)" data-countdown="\#(instant.milliseconds)">"#
                + "\(text)</time>")
    }

    /// `3 min ago`, `in 2 h`.
    static func relative(_ instant: Timestamp, now: Timestamp) -> String {
        let seconds = (now.milliseconds - instant.milliseconds) / 1000
        if seconds == 0 { return "now" }
        return seconds > 0 ? "\(rough(seconds)) ago" : "in \(rough(-seconds))"
    }

    private static func rough(_ seconds: Int64) -> String {
        switch seconds {
        case 86_400...: "\(seconds / 86_400) d"
        case 3600...: "\(seconds / 3600) h"
        case 60...: "\(seconds / 60) min"
        default: "\(seconds) s"
        }
    }

    /// A duration in microseconds: `840 µs`, `12.3 ms`, `4.2 s`.
    static func taken(_ microseconds: Int64) -> String {
        switch microseconds {
        case ..<1000: "\(microseconds) µs"
        case ..<100_000: "\(tenths(microseconds, per: 1000)) ms"
        case ..<1_000_000: "\(microseconds / 1000) ms"
        case ..<60_000_000: "\(tenths(microseconds, per: 1_000_000)) s"
        default: "\(microseconds / 60_000_000) min \(microseconds / 1_000_000 % 60) s"
        }
    }

    private static func tenths(_ value: Int64, per unit: Int64) -> String {
        let tenths = (value * 10 + unit / 2) / unit
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// Numbers as people read them.
enum Figures {
    /// With thin spaces between thousands.
    static func text(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append("\u{2009}") }
            grouped.append(digit)
        }
        return (number < 0 ? "−" : "") + grouped
    }

    /// `99.2 %`; what is not all is never shown as 100 %.
    static func share(_ part: Int, of whole: Int) -> String? {
        guard whole > 0 else { return nil }
        let tenths = part * 1000 / whole
        return tenths % 10 == 0 ? "\(tenths / 10)\u{2009}%" : "\(tenths / 10).\(tenths % 10)\u{2009}%"
    }

    /// `1.2 kB`.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1000: "\(count) B"
        case ..<1_000_000: "\(count / 1000).\(count % 1000 / 100) kB"
        default: "\(count / 1_000_000).\(count % 1_000_000 / 100_000) MB"
        }
    }

    /// `1 event`, `2 events`.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(text(number)) \(number == 1 ? one : many ?? one + "s")"
    }
}
