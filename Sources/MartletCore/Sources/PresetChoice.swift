public import WebhookSigning

/// Which preset a source verifies by, with what the preset is told besides its secret.
public struct PresetChoice: Sendable, Hashable {
    /// One of ``WebhookPreset/names``.
    public var name: String
    /// The preset's parameters: see ``WebhookPreset/parameters(of:)``.
    public var parameters: [String: String]

    public init(name: String, parameters: [String: String] = [:]) {
        self.name = name
        self.parameters = parameters
    }

    /// The preset itself.
    ///
    /// - Throws: ``PresetError`` when there is none of that name, or a parameter is unknown, missing or wrong.
    public func preset() throws(PresetError) -> WebhookPreset {
        try .named(name, parameters: parameters)
    }
}
