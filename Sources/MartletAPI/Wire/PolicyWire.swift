import MartletCore

// Retry policies, success rules, rate limits and durations, as webhooks and profiles share them.

extension RetryPolicy: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            switch schedule {
            case .delays(let delays): writer.field("delays", delays.map(\.text))
            case .exponential(let first, let factor, let longest):
                writer.object("exponential") { writer in
                    writer.field("first", first.text)
                    writer.field("factor", factor)
                    writer.field("longest", longest.text)
                }
            }
            writer.field("jitter", jitter)
            writer.field("window", window?.text)
        }
    }

    /// Reads `{"delays":[…]}` or `{"exponential":{…}}`, with `jitter` and `window` as wished.
    init?(_ reader: inout FieldReader) {
        let window = reader.nullableDuration("window") ?? nil
        let jitter = reader.number("jitter") ?? 0
        let exponential = reader.object("exponential") { reader -> Schedule? in
            guard let first = reader.duration("first"), let longest = reader.duration("longest") else {
                reader.note("first", "Give `first` and `longest`, both durations.")
                return nil
            }
            return .exponential(first: first, factor: reader.number("factor") ?? 2, longest: longest)
        }
        if let texts = reader.strings("delays") {
            if exponential != nil { reader.note("exponential", "Give `delays` or `exponential`, not both.") }
            var delays: [Duration] = []
            for (index, text) in texts.enumerated() {
                guard let delay = Duration(text: text) else {
                    reader.note("delays[\(index)]", "Give a duration such as \"5s\", \"5m\" or \"2h\".")
                    continue
                }
                delays.append(delay)
            }
            self.init(delays: delays, window: window, jitter: jitter)
        } else if let exponential {
            self.init(schedule: exponential, window: window, jitter: jitter)
        } else {
            if !reader.has("exponential"), !reader.has("delays") {
                reader.note("delays", "Give the delays between attempts: [\"5s\",\"5m\"].")
            }
            return nil
        }
    }
}

extension SuccessRule: Wire {
    func write(to writer: inout JSONWriter) {
        switch self {
        case .any2xx: writer.string("2xx")
        case .statuses(let statuses):
            writer.array { writer in
                for status in statuses.sorted() { writer.integer(status) }
            }
        }
    }

    /// Reads `"2xx"` or a list of statuses.
    init?(_ value: JSONValue) {
        if value.string == "2xx" {
            self = .any2xx
        } else if let array = value.array {
            let statuses = array.compactMap(\.integer)
            guard statuses.count == array.count else { return nil }
            self = .statuses(Set(statuses))
        } else {
            return nil
        }
    }
}

extension RateLimit: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("rate", count)
            writer.field("per", period.text)
            writer.field("burst", burst)
        }
    }

    /// Reads `{"rate":50,"per":"1s","burst":50}`: a second unless `per` says otherwise, and a burst as large as the rate.
    init?(_ reader: inout FieldReader) {
        let rate = reader.integer("rate")
        let period = reader.duration("per")
        let burst = reader.integer("burst")
        guard let rate else {
            if !reader.has("rate") { reader.note("rate", "Say how many attempts it takes: 50.") }
            return nil
        }
        self.init(count: rate, per: period ?? .seconds(1), burst: burst ?? rate)
    }
}

extension FieldReader {
    /// A filter; `.some(nil)` for `null`. Each of its mistakes is noted with its place: `filter["data.amount"].gte`.
    mutating func nullableFilter(_ name: String) -> PayloadFilter?? {
        guard let value = value(name) else { return nil }
        if value.isNull { return .some(nil) }
        do throws(PayloadFilter.Invalid) {
            return .some(try PayloadFilter(value))
        } catch {
            for mistake in error.mistakes { note(name + mistake.place, mistake.message) }
            return nil
        }
    }

    /// A rate limit; `.some(nil)` for `null`.
    mutating func nullableRateLimit(_ name: String) -> RateLimit?? {
        if let value = peek(name), value.isNull {
            _ = self.value(name)
            return .some(nil)
        }
        return object(name) { RateLimit(&$0) }.map { .some($0) }
    }

    /// A retry policy; `.some(nil)` for `null`.
    mutating func nullableRetry(_ name: String) -> RetryPolicy?? {
        if let value = peek(name), value.isNull {
            _ = self.value(name)
            return .some(nil)
        }
        return object(name) { RetryPolicy(&$0) }.map { .some($0) }
    }

    /// A success rule; `.some(nil)` for `null`.
    mutating func nullableSuccess(_ name: String) -> SuccessRule?? {
        guard let value = value(name) else { return nil }
        if value.isNull { return .some(nil) }
        guard let rule = SuccessRule(value) else {
            note(name, "Give \"2xx\", or a list of statuses: [200].")
            return nil
        }
        return .some(rule)
    }

    /// Free text by name.
    mutating func metadata(_ name: String) -> [Metadata]? {
        dictionary(name)?.map { Metadata(name: $0.0, value: $0.1) }
    }
}

extension JSONWriter {
    /// A member with something that has a form on the wire, or null.
    mutating func field(_ name: StaticString, _ value: (some Wire)?) {
        key(name)
        if let value { value.write(to: &self) } else { null() }
    }

    mutating func metadata(_ metadata: [Metadata]) { strings("metadata", metadata.map { ($0.name, $0.value) }) }
}
