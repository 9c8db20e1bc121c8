import Glibc
import MartletDelivery
import MartletPostgres
import MartletSQLite
import MartletService
import MartletStore
import NIOPosix

/// A store that this process has to itself, or shares with other nodes, and whose master key fits.
struct OpenStore: Sendable {
    let store: any Store
    /// Tells how much room the store has.
    let probe: any StorageProbe
    let vault: SecretVault
    let masterKey: MasterKey
    private let locks: [ProcessLock]

    /// Takes the locks, finds or makes the master key, opens the store, and checks the key against it.
    ///
    /// - Parameter time: the clock that the bootstrap stamps with.
    /// - Throws: ``CommandFailure`` and `StoreError`, each with a sentence about what stands in the way.
    static func open(_ place: Place, migrates: Bool, limits: SQLiteStore.Limits) async throws -> OpenStore {
        let locks = try lock(place)
        let opened: OpenStore
        if let database = place.database {
            opened = try await open(database, of: place, migrates: migrates, bound: limits.fileSize, locks: locks)
        } else {
            let masterKey = try self.masterKey(of: place, isNew: !place.hasStore)
            let store = try await SQLiteStore.open(path: place.storePath, migrate: migrates, limits: limits)
            opened = OpenStore(
                store: store, probe: StoreProbe(store: store, path: place.storePath, bound: limits.fileSize),
                vault: masterKey.vault, masterKey: masterKey, locks: locks)
        }
        let store = opened.store
        do {
            try await Bootstrap(
                store: store, vault: opened.vault, identifiers: IdentifierSource(), time: WallClock()
            ).checkMasterKey()
        } catch is SecretVault.WrongKey {
            await store.close()
            let source =
                place.masterKey == nil ? "the one in \(place.directory.masterKeyPath)" : "the one that was given"
            throw CommandFailure(
                "The store \(place.storePath) was made with another master key than \(source). Give the key that it was "
                    + "made with: without it the signing secrets in the store cannot be read.")
        } catch {
            await store.close()
            throw error
        }
        return opened
    }

    /// Opens a store that has no files here: whether it is new is for the store itself to say.
    private static func open(
        _ database: PostgresAddress, of place: Place, migrates: Bool, bound: Int64?, locks: [ProcessLock]
    ) async throws -> OpenStore {
        let store = try await PostgresStore.open(database, migrate: migrates, time: WallClock())
        do {
            let isNew = try await store.configuration().environments.isEmpty
            let masterKey = try self.masterKey(of: place, isNew: isNew)
            return OpenStore(
                store: store, probe: DatabaseProbe(store: store, bound: bound), vault: masterKey.vault,
                masterKey: masterKey, locks: locks)
        } catch {
            await store.close()
            throw error
        }
    }

    /// Lets go of the store; what was written is on the disk already.
    func close() async { await store.close() }

    /// Locks the data directory, and a store that lies elsewhere too, so that no second data directory shares it.
    static func lock(_ place: Place) throws(CommandFailure) -> [ProcessLock] {
        try place.directory.create()
        var locks = [try ProcessLock.take(place.directory.lockPath, on: place.directory.path)]
        if place.database == nil, place.storePath != place.directory.storePath {
            locks.append(try ProcessLock.take(place.storePath + ".lock", on: place.storePath))
        }
        return locks
    }

    private static func masterKey(of place: Place, isNew: Bool) throws(CommandFailure) -> MasterKey {
        if let given = place.masterKey { return given }
        if let kept = try place.directory.masterKey() { return kept }
        guard isNew else {
            throw CommandFailure(
                "The store \(place.storePath) was made with a master key that is not in "
                    + "\(place.directory.masterKeyPath). Put it there, or give it by \(SettingTable.masterKey.variable)."
            )
        }
        let made = MasterKey.make()
        try place.directory.write(made)
        return made
    }
}

extension Place {
    /// Whether there is a file with something in it.
    var hasStore: Bool {
        var status = stat()
        return stat(storePath, &status) == 0 && status.st_size > 0
    }
}
