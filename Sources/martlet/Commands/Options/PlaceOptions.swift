import ArgumentParser

/// Where a server's things are.
struct PlaceOptions: SettingOptions {
    @Option(name: SettingTable.config.name, help: SettingTable.config.help)
    var config: String?

    @Option(name: SettingTable.dataDirectory.name, help: SettingTable.dataDirectory.help)
    var dataDirectory: String?

    @Option(name: SettingTable.store.name, help: SettingTable.store.help)
    var store: String?

    @Option(help: ArgumentHelp("A file with the store's address, which may hold a password.", valueName: "path"))
    var storeFile: String?

    @Option(name: SettingTable.masterKey.name, help: SettingTable.masterKey.help)
    var masterKey: String?

    @Option(help: ArgumentHelp("A file with the master key.", valueName: "path"))
    var masterKeyFile: String?

    var given: [GivenSetting] {
        [
            SettingTable.config.given(config), SettingTable.dataDirectory.given(dataDirectory),
            SettingTable.store.given(store), SettingTable.store.givenFile(storeFile),
            SettingTable.masterKey.given(masterKey), SettingTable.masterKey.givenFile(masterKeyFile),
        ]
    }
}
