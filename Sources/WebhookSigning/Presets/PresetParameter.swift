/// A setting of a preset besides its secret.
public struct PresetParameter: Sendable, Hashable {
    /// The name that configuration uses: `header`, `webhook_id`.
    public var name: String
    /// What it is, in a phrase.
    public var summary: String
    /// What counts when it is left out; `nil` where it must be given.
    public var fallback: String?
    /// Whether it proves something to somebody, and is kept and shown as secrets are.
    public var isSecret: Bool

    /// Describes a parameter.
    public init(_ name: String, _ summary: String, fallback: String? = nil, isSecret: Bool = false) {
        self.name = name
        self.summary = summary
        self.fallback = fallback
        self.isSecret = isSecret
    }
}
