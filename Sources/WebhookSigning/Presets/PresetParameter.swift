/// A setting of a preset besides its secret.
public struct PresetParameter: Sendable, Hashable {
    /// The name that configuration uses: `header`, `webhook_id`.
    public var name: String
    /// What it is, in a phrase.
    public var summary: String
    /// What counts when it is left out; `nil` where it must be given.
    public var fallback: String?

    /// Describes a parameter.
    public init(_ name: String, _ summary: String, fallback: String? = nil) {
        self.name = name
        self.summary = summary
        self.fallback = fallback
    }
}
