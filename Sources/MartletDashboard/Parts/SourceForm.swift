import MartletCore
import MartletService
import WebhookSigning

/// The form of a source's settings: what its fields hold, what they mean, and what is wrong with them.
struct SourceForm: FieldForm {
    /// As it was, or is to be, filled in.
    var fields: Query
    var errors: [ServiceError.Field] = []

    init(_ fields: Query) { self.fields = fields }

    /// Filled in with what a source is set to.
    ///
    /// - Parameter parameters: the preset's, secret ones masked.
    init(_ source: MartletCore.Source, parameters: [(name: String, value: String)]) {
        var fields = Query()
        fields.add("name", source.name)
        fields.add("description", source.description)
        fields.add("application", source.application?.description ?? "")
        for (name, value) in parameters { fields.add("p_\(name)", value) }
        fields.add("tolerance", source.tolerance?.text ?? "")
        fields.add("addresses", source.addresses.joined(separator: "\n"))
        fields.add("rate", source.limits.rate.map { String($0.count) } ?? "")
        fields.add("per", source.limits.rate?.period.text ?? "")
        fields.add("burst", source.limits.rate.map { String($0.burst) } ?? "")
        fields.add("address_rate", source.limits.ratePerAddress.map { String($0.count) } ?? "")
        fields.add("address_per", source.limits.ratePerAddress?.period.text ?? "")
        fields.add("size", String(source.limits.maxBodySize))
        fields.add("prefix", source.typing.prefix)
        fields.add("fallback", source.typing.fallback)
        fields.add("window", source.duplicateWindow.text)
        fields.add("headers", source.keptHeaders.joined(separator: "\n"))
        self.init(fields)
    }

    // MARK: Reading

    /// What the form asks for. What cannot be read is noted in ``errors``.
    mutating func draft(_ preset: PresetWords) -> SourceDraft {
        errors = []
        var draft = SourceDraft()
        draft.preset = preset.name
        draft.name = fields.text("name") ?? ""
        draft.description = fields.text("description") ?? ""
        draft.application = .some(fields.text("application"))
        var parameters: [String: String] = [:]
        for parameter in preset.parameters {
            guard let value = fields["p_\(parameter.name)"], value != parameter.fallback,
                !value.isEmpty || parameter.fallback != nil
            else { continue }
            parameters[parameter.name] = value
        }
        draft.parameters = parameters
        // A key of a pair has lines, and all of them count.
        draft.secret = fields.text("secret")
        if fields.isOn("generate") { draft.generatesSecret = true }
        draft.tolerance = .some(duration("tolerance"))
        draft.addresses = lines("addresses")
        draft.rateLimit = .some(rate("rate", "per", "burst"))
        draft.rateLimitPerAddress = .some(rate("address_rate", "address_per", nil))
        draft.maxBodySize = fields.text("size") == nil ? SourceLimits.defaultBodySize : number("size")
        draft.typePrefix = fields.text("prefix") ?? ""
        draft.fallbackType = fields.text("fallback") ?? EventTyping().fallback
        draft.duplicateWindow = duration("window") ?? MartletCore.Source.defaultDuplicateWindow
        draft.keptHeaders = lines("headers")
        return draft
    }

    private func lines(_ name: String) -> [String] {
        (fields[name] ?? "").split { $0.isNewline || $0 == "," || $0 == " " }.map(String.init)
    }

    private mutating func rate(_ count: String, _ period: String, _ burst: String?) -> RateLimit? {
        let per = duration(period) ?? .seconds(1)
        let most = burst.flatMap { number($0) }
        guard let number = number(count) else { return nil }
        return RateLimit(count: number, per: per, burst: most ?? number)
    }

    // MARK: Showing

    /// The field of the form that an error belongs to.
    private static func place(of field: String) -> String {
        let first = String(field.prefix { $0 != "." && $0 != "[" })
        switch first {
        case "rate_limit": return "rate"
        case "rate_limit_per_address": return "address_rate"
        case "max_body_bytes": return "size"
        case "type_prefix": return "prefix"
        case "default_type": return "fallback"
        case "duplicate_window": return "window"
        case "forward_headers": return "headers"
        case "generate_secret": return "secret"
        case "parameters": return "p_" + field.dropFirst("parameters.".count)
        default: return first
        }
    }

    private func error(_ name: String) -> String? {
        let messages = errors.filter { Self.place(of: $0.field) == name }.map(\.message)
        return messages.isEmpty ? nil : messages.joined(separator: " ")
    }

    /// What a template shows.
    func view(_ preset: PresetWords, hasSecret: Bool) -> View {
        let names = [
            "name", "description", "application", "tolerance", "addresses", "rate", "per", "burst", "address_rate",
            "address_per", "size", "prefix", "fallback", "window", "headers", "secret",
        ]
        var view: View = [
            "presetTitle": preset.title, "presetName": preset.name, "note": preset.note,
            "documentation": preset.documentation, "takesSecret": preset.secret != nil,
            "secretWords": preset.secret.map { "It is \($0)." }, "hasSecret": hasSecret,
            "mayGenerate": preset.secret != nil && !preset.takesKeyPair, "isGenerated": fields.isOn("generate"),
            "takesKeyPair": preset.takesKeyPair,
        ]
        for name in names {
            // What is a secret is not sent back to be seen again.
            let value = name == "secret" ? "" : fields[name] ?? ""
            let field: View = ["name": name, "value": value, "error": error(name)]
            view["f_\(name)"] = field
        }
        view["parameters"] = preset.parameters.map { parameter -> View in
            let name = "p_\(parameter.name)"
            return [
                "name": name, "label": parameter.name, "summary": Markup(prose: parameter.summary),
                "value": fields[name] ?? parameter.fallback ?? "", "error": error(name),
            ]
        }
        view["hasParameters"] = !preset.parameters.isEmpty
        let shown = Set(names + preset.parameters.map { "p_\($0.name)" })
        view["otherErrors"] = errors.filter { !shown.contains(Self.place(of: $0.field)) }.map {
            ["message": "\($0.field): \($0.message)"] as View
        }
        view["errorCount"] =
            errors.isEmpty ? nil : Figures.count(errors.count, "field needs", "fields need") + " another look."
        return view
    }
}
