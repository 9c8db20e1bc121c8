import ArgumentParser
import MartletCore
import WebhookSigning

/// By which profile and with which secret to sign or verify.
struct SigningOptions: SettingOptions {
    @Option(name: SettingTable.config.name, help: SettingTable.config.help)
    var config: String?

    @Option(name: SettingTable.profile.name, help: SettingTable.profile.help)
    var profile: String?

    @Option(name: SettingTable.secret.name, help: SettingTable.secret.help)
    var secret: String?

    @Option(help: ArgumentHelp("A file with the secret.", valueName: "path"))
    var secretFile: String?

    var given: [GivenSetting] {
        [
            SettingTable.config.given(config), SettingTable.profile.given(profile), SettingTable.secret.given(secret),
            SettingTable.secret.givenFile(secretFile),
        ]
    }
}

/// A profile and a secret that can be signed or verified with.
struct SigningChoice: Sendable {
    let profile: SignatureProfile
    let secret: SigningSecret

    init(_ settings: Settings) throws(CommandFailure) {
        profile = try Self.profile(settings)
        secret = try Self.secret(try settings[SettingTable.secret])
    }

    /// The secret that a preset takes; `nil` where it takes none.
    static func secret(
        _ settings: Settings, for preset: WebhookPreset
    ) throws(CommandFailure) -> SigningSecret? {
        guard preset.needsSecret else { return nil }
        let text = try settings[SettingTable.secret]
        do throws(SigningSecretError) {
            return try SigningSecret(text, for: preset)
        } catch {
            throw .usage(error.description)
        }
    }

    /// How signatures look in the profile that was named: a built-in one, or one of the file's.
    static func profile(_ settings: Settings) throws(CommandFailure) -> SignatureProfile {
        let name = try settings[SettingTable.profile]
        let known = Profile.builtIn + settings.profiles
        if let profile = known.first(where: { $0.name == name }) { return profile.signature }
        let names = known.map(\.name)
        let suggestion = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
        throw .usage("There is no profile \(name).\(suggestion) Give one of \(names.joined(separator: ", ")).")
    }

    /// The secret that a text is.
    static func secret(_ text: String) throws(CommandFailure) -> SigningSecret {
        do throws(SigningSecretError) {
            return try SigningSecret(text)
        } catch {
            throw .usage(error.description)
        }
    }
}
