import MartletCore
import MartletService

/// A form with rules for deliveries among its fields: what acknowledges, and when it is tried again.
protocol RuleForm: FieldForm {}

extension RuleForm {
    static var durations: String { "500ms, 5s, 5m, 2h or 1d" }

    // MARK: Reading

    var success: SuccessRule? {
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

    var retry: RetryPolicy? {
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
    static func place(of field: String) -> String {
        let parts = field.split { $0 == "." || $0 == "[" }.map(String.init)
        guard let first = parts.first else { return field }
        switch first {
        case "signature": return parts.count > 1 ? parts[1] : first
        case "rate_limit": return parts.count > 1 ? parts[1] : "rate"
        case "retry":
            let last = parts.last { Int($0.filter(\.isNumber)) == nil || !$0.hasSuffix("]") } ?? "retry"
            return last == "exponential" ? "first" : last
        default: return first
        }
    }

    func error(_ name: String) -> String? {
        let messages = errors.filter { Self.place(of: $0.field) == name }.map { error in
            error.field == name || error.field.hasPrefix("retry.") || error.field.hasPrefix("rate_limit.")
                || error.field.hasPrefix("signature.")
                ? error.message : "\(error.field): \(error.message)"
        }
        return messages.isEmpty ? nil : messages.joined(separator: " ")
    }

    /// A field for a template: its name, what stands in it, what is wrong.
    func field(_ name: String) -> View { ["name": name, "value": fields[name] ?? "", "error": error(name)] }

    /// The fields of the rules.
    ///
    /// - Parameter mayFollow: whether the rules of a profile may stand in their place.
    func ruleView(mayFollow: Bool) -> View {
        var view: View = ["mayFollow": mayFollow]
        for name in Self.ruleNames { view["f_\(name)"] = field(name) }
        for choice in ["", "2xx", "list"] { view["success_\(choice)"] = (fields.text("success") ?? "") == choice }
        view["successError"] = error("success")
        for choice in ["", "delays", "exponential"] { view["retry_\(choice)"] = (fields.text("retry") ?? "") == choice }
        view["retryError"] = error("retry")
        return view
    }

    private static var ruleNames: [String] {
        ["statuses", "delays", "first", "factor", "longest", "window", "jitter"]
    }

    /// How much is wrong, and what of it stands beside none of these fields.
    func summary(of names: [String]) -> View {
        let shown = Set(names + Self.ruleNames + ["success", "retry"])
        return [
            "otherErrors": errors.filter { !shown.contains(Self.place(of: $0.field)) }.map {
                ["message": "\($0.field): \($0.message)"] as View
            },
            "errorCount": errors.isEmpty
                ? nil : Figures.count(errors.count, "field needs", "fields need") + " another look.",
        ]
    }
}

extension Query {
    /// Fills in what acknowledges.
    mutating func add(_ success: SuccessRule?) {
        switch success {
        case nil: add("success", "")
        case .any2xx?: add("success", "2xx")
        case .statuses(let statuses)?:
            add("success", "list")
            add("statuses", statuses.sorted().map(String.init).joined(separator: ", "))
        }
    }

    /// Fills in when a delivery is tried again.
    mutating func add(_ retry: RetryPolicy?) {
        add("window", retry?.window?.text ?? "")
        add("jitter", retry.map { String($0.jitter) } ?? "")
        switch retry?.schedule {
        case nil: add("retry", "")
        case .delays(let delays)?:
            add("retry", "delays")
            add("delays", delays.map(\.text).joined(separator: ", "))
        case .exponential(let first, let factor, let longest)?:
            add("retry", "exponential")
            add("first", first.text)
            add("factor", String(factor))
            add("longest", longest.text)
        }
    }
}
