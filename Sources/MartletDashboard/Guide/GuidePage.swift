import MartletCore
import MartletService
import WebhookSigning

/// The guide of one environment, for whoever reads it from some place.
struct GuidePage: Sendable {
    /// Who reads, and what their links lead to.
    struct Reader: Sendable {
        /// Where the pages are that the reader may go on to: `/dashboard/live`, or a portal's.
        var base: String
        /// Where the reader is at home.
        var home: String
        var isPortal = false
        /// Where a receiver's program can be had, before `/webhook.py`.
        var downloads: String
    }

    let matter: GuideMatter
    let reader: Reader
    /// The URL that the service is reached by.
    let publicURL: String

    private var environment: MartletCore.Environment { matter.environment }
    private var profile: Profile { matter.profile }
    private var types: [EventType] { matter.eventTypes }

    /// What customers know the platform as; `nil` where nobody said.
    static func brand(_ environment: MartletCore.Environment) -> String? {
        if let name = environment.pages.name { return name }
        guard let name = environment.pages.template, name != "standard" else { return nil }
        return MartletService.Template.named(name)?.title
    }

    /// Where a link to whom the settings name as help leads.
    static func link(toSupport support: String) -> String { support.contains("://") ? support : "mailto:\(support)" }

    var title: String {
        Self.brand(environment).map { "\($0) webhook integration guide" } ?? "Webhook integration guide"
    }

    private static let contents: [(anchor: String, title: String)] = [
        ("introduction", "What are webhooks?"), ("setting-up", "Setting up webhooks"), ("verify", "Verify signatures"),
        ("events", "Webhook events"), ("retries", "Acknowledgement and retries"), ("practice", "Best practices"),
        ("testing", "Testing webhooks"), ("monitoring", "Monitor failures"),
        ("receiving", "Receiving from external services"), ("troubleshooting", "Troubleshooting"),
        ("support", "Support"),
    ]

    /// Whether the environment takes in what others send.
    private var receives: Bool { environment.pages.template == "rapture" }

    var view: View {
        let brand = Self.brand(environment)
        let signature = profile.signature
        var view: View = [
            "title": title, "us": brand.map { "\($0)" } ?? "our platform", "environment": environment.name,
            "environmentClass": environment.name == "live" ? "is-live" : "is-test", "profile": profile.name,
            "base": reader.base, "dashboardPath": reader.home, "isPortal": reader.isPortal,
            "contents": Self.contents.filter { receives || $0.anchor != "receiving" }.map {
                ["anchor": $0.anchor, "title": $0.title] as View
            },
            "firstType": types.first.map { ["name": $0.name, "about": Self.sentence($0)] as View },
            "receives": receives, "requiresHTTPS": environment.requiresHTTPS,
            "acknowledgement": GuideWords.acknowledgement(profile.success),
            "timeout": GuideWords.duration(profile.timeout), "exampleURL": "https://your-app.com/webhook",
            "isStable": environment.payloadForm == .stable, "isEnvelope": profile.envelope == .event,
            "isPublicKey": signature.scheme == .standardEd25519,
            "signsTimestamp": signature.scheme.signsTimestamp, "tolerance": GuideWords.duration(signature.tolerance),
            "status": recipe.status, "hasStatus": Dashboard.takes("/status"),
            "window": profile.retry.window.map(GuideWords.duration),
            "jitter": profile.retry.jitter > 0 ? "\(Int((profile.retry.jitter * 100).rounded()))\u{2009}%" : nil,
            "support": environment.pages.support.map { ["link": Self.link(toSupport: $0)] as View },
        ]
        for (name, code) in codes { view[name] = code }
        return view.merging(verification).merging(events).merging(retries)
    }

    private static func sentence(_ type: EventType) -> String {
        let text = type.description.isEmpty ? type.name : type.description
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    // MARK: Verification

    var recipe: ReceiverRecipe { ReceiverRecipe(profile, types: types.map(\.name)) }

    private var verification: View {
        let signature = profile.signature
        let sample = SampleDelivery(profile, type: exampleType, data: exampleData)
        var headers: [View] = []
        for line in (sample?.head ?? "").split(separator: "\n").dropFirst(4) {
            let name = String(line.prefix { $0 != ":" })
            headers.append([
                "name": name, "example": String(line.dropFirst(name.count + 2)), "about": about(header: name),
            ])
        }
        let recipes = ReceiverLanguage.allCases.enumerated().map { index, language -> View in
            [
                "key": language.rawValue, "title": language.title, "basis": language.basis,
                "fileName": language.fileName, "isFirst": index == 0, "code": recipe.program(in: language),
                "downloadPath": "\(reader.downloads)/\(language.fileName)",
            ]
        }
        return [
            "headers": headers, "recipes": recipes, "formula": formula,
            "encodingWords": signature.encoding == .hex ? "in lower-case hexadecimal" : "in padded base64",
            "keyWords": keyWords,
            "sample": sample.map {
                ["secret": $0.secret, "head": $0.head, "body": $0.body, "signed": $0.signed] as View
            },
        ]
    }

    private func about(header name: String) -> String {
        let signature = profile.signature
        switch name.lowercased() {
        case signature.signatureHeader.lowercased():
            switch signature.scheme {
            case .tV1: return "t: when the signature was made, in Unix seconds; v1: the signature"
            case .standard, .standardEd25519:
                return "The signature after its version; several while a secret is changed"
            case .body, .timestampBody: return "The signature"
            }
        case signature.timestampHeader?.lowercased(), "webhook-timestamp":
            return "When this attempt was made, in Unix seconds"
        case signature.idHeader?.lowercased(), "webhook-id":
            return "The event's id: the same for every attempt, so your key against duplicates"
        default: return "The same as Standard Webhooks has it, for libraries that know that"
        }
    }

    private var formula: String {
        let signature = profile.signature
        let content =
            switch signature.scheme {
            case .body: "payload"
            case .timestampBody: "timestamp + payload"
            case .tV1: "timestamp + '.' + payload"
            case .standard, .standardEd25519: "id + '.' + timestamp + '.' + payload"
            }
        if signature.scheme == .standardEd25519 { return "Ed25519(\(content))" }
        return "HMAC-\(signature.hash == .sha256 ? "SHA256" : "SHA512")(\(content))"
    }

    private var keyWords: String {
        if profile.signature.scheme == .standardEd25519 {
            return "Its key is the last 32 bytes of what stands in base64 after the prefix of the key."
        }
        switch profile.signature.keyDerivation {
        case .utf8: return "The key is the secret itself, the whole string as it is shown."
        case .hex: return "The key is the secret's bytes, which the secret gives in hexadecimal."
        case .base64: return "The key is the secret's bytes, which the secret gives in base64."
        case .base64AfterPrefix(let prefix):
            return "The key is what the secret gives in base64 after its prefix \(prefix)"
        }
    }

    // MARK: Events

    private var exampleType: String { types.first?.name ?? "order.created" }
    private var exampleData: String { types.first?.example ?? #"{"hello":"world"}"# }

    private var events: View {
        var order: [String] = []
        for type in types where !order.contains(type.group ?? "") { order.append(type.group ?? "") }
        return [
            "hasTypes": !types.isEmpty,
            "groups": order.map { group -> View in
                [
                    "group": group.isEmpty ? "Events" : group,
                    "types": types.filter { ($0.group ?? "") == group }.map { type -> View in
                        [
                            "name": type.name, "about": type.description, "example": type.example != nil,
                            "anchor": Self.anchor(type.name),
                        ]
                    },
                ]
            },
            "examples": types.compactMap { type -> View? in
                guard let example = type.example else { return nil }
                let text =
                    profile.envelope == .event ? SampleDelivery.envelope(type.name, example) : example
                return [
                    "name": type.name, "about": type.description, "anchor": Self.anchor(type.name),
                    "json": JSONMarkup.lines(Array(text.utf8)[...]) ?? Markup(text),
                ]
            },
        ]
    }

    /// As the guides' own tables link: `property-created`.
    private static func anchor(_ type: String) -> String {
        "event-" + type.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
    }

    // MARK: Retries

    private var retries: View {
        let table = RetryTable(profile.retry)
        return [
            "hasRetries": !table.rows.isEmpty, "isCut": table.isCut,
            "retries": table.rows.map { ["name": $0.name, "when": $0.when, "total": $0.total] as View },
        ]
    }

    // MARK: Code

    private var codes: [(String, View)] {
        let samples = GuideCode(types: types, recipe: recipe, publicURL: publicURL)
        func view(_ key: String, _ label: String, _ code: String) -> (String, View) {
            (key, ["key": "code-\(key)", "label": label, "code": code])
        }
        return [
            view("stepOne", "Node.js, Express", samples.endpoint), view("registration", "curl", samples.registration),
            view("configuration", "JSON", samples.configuration), view("handling", "Node.js", samples.handling),
            view("missed", "curl", samples.missed), view("idempotency", "Node.js", samples.idempotency),
            view("testCall", "curl", samples.test),
        ]
    }
}
