import ArgumentParser

/// How to serve.
struct ServeOptions: SettingOptions {
    @Option(name: SettingTable.listen.name, help: SettingTable.listen.help)
    var listen: String?

    @Option(name: SettingTable.publicURL.name, help: SettingTable.publicURL.help)
    var publicURL: String?

    @Option(name: SettingTable.trustedProxies.name, help: SettingTable.trustedProxies.help)
    var trustedProxies: [String] = []

    @Flag(
        name: SettingTable.allowPrivateNetworks.name, inversion: .prefixedNo,
        help: SettingTable.allowPrivateNetworks.help)
    var allowPrivateNetworks: Bool?

    @Option(name: SettingTable.allowNetworks.name, help: SettingTable.allowNetworks.help)
    var allowNetworks: [String] = []

    @Flag(name: SettingTable.requireHTTPS.name, inversion: .prefixedNo, help: SettingTable.requireHTTPS.help)
    var requireHTTPS: Bool?

    @Flag(name: SettingTable.migrate.name, inversion: .prefixedNo, help: SettingTable.migrate.help)
    var migrate: Bool?

    @Option(name: SettingTable.nodeName.name, help: SettingTable.nodeName.help)
    var nodeName: String?

    @Option(name: SettingTable.nodeLease.name, help: SettingTable.nodeLease.help)
    var nodeLease: String?

    var given: [GivenSetting] {
        [
            SettingTable.listen.given(listen), SettingTable.publicURL.given(publicURL),
            (SettingTable.trustedProxies.key, trustedProxies),
            SettingTable.allowPrivateNetworks.given(allowPrivateNetworks),
            (SettingTable.allowNetworks.key, allowNetworks), SettingTable.requireHTTPS.given(requireHTTPS),
            SettingTable.migrate.given(migrate), SettingTable.nodeName.given(nodeName),
            SettingTable.nodeLease.given(nodeLease),
        ]
    }
}
