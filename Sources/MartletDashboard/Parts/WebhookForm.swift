import MartletCore
import MartletService

/// The form of a webhook's settings: what its fields hold, what they mean, and what is wrong with them.
struct WebhookForm: RuleForm {
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
        fields.add("source", endpoint.source?.description ?? "")
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
        fields.add(endpoint.success)
        fields.add(endpoint.retry)
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
        // Customers are not asked for it.
        if let source = fields["source"] { draft.source = .some(source.isEmpty ? nil : source) }
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

    // MARK: Showing

    /// What a template shows.
    ///
    /// - Parameter sources: those that can be chosen.
    func view(
        isNew: Bool, catalogue: [EventType], profiles: [String], usualProfile: String, sources: [MartletCore.Source]
    ) -> View {
        var view: View = ["isNew": isNew]
        let names = [
            "url", "description", "application", "profile", "filter", "headers", "metadata", "timeout", "max_in_flight",
            "rate", "per", "burst", "secret",
        ]
        for name in names { view["f_\(name)"] = field(name) }
        let source = fields.text("source")
        var choices = sources.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.map {
            (id: $0.id.description, name: $0.name)
        }
        if let source, !choices.contains(where: { $0.id == source }) {
            choices.append((source, "\(source.prefix(64)) (deleted)"))
        }
        view["f_source"] = choices.isEmpty ? nil : field("source")
        view["sources"] = choices.map { ["id": $0.id, "name": $0.name, "isCurrent": $0.id == source] as View }
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
        view = view.merging(ruleView(mayFollow: true))
        view = view.merging(summary(of: names + ["events", "source"]))
        return view
    }
}
