import ArgumentParser

/// Where the server is, who asks, and how the answer is shown.
struct APIOptions: ParsableArguments {
    @Flag(help: "Print the API's JSON.")
    var json = false

    @Option(name: SettingTable.config.name, help: SettingTable.config.help)
    var config: String?

    @Option(name: SettingTable.url.name, help: SettingTable.url.help)
    var url: String?

    @Option(name: SettingTable.apiKey.name, help: SettingTable.apiKey.help)
    var key: String?

    func client() async throws -> APIClient {
        let settings = try await Settings(given: [
            SettingTable.config.given(config), SettingTable.url.given(url), SettingTable.apiKey.given(key),
        ])
        return APIClient(url: try settings[SettingTable.url], key: try settings[SettingTable.apiKey])
    }
}
