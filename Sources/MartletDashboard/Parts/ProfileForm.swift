import MartletCore
import MartletService
import WebhookSigning

/// The form of a profile: what its fields hold, what they mean, and what is wrong with them.
struct ProfileForm: RuleForm {
    /// As it was, or is to be, filled in.
    var fields: Query
    var errors: [ServiceError.Field] = []

    init(_ fields: Query) { self.fields = fields }

    /// Filled in with a profile.
    ///
    /// - Parameter name: what stands in for its own name.
    init(_ profile: Profile, name: String? = nil) {
        let signature = profile.signature
        var fields = Query()
        fields.add("name", name ?? profile.name)
        fields.add("envelope", profile.envelope.rawValue)
        fields.add("scheme", signature.scheme.rawValue)
        fields.add("signature_header", signature.signatureHeader)
        fields.add("timestamp_header", signature.timestampHeader ?? "")
        fields.add("id_header", signature.idHeader ?? "")
        fields.add("prefix", signature.prefix)
        fields.add("hash", signature.hash.rawValue)
        fields.add("encoding", signature.encoding.rawValue)
        switch signature.keyDerivation {
        case .utf8: fields.add("key", "utf8")
        case .hex: fields.add("key", "hex")
        case .base64: fields.add("key", "base64")
        case .base64AfterPrefix(let prefix):
            fields.add("key", "base64-after-prefix")
            fields.add("key_prefix", prefix)
        }
        fields.add("tolerance", signature.tolerance.text)
        fields.add("timeout", profile.timeout.text)
        fields.add(profile.success)
        fields.add(profile.retry)
        self.init(fields)
    }

    /// What the form asks for; `nil` where something in it cannot be read, which is noted in ``errors``.
    ///
    /// - Parameter name: the name of the profile that is changed; `nil` for a new one.
    mutating func profile(named name: String?) -> Profile? {
        errors = []
        let scheme = choice("scheme", SignatureScheme.init)
        let hash = choice("hash", SignatureHash.init)
        let encoding = choice("encoding", SignatureEncoding.init)
        let envelope = choice("envelope", Profile.Envelope.init)
        let tolerance = given("tolerance")
        let timeout = given("timeout")
        let success = success
        if success == nil, errors.isEmpty { errors.append(.init("success", "Choose what acknowledges.")) }
        let retry = retry
        if retry == nil, !errors.contains(where: { $0.field == "first" }) {
            errors.append(.init("retry", "Choose a schedule."))
        }
        let key: KeyDerivation =
            switch fields.text("key") {
            case "hex": .hex
            case "base64": .base64
            case "base64-after-prefix": .base64AfterPrefix(fields.text("key_prefix") ?? "whsec_")
            default: .utf8
            }
        guard let scheme, let hash, let encoding, let envelope, let tolerance, let timeout, let success, let retry,
            errors.isEmpty
        else { return nil }
        let signature = SignatureProfile(
            scheme: scheme, signatureHeader: fields.text("signature_header") ?? "",
            timestampHeader: fields.text("timestamp_header"), idHeader: fields.text("id_header"),
            prefix: fields.text("prefix") ?? "", hash: hash, encoding: encoding, keyDerivation: key,
            tolerance: tolerance)
        return Profile(
            name: name ?? fields.text("name") ?? "", envelope: envelope, signature: signature, success: success,
            timeout: timeout, retry: retry)
    }

    private mutating func choice<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
        guard let value = fields.text(name).flatMap(read) else {
            errors.append(.init(name, "Choose one of these."))
            return nil
        }
        return value
    }

    private mutating func given(_ name: String) -> Duration? {
        if fields.text(name) == nil { errors.append(.init(name, "Give a duration such as 15s or 5m.")) }
        return duration(name)
    }

    /// What a template shows.
    var view: View {
        let names = [
            "name", "signature_header", "timestamp_header", "id_header", "prefix", "key_prefix", "tolerance", "timeout",
        ]
        var view = ruleView(mayFollow: false)
        for name in names { view["f_\(name)"] = field(name) }
        for (name, options) in Self.choices {
            view["c_\(name)"] =
                [
                    "error": error(name),
                    "options": options.map { option -> View in
                        ["value": option.value, "title": option.title, "isCurrent": option.value == fields.text(name)]
                    },
                ] as View
        }
        return view.merging(summary(of: names + Self.choices.map(\.name)))
    }

    private static let choices: [(name: String, options: [(value: String, title: String)])] = [
        (
            "scheme",
            [
                ("body", "the body"), ("timestamp-body", "timestamp and body"),
                ("t-v1", "timestamp.body, as t=…,v1=…"), ("standard", "id.timestamp.body (Standard Webhooks)"),
                ("standard-ed25519", "id.timestamp.body, with Ed25519"),
            ]
        ),
        ("hash", [("sha256", "SHA-256"), ("sha512", "SHA-512")]),
        ("encoding", [("hex", "hexadecimal"), ("base64", "base64")]),
        (
            "key",
            [
                ("utf8", "the secret itself, the whole string"), ("base64-after-prefix", "base64 after a prefix"),
                ("base64", "base64"), ("hex", "hexadecimal"),
            ]
        ),
        ("envelope", [("event", "id, type, created and data"), ("data", "the payload alone")]),
    ]
}
