/// Why a preset cannot be had: what is wrong and how to mend it.
public struct PresetError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name for programs: `preset_unknown`, `preset_parameter_unknown`, `preset_parameter_missing` or
    /// `preset_parameter_invalid`.
    public let code: String

    /// The parameter at fault; `nil` when it is the preset's name.
    public let parameter: String?

    /// What is wrong and how to mend it, in a sentence or two.
    public let description: String

    static func unknown(_ name: String) -> PresetError {
        PresetError(
            code: "preset_unknown", parameter: nil,
            description: "There is no preset \"\(name.prefix(64))\". There are: "
                + WebhookPreset.names.joined(separator: ", ") + ".")
    }

    static func unknownParameter(_ name: String, of preset: String, known: [PresetParameter]) -> PresetError {
        PresetError(
            code: "preset_parameter_unknown", parameter: name,
            description: "Preset \(preset) has no parameter \"\(name.prefix(64))\". "
                + (known.isEmpty ? "It has none." : "It has: " + known.map(\.name).joined(separator: ", ") + "."))
    }

    static func missing(_ parameter: PresetParameter, of preset: String) -> PresetError {
        PresetError(
            code: "preset_parameter_missing", parameter: parameter.name,
            description: "Preset \(preset) needs the parameter \(parameter.name): \(parameter.summary).")
    }

    static func invalid(_ parameter: String, _ value: String, due: String) -> PresetError {
        PresetError(
            code: "preset_parameter_invalid", parameter: parameter,
            description: "The parameter \(parameter) is \"\(value.prefix(64))\", and \(due) is due.")
    }
}
