import ArgumentParser

/// What is logged, and how.
struct LogOptions: SettingOptions {
    @Option(name: SettingTable.logLevel.name, help: SettingTable.logLevel.help)
    var level: String?

    @Option(name: SettingTable.logFormat.name, help: SettingTable.logFormat.help)
    var format: String?

    var given: [GivenSetting] {
        [SettingTable.logLevel.given(level), SettingTable.logFormat.given(format)]
    }
}
