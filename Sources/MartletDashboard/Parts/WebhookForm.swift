import MartletCore
import MartletService

/// The form of a webhook's settings: what its fields hold, what they mean, and what is wrong with them.
struct WebhookForm {
    /// As it was, or is to be, filled in.
    var fields: Query
    var errors: [ServiceError.Field] = []

    init(_ fields: Query) { self.fields = fields }

    /// Filled in with what a webhook is set to.
    init(_ endpoint: Endpoint) {
        var fields = Query()
        fields.add("url", endpoint.url)
        fields.add("description", endpoint.description)
        for event in endpoint.events { fields.add("events", event) }
        fields.add("profile", endpoint.profile ?? "")
        fields.add("filter", endpoint.filter.map { JSONMarkup.plain(Array($0.json)[...]) } ?? "")
        fields.add("headers", endpoint.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
        fields.add("metadata", endpoint.metadata.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
        fields.add("timeout", endpoint.timeout?.text ?? "")
        if endpoint.isOrdered { fields.add("ordered", "on") }
        fields.add("max_in_flight", endpoint.maxInFlight.map(String.init) ?? "")
        fields.add("rate", endpoint.rateLimit.map { String($0.count) } ?? "")
        fields.add("per", endpoint.rateLimit?.period.text ?? "")
        fields.add("burst", endpoint.rateLimit.map { String($0.burst) } ?? "")
        switch endpoint.success {
        case nil: fields.add("success", "")
        case .any2xx?: fields.add("success", "2xx")
        case .statuses(let statuses)?:
            fields.add("success", "list")
            fields.add("statuses", statuses.sorted().map(String.init).joined(separator: ", "))
        }
        fields.add("window", endpoint.retry?.window?.text ?? "")
        fields.add("jitter", endpoint.retry.map { String($0.jitter) } ?? "")
        switch endpoint.retry?.schedule {
        case nil: fields.add("retry", "")
        case .delays(let delays)?:
            fields.add("retry", "delays")
            fields.add("delays", delays.map(\.text).joined(separator: ", "))
        case .exponential(let first, let factor, let longest)?:
            fields.add("retry", "exponential")
            fields.add("first", first.text)
            fields.add("factor", String(factor))
            fields.add("longest", longest.text)
        }
        self.init(fields)
    }

    // MARK: Reading

    /// What the form asks for. What cannot be read is noted in ``errors``.
    ///
    /// - Parameter isNew: whether the webhook is being made: then what is left empty takes its default.
    mutating func draft(isNew: Bool) -> WebhookDraft {
        errors = []
        var draft = WebhookDraft()
        draft.url = fields.text("url") ?? ""
        draft.description = fields.text("description") ?? ""
        draft.events = events
        draft.profile = .some(fields.text("profile"))
        draft.headers = pairs("headers").map { HeaderField(name: $0.0, value: $0.1) }
        draft.metadata = pairs("metadata").map { Metadata(name: $0.0, value: $0.1) }
        draft.isOrdered = fields.isOn("ordered")
        draft.maxInFlight = .some(number("max_in_flight"))
        draft.timeout = .some(duration("timeout"))
        draft.filter = .some(filter)
        draft.rateLimit = .some(rateLimit)
        draft.success = .some(success)
        draft.retry = .some(retry)
        if isNew {
            draft.application = fields.text("application")
            draft.secret = fields.text("secret")
            if fields.isOn("inactive") { draft.active = false }
        }
        return draft
    }

    /// The boxes that are ticked, and one more pattern a line.
    private var events: [String] {
        if fields.all("events").contains("*") { return ["*"] }
        var events = fields.all("events")
        for line in (fields["patterns"] ?? "").split(whereSeparator: { $0.isNewline || $0 == "," || $0 == " " })
        where !events.contains(String(line)) {
            events.append(String(line))
        }
        return events
    }

    private mutating func pairs(_ name: String) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for line in (fields[name] ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                errors.append(.init(name, "Write each as `name: value`, one a line. This is not: \(line.prefix(60))"))
                continue
            }
            pairs.append((Self.trimmed(parts[0]), Self.trimmed(parts[1])))
        }
        return pairs
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    private mutating func number(_ name: String) -> Int? {
        guard let text = fields.text(name) else { return nil }
        guard let number = Int(text) else {
            errors.append(.init(name, "Give a whole number."))
            return nil
        }
        return number
    }

    private mutating func duration(_ name: String) -> Duration? {
        guard let text = fields.text(name) else { return nil }
        guard let duration = Duration(text: text) else {
            errors.append(.init(name, "Give a duration such as 500ms, 5s, 5m, 2h or 1d."))
            return nil
        }
        return duration
    }

    private var filter: PayloadFilter? {
        mutating get {
            guard let text = fields.text("filter") else { return nil }
            guard let value = try? JSONValue(parsing: Array(text.utf8)) else {
                errors.append(.init("filter", "This is not JSON. A filter looks like {\"data.amount\":{\"gte\":100}}."))
                return nil
            }
            do throws(PayloadFilter.Invalid) {
                return try PayloadFilter(value)
            } catch {
                errors += error.mistakes.map { .init("filter" + $0.place, $0.message) }
                return nil
            }
        }
    }

    private var rateLimit: RateLimit? {
        mutating get {
            let period = duration("per")
            let burst = number("burst")
            guard let rate = number("rate") else {
                if fields.text("rate") == nil, period != nil || burst != nil {
                    errors.append(.init("rate", "Say how many attempts, or leave all three empty."))
                }
                return nil
            }
            return RateLimit(count: rate, per: period ?? .seconds(1), burst: burst ?? rate)
        }
    }

    private var success: SuccessRule? {
        mutating get {
            switch fields.text("success") {
            case "2xx": return .any2xx
            case "list":
                let texts = (fields["statuses"] ?? "").split { $0 == "," || $0.isWhitespace }
                let statuses = texts.compactMap { Int($0) }
                if statuses.count != texts.count || statuses.isEmpty {
                    errors.append(.init("success", "Give the statuses with commas between them: 200, 202."))
                }
                return .statuses(Set(statuses))
            default: return nil
            }
        }
    }

    private var retry: RetryPolicy? {
        mutating get {
            let window = duration("window")
            var jitter = 0.0
            if let text = fields.text("jitter") {
                if let number = Double(text) {
                    jitter = number
                } else {
                    errors.append(.init("jitter", "Give a number from 0 to 1."))
                }
            }
            switch fields.text("retry") {
            case "delays":
                var delays: [Duration] = []
                for text in (fields["delays"] ?? "").split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                    guard let delay = Duration(text: String(text)) else {
                        errors.append(.init("delays", "\(text.prefix(20)) is no duration. Write 5s, 5m, 30m, 2h."))
                        continue
                    }
                    delays.append(delay)
                }
                return RetryPolicy(delays: delays, window: window, jitter: jitter)
            case "exponential":
                var factor = 2.0
                if let text = fields.text("factor") {
                    if let number = Double(text) {
                        factor = number
                    } else {
                        errors.append(.init("factor", "Give a number from 1 to 10."))
                    }
                }
                guard let first = duration("first"), let longest = duration("longest") else {
                    errors.append(.init("first", "Give the first delay and the longest one."))
                    return nil
                }
                return RetryPolicy(
                    schedule: .exponential(first: first, factor: factor, longest: longest), window: window,
                    jitter: jitter)
            default: return nil
            }
        }
    }

    // MARK: Showing

    /// The name of the field that an error of the API's stands beside: `retry.delays[2]` is `delays`.
    private static func place(of field: String) -> String {
        let parts = field.split { $0 == "." || $0 == "[" }.map(String.init)
        guard let first = parts.first else { return field }
        switch first {
        case "rate_limit": return parts.count > 1 ? parts[1] : "rate"
        case "retry":
            let last = parts.last { Int($0.filter(\.isNumber)) == nil || !$0.hasSuffix("]") } ?? "retry"
            return last == "exponential" ? "first" : last
        default: return first
        }
    }

    private func error(_ name: String) -> String? {
        let messages = errors.filter { Self.place(of: $0.field) == name }.map { error in
            error.field == name || error.field.hasPrefix("retry.") || error.field.hasPrefix("rate_limit.")
                ? error.message : "\(error.field): \(error.message)"
        }
        return messages.isEmpty ? nil : messages.joined(separator: " ")
    }

    /// What a template shows.
    func view(isNew: Bool, catalogue: [EventType], profiles: [String], usualProfile: String) -> View {
        var view: View = ["isNew": isNew]
        let names = [
            "url", "description", "application", "profile", "filter", "headers", "metadata", "timeout", "max_in_flight",
            "rate", "per", "burst", "statuses", "delays", "first", "factor", "longest", "window", "jitter", "secret",
        ]
        for name in names {
            let view2: View = ["name": name, "value": fields[name] ?? "", "error": error(name)]
            view["f_\(name)"] = view2
        }
        let chosen = events
        let known = Set(catalogue.map(\.name))
        let groups = Dictionary(grouping: catalogue.filter { !$0.isArchived || chosen.contains($0.name) }) {
            $0.group ?? ""
        }
        // In the order in which the groups first occur.
        var order: [String] = []
        for type in catalogue where !order.contains(type.group ?? "") { order.append(type.group ?? "") }
        view["groups"] = order.compactMap { name in
            groups[name].map { types -> View in
                [
                    "group": name,
                    "types": types.map { type -> View in
                        [
                            "name": type.name, "about": type.description,
                            "isChosen": chosen.contains("*") || chosen.contains(type.name),
                        ]
                    },
                ]
            }
        }
        view["hasCatalogue"] = !catalogue.isEmpty
        view["takesAll"] = chosen.contains("*")
        view["patterns"] = chosen.filter { $0 != "*" && !known.contains($0) }.joined(separator: "\n")
        view["eventsError"] = error("events")
        view["profiles"] = profiles.map { ["name": $0, "isCurrent": $0 == fields.text("profile")] as View }
        view["usualProfile"] = usualProfile
        view["isOrdered"] = fields.isOn("ordered")
        view["isInactive"] = fields.isOn("inactive")
        for choice in ["", "2xx", "list"] { view["success_\(choice)"] = (fields.text("success") ?? "") == choice }
        view["successError"] = error("success")
        for choice in ["", "delays", "exponential"] { view["retry_\(choice)"] = (fields.text("retry") ?? "") == choice }
        view["retryError"] = error("retry")
        let shown = Set(names + ["events", "success", "retry"])
        view["otherErrors"] = errors.filter { !shown.contains(Self.place(of: $0.field)) }.map {
            ["message": "\($0.field): \($0.message)"] as View
        }
        view["errorCount"] =
            errors.isEmpty ? nil : Figures.count(errors.count, "field needs", "fields need") + " another look."
        return view
    }
}
