import MartletCore
import MartletService

/// The form of an alert's settings: what its fields hold, what they mean, and what is wrong with them.
struct AlertForm: FieldForm {
    /// As it was, or is to be, filled in.
    var fields: Query
    var errors: [ServiceError.Field] = []

    init(_ fields: Query) { self.fields = fields }

    /// Filled in as a new alert usually is.
    init() {
        var fields = Query()
        fields.add("rule", AlertRule.Kind.consecutiveFailures.rawValue)
        fields.add("tell_webhooks", "on")
        fields.add("active", "on")
        self.init(fields)
    }

    /// Filled in with what an alert is set to.
    init(_ alert: Alert) {
        var fields = Query()
        fields.add("name", alert.name)
        fields.add("rule", alert.rule.kind.rawValue)
        switch alert.rule {
        case .consecutiveFailures(let count): fields.add("failures", String(count))
        case .successRate(let below, let window, let attempts):
            fields.add("below", Self.percent(below))
            fields.add("window", window.text)
            fields.add("attempts", String(attempts))
        case .oldestWaiting(let age): fields.add("age", age.text)
        case .endpointDisabled: break
        case .sourceRefusing(let window): fields.add("refusal_window", window.text)
        }
        if let application = alert.scope.application { fields.add("application", application.description) }
        if let webhook = alert.scope.endpoint { fields.add("webhook", webhook.description) }
        fields.add("emails", alert.emails.joined(separator: "\n"))
        if alert.tellsEndpoints { fields.add("tell_webhooks", "on") }
        if alert.isActive { fields.add("active", "on") }
        fields.add("clears_after", alert.clearsAfter.text)
        self.init(fields)
    }

    // MARK: Reading

    /// What the form asks for. What cannot be read is noted in ``errors``.
    mutating func draft() -> AlertDraft {
        errors = []
        var draft = AlertDraft()
        draft.name = fields.text("name") ?? ""
        draft.rule = rule
        draft.application = .some(fields.text("application"))
        draft.endpoint = .some(endpoint)
        draft.emails = (fields["emails"] ?? "").split { $0.isNewline || $0 == "," || $0 == " " || $0 == ";" }.map(
            String.init)
        draft.tellsEndpoints = fields.isOn("tell_webhooks")
        draft.isActive = fields.isOn("active")
        draft.clearsAfter = duration("clears_after") ?? Alert.usualClearsAfter
        return draft
    }

    private var endpoint: EndpointID? {
        mutating get {
            guard let text = fields.text("webhook") else { return nil }
            guard let id = EndpointID(text) else {
                errors.append(.init("webhook", "Give a webhook's id: ep_ and 26 characters."))
                return nil
            }
            return id
        }
    }

    private var rule: AlertRule? {
        mutating get {
            guard let kind = fields.text("rule").flatMap(AlertRule.Kind.init) else {
                errors.append(.init("rule", "Choose what it looks at."))
                return nil
            }
            switch kind {
            case .consecutiveFailures: return AlertRule(kind, failures: number("failures", as: "rule.failures"))
            case .successRate:
                return AlertRule(
                    kind, below: share, window: duration("window", as: "rule.window"),
                    attempts: number("attempts", as: "rule.attempts"))
            case .oldestWaiting: return AlertRule(kind, age: duration("age", as: "rule.age"))
            case .endpointDisabled: return AlertRule(kind)
            case .sourceRefusing: return AlertRule(kind, window: duration("refusal_window", as: "rule.window"))
            }
        }
    }

    /// A percentage, as a share.
    private var share: Double? {
        mutating get {
            guard let text = fields.text("below") else { return nil }
            let digits = text.filter { $0 != "%" && !$0.isWhitespace }
            guard let percent = Double(digits), percent.isFinite else {
                errors.append(.init("rule.below", "Give a percentage such as 95."))
                return nil
            }
            return percent / 100
        }
    }

    private static func percent(_ share: Double) -> String {
        let text = String((share * 100_000).rounded() / 1000)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    // MARK: Showing

    var view: View {
        func field(_ name: String, errors names: [String]? = nil) -> View {
            let names = names ?? [name]
            return [
                "name": name, "value": fields[name] ?? "",
                "error": errors.first { names.contains($0.field) }?.message,
            ]
        }
        let chosen = fields["rule"]
        let isChosen = { (kind: AlertRule.Kind) in kind.rawValue == chosen }
        // Of two windows the one whose rule is chosen has the error.
        let windowError = isChosen(.sourceRefusing) ? [] : ["rule.window"]
        let shown = ["name", "rule", "application", "webhook", "clears_after"]
        let others = errors.filter { error in
            !shown.contains(error.field) && !error.field.hasPrefix("rule.") && !error.field.hasPrefix("emails")
        }
        return [
            "f_name": field("name"), "f_failures": field("failures", errors: ["rule.failures"]),
            "f_below": field("below", errors: ["rule.below"]), "f_window": field("window", errors: windowError),
            "f_attempts": field("attempts", errors: ["rule.attempts"]), "f_age": field("age", errors: ["rule.age"]),
            "f_refusal_window": field(
                "refusal_window", errors: isChosen(.sourceRefusing) ? ["rule.window"] : []),
            "f_application": field("application"), "f_webhook": field("webhook"),
            "f_emails": field("emails", errors: errors.map(\.field).filter { $0.hasPrefix("emails") }),
            "f_clears_after": field("clears_after"),
            "ruleError": errors.first { $0.field == "rule" }?.message,
            "isFailures": isChosen(.consecutiveFailures), "isRate": isChosen(.successRate),
            "isWaiting": isChosen(.oldestWaiting), "isDisabled": isChosen(.endpointDisabled),
            "isRefusing": isChosen(.sourceRefusing),
            "tellsWebhooks": fields.isOn("tell_webhooks"), "isActive": fields.isOn("active"),
            "errorCount": errors.isEmpty
                ? nil : errors.count == 1 ? "One thing is not right." : "\(errors.count) things are not right.",
            "otherErrors": others.map { ["message": $0.message] as View },
        ]
    }
}
