import ArgumentParser

/// How e-mail is sent.
struct MailOptions: SettingOptions {
    @Option(name: SettingTable.smtpURL.name, help: SettingTable.smtpURL.help)
    var smtpURL: String?

    @Option(
        name: .customLong("\(SettingTable.smtpURL.flagName)-file"),
        help: ArgumentHelp("A file that holds it.", valueName: "path"))
    var smtpURLFile: String?

    @Option(name: SettingTable.smtpFrom.name, help: SettingTable.smtpFrom.help)
    var smtpFrom: String?

    @Option(name: SettingTable.smtpAuthorities.name, help: SettingTable.smtpAuthorities.help)
    var smtpAuthorities: String?

    var given: [GivenSetting] {
        [
            SettingTable.smtpURL.given(smtpURL), SettingTable.smtpURL.givenFile(smtpURLFile),
            SettingTable.smtpFrom.given(smtpFrom), SettingTable.smtpAuthorities.given(smtpAuthorities),
        ]
    }
}
