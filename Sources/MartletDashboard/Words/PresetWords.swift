import WebhookSigning

/// A preset as people choose it.
struct PresetWords: Sendable {
    let name: String
    /// The sender's name for people.
    let title: String
    /// What to give as the secret; `nil` where there is none.
    let secret: String?
    let takesKeyPair: Bool
    /// What else is worth knowing, in a sentence.
    let note: String?
    let documentation: String?
    let parameters: [PresetParameter]

    /// Every preset there is, in the order of the table.
    static let all: [PresetWords] = WebhookPreset.names.map { PresetWords($0) }

    static func named(_ name: String) -> PresetWords? { all.first { $0.name == name } }

    /// The sender's name for people.
    static func title(_ name: String) -> String { named(name)?.title ?? name }

    private init(_ name: String) {
        let parameters = (try? WebhookPreset.parameters(of: name)) ?? []
        // What has to be given is not known yet; anything that is taken does for the words.
        let samples = ["ranges": "127.0.0.0/8", "algorithm": "ed25519"]
        let needed = parameters.filter { $0.fallback == nil }.map { ($0.name, samples[$0.name] ?? "x") }
        let preset = try? WebhookPreset.named(name, parameters: Dictionary(needed) { _, last in last })
        self.name = name
        title = preset?.title ?? name
        secret = preset?.secret
        takesKeyPair = preset?.takesKeyPair ?? false
        note = preset?.note
        documentation = preset.flatMap { $0.documentation.hasPrefix("https://") ? $0.documentation : nil }
        self.parameters = parameters
    }
}
