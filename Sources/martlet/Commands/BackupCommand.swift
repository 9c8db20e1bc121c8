import ArgumentParser
import MartletSQLite
import MartletStore

/// `martlet backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the embedded store to a file, while the server runs.",
        discussion: """
            The copy is the store as of one instant. Signing secrets in it are
            encrypted: without the master key it cannot be used, so keep a copy
            of that too, somewhere else.

            Example:
              martlet backup --to /backups/martlet-$(date +%F).db
            """)

    @Option(help: ArgumentHelp("The new file to write.", valueName: "path"))
    var to: String

    @OptionGroup(title: "Place") var place: PlaceOptions

    func run() async throws {
        let place = try Place(try await Settings(given: place.given))
        guard place.database == nil else {
            throw CommandFailure("\(place.storePath) is PostgreSQL's: back it up with pg_dump or pg_basebackup.")
        }
        guard place.hasStore else { throw CommandFailure("There is no store at \(place.storePath).") }
        let size = try await SQLiteStore.backUp(place.storePath, to: to)
        Console.print("\(place.storePath) was copied to \(to): \(ByteText.rounded(size)).")
    }
}
