import ArgumentParser
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
        profile = try Self.profile(try settings[SettingTable.profile])
        secret = try Self.secret(try settings[SettingTable.secret])
    }

    /// The built-in profile of a name.
    static func profile(_ name: String) throws(CommandFailure) -> SignatureProfile {
        if let profile = SignatureProfile.named(name) { return profile }
        let names = SignatureProfile.builtIn.map(\.name)
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
