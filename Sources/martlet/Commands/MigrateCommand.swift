import ArgumentParser
import MartletPostgres
import MartletSQLite
import MartletService
import MartletStore

/// `martlet migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the store's schema up to date; serve does it by itself unless told not to.",
        discussion: """
            Example:
              martlet migrate --dry-run
            """)

    @Flag(help: "Show what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup(title: "Place") var place: PlaceOptions

    func run() async throws {
        let place = try Place(try await Settings(given: place.given))
        if let database = place.database {
            try await migrate(database)
            return
        }
        guard place.hasStore else {
            throw CommandFailure(
                "There is no store at \(place.storePath). `martlet serve` or `martlet init` makes one, up to date.")
        }
        let pending = try SQLiteMigrations.pending(at: place.storePath)
        guard !pending.isEmpty else {
            Console.print("\(place.storePath) is up to date.")
            return
        }
        Console.print(dryRun ? "To be done to \(place.storePath):" : "Migrating \(place.storePath):")
        for migration in pending { Console.print("  \(migration)") }
        guard !dryRun else { return }
        let locks = try OpenStore.lock(place)
        try await SQLiteStore.open(path: place.storePath).close()
        withExtendedLifetime(locks) {}
        Console.print("Done.")
    }

    // No lock is taken: nodes may run, and go on.
    private func migrate(_ database: PostgresAddress) async throws {
        let pending = try await PostgresMigrations.pending(at: database)
        guard !pending.isEmpty else {
            Console.print("\(database) is up to date.")
            return
        }
        Console.print(dryRun ? "To be done to \(database):" : "Migrating \(database):")
        for migration in pending { Console.print("  \(migration)") }
        guard !dryRun else { return }
        try await PostgresStore.open(database, time: WallClock()).close()
        Console.print("Done.")
    }
}
