import ArgumentParser
import MartletCore
import MartletDashboard
import MartletSQLite
import MartletService

/// `martlet init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create the data directory and the first keys, with a template's profile and catalogue.",
        discussion: """
            Example:
              martlet init --template real-estate --json
            """)

    @Option(name: SettingTable.template.name, help: SettingTable.template.help)
    var template: String?

    @Flag(help: "Print JSON, the master key included.")
    var json = false

    @OptionGroup(title: "Place") var place: PlaceOptions

    func run() async throws {
        let settings = try await Settings(given: place.given + [SettingTable.template.given(template)])
        let template = try settings[SettingTable.template]
        let place = try Place(settings)
        let opened = try await OpenStore.open(place, migrates: true, limits: SQLiteStore.Limits())
        let bootstrap = Bootstrap(
            store: opened.store, vault: opened.vault, identifiers: IdentifierSource(), time: WallClock())
        let keys: Bootstrap.FirstKeys?
        var login = ""
        do {
            keys = try await bootstrap.makeEnvironments(template: template)
            if keys != nil {
                let token = try await LoginLinks(store: opened.store, time: WallClock()).issue(
                    lifetime: Self.loginLifetime)
                login =
                    try settings.value(of: SettingTable.publicURL) ?? settings[SettingTable.listen].url()
                login += Dashboard.loginPath(token: token)
            }
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
        guard let keys else {
            throw CommandFailure(
                "\(place.directory.path) is initialised already, and was left as it is. Its keys were shown when that "
                    + "happened; for a new start, give another --data-dir.")
        }
        Console.print(
            json
                ? Self.json(keys, opened.masterKey, place, login: login)
                : Self.text(keys, template, place, login: login))
    }

    /// How long the link is good for.
    private static let loginLifetime = Duration.seconds(86_400)

    static func json(_ keys: Bootstrap.FirstKeys, _ masterKey: MasterKey, _ place: Place, login: String) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("data_dir", place.directory.absolutePath)
            writer.object("keys") { writer in
                writer.field("live", keys.live)
                writer.field("sandbox", keys.sandbox)
            }
            writer.field("login_url", login)
            writer.field("master_key", masterKey.revealed)
        }
        return writer.text
    }

    static func text(
        _ keys: Bootstrap.FirstKeys, _ template: Template, _ place: Place, login: String
    ) -> String {
        let isElsewhere = place.directory.path != SettingTable.dataDirectory.fallback
        let flag = isElsewhere ? " --data-dir \(place.directory.path)" : ""
        let key =
            place.masterKey == nil
            ? """

            \(place.directory.masterKeyPath) encrypts the signing secrets in the store. Keep a copy of it, apart from the
            store's backups.

            """ : ""
        return """
            \(place.directory.path) is ready: \(template.title), \(template.eventTypes.count) event types.

            Admin keys, shown this once:

              live     \(keys.live)
              sandbox  \(keys.sandbox)
            \(key)
            Start it with: martlet serve\(flag)
            Then sign in to the dashboard, once, within \(loginLifetime.text): \(login)
            """
    }
}
