import ArgumentParser

/// A setting's key and the texts that a flag gave for it; `nil` where it was not given.
typealias GivenSetting = (key: String, texts: [String]?)

/// Flags that are settings.
protocol SettingOptions: ParsableArguments {
    var given: [GivenSetting] { get }
}

extension Setting {
    /// What `--help` says of it.
    var help: ArgumentHelp {
        var notes: [String] = []
        if let fallback, fallback != "false", fallback != "0s" { notes.append("default: \(fallback)") }
        notes.append(variable)
        if isSecret { notes.append(fileVariable) }
        return ArgumentHelp(
            "\(summary) (\(notes.joined(separator: "; ")))", valueName: placeholder.isEmpty ? nil : placeholder)
    }

    /// The flag's name as the parser takes it.
    var name: NameSpecification { .customLong(flagName) }

    /// The flag's text.
    func given(_ text: String?) -> GivenSetting { (key, text.map { [$0] }) }

    /// The path of the file that holds the secret.
    func givenFile(_ path: String?) -> GivenSetting { (fileKey, path.map { [$0] }) }
}

extension Setting where Value == Bool {
    /// The flag, which `--no-…` turns round.
    func given(_ value: Bool?) -> GivenSetting { (key, value.map { [String($0)] }) }
}

extension Settings {
    /// Finds every setting, with the flags that were given.
    init(given: [GivenSetting]) async throws {
        var flags: [String: [String]] = [:]
        for (key, texts) in given {
            if let texts, !texts.isEmpty { flags[key] = texts }
        }
        try await self.init(flags: flags, environment: ProcessEnvironment.all)
    }
}
