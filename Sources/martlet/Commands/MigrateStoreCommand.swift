import ArgumentParser
import Glibc
import MartletPostgres
import MartletSQLite
import MartletService
import MartletStore

/// `martlet migrate-store`
struct MigrateStoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-store",
        abstract: "Move an instance from the embedded store to PostgreSQL, history included.",
        discussion: """
            Stop the server first. What was cut off goes on where it stood
            when it is run again. The embedded store stays as it is. Signing
            secrets move as they are, encrypted: start the nodes with the same
            master key.

            Example:
              martlet migrate-store --from sqlite:martlet-data/martlet.db --to postgres://martlet@db/martlet
            """)

    @Option(help: ArgumentHelp("The store to move.", valueName: "sqlite:path"))
    var from: String

    @Option(help: ArgumentHelp("The store to move to; nothing may be in it.", valueName: "postgres://…"))
    var to: String?

    @Option(help: ArgumentHelp("A file with the address to move to.", valueName: "path"))
    var toFile: String?

    func validate() throws {
        guard (to == nil) != (toFile == nil) else { throw ValidationError("Give one of --to and --to-file.") }
    }

    func run() async throws {
        let path = try source()
        let address = try target()
        let locks = try Self.locks(of: path)
        defer { withExtendedLifetime(locks) {} }
        let pending = try SQLiteMigrations.pending(at: path)
        guard pending.isEmpty else {
            throw CommandFailure("\(path) is an older version's. Run `martlet migrate` on it first.")
        }
        let source = try await SQLiteStore.openForReading(path: path)
        let target = try await PostgresStore.open(address, time: WallClock())
        do {
            try await Self.move(source, path, to: target, address)
        } catch {
            // Leaving says at once that nobody is here, which the nodes would otherwise wait for.
            try? await target.leave()
            await source.close()
            await target.close()
            throw error
        }
        await source.close()
        await target.close()
        Console.print(
            "\(path) is moved to \(address). Start the nodes with --store and the same master key; keep the file until "
                + "you are content.")
    }

    private static func move(
        _ source: SQLiteStore, _ path: String, to target: PostgresStore, _ address: PostgresAddress
    ) async throws {
        _ = try await target.join(as: "migrate-store", lease: .seconds(60))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(10))
                    try await target.beat()
                }
            }
            var bar = ProgressBar()
            do {
                try await StoreTransfer(from: source, to: target).run { bar.show($0) }
            } catch let error as StoreError where error.isConflict {
                throw CommandFailure("\(address): \(error)")
            }
            bar.end()
            group.cancelAll()
        }
        // From here on what waits is whoever's comes.
        try await target.leave()
    }

    private func source() throws -> String {
        do throws(SettingComplaint) {
            guard case .sqlite(let path) = try StoreLocation(text: from) else {
                throw SettingComplaint("Give sqlite:PATH: moves go from the embedded store to PostgreSQL.")
            }
            var status = stat()
            guard stat(path, &status) == 0 else { throw SettingComplaint("\(path): \(systemMessage()).") }
            return path
        } catch {
            throw CommandFailure.usage("--from: \(error.message)")
        }
    }

    private func target() throws -> PostgresAddress {
        var text = to ?? ""
        if let toFile {
            do throws(TextFile.Failure) {
                text = String(decoding: try TextFile.read(toFile, atMost: 4096), as: UTF8.self)
            } catch {
                throw CommandFailure(error.description)
            }
        }
        text = text.filter { !$0.isNewline }
        do throws(SettingComplaint) {
            guard case .postgres(let address) = try StoreLocation(text: text) else {
                throw SettingComplaint("Give postgres://USER:PASSWORD@HOST/DATABASE.")
            }
            return address
        } catch {
            throw CommandFailure.usage("--to: \(error.message)")
        }
    }

    /// Keeps a server from working with the file meanwhile, wherever its data directory is.
    private static func locks(of path: String) throws(CommandFailure) -> [ProcessLock] {
        var locks = [try ProcessLock.take(path + ".lock", on: path)]
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if access(directory + "/lock", F_OK) == 0 {
            locks.append(try ProcessLock.take(directory + "/lock", on: directory))
        }
        return locks
    }
}
