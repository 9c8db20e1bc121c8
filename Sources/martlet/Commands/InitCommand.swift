import ArgumentParser
import MartletCore
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
        do {
            keys = try await bootstrap.makeEnvironments(template: template)
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
        Console.print(json ? Self.json(keys, opened.masterKey, place) : Self.text(keys, template, place))
    }

    static func json(_ keys: Bootstrap.FirstKeys, _ masterKey: MasterKey, _ place: Place) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("data_dir", place.directory.absolutePath)
            writer.object("keys") { writer in
                writer.field("live", keys.live)
                writer.field("sandbox", keys.sandbox)
            }
            // There is nothing to log in to before the dashboard is there.
            writer.fieldNull("login_url")
            writer.field("master_key", masterKey.revealed)
        }
        return writer.text
    }

    static func text(_ keys: Bootstrap.FirstKeys, _ template: Template, _ place: Place) -> String {
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
            """
    }
}
