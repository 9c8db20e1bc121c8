import Glibc
import MartletDelivery
import MartletSQLite
import MartletService
import NIOPosix

/// A store that this process has to itself, and whose master key fits.
struct OpenStore: Sendable {
    let store: SQLiteStore
    let vault: SecretVault
    let masterKey: MasterKey
    private let locks: [ProcessLock]

    /// Takes the locks, finds or makes the master key, opens the store, and checks the key against it.
    ///
    /// - Parameter time: the clock that the bootstrap stamps with.
    /// - Throws: ``CommandFailure`` and `StoreError`, each with a sentence about what stands in the way.
    static func open(_ place: Place, migrates: Bool, limits: SQLiteStore.Limits) async throws -> OpenStore {
        let locks = try lock(place)
        let masterKey = try self.masterKey(of: place)
        let store = try await SQLiteStore.open(path: place.storePath, migrate: migrates, limits: limits)
        let opened = OpenStore(store: store, vault: masterKey.vault, masterKey: masterKey, locks: locks)
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

    /// Lets go of the store; what was written is on the disk already.
    func close() async { await store.close() }

    /// Locks the data directory, and a store that lies elsewhere too, so that no second data directory shares it.
    static func lock(_ place: Place) throws(CommandFailure) -> [ProcessLock] {
        try place.directory.create()
        var locks = [try ProcessLock.take(place.directory.lockPath, on: place.directory.path)]
        if place.storePath != place.directory.storePath {
            locks.append(try ProcessLock.take(place.storePath + ".lock", on: place.storePath))
        }
        return locks
    }

    private static func masterKey(of place: Place) throws(CommandFailure) -> MasterKey {
        if let given = place.masterKey { return given }
        if let kept = try place.directory.masterKey() { return kept }
        guard !place.hasStore else {
            throw CommandFailure(
                "The store \(place.storePath) was made with a master key that is no longer in "
                    + "\(place.directory.masterKeyPath). Put it back, or give it by \(SettingTable.masterKey.variable)."
            )
        }
        let made = MasterKey.make()
        try place.directory.write(made)
        return made
    }
}

extension Place {
    /// Whether there is a store with something in it.
    var hasStore: Bool {
        var status = stat()
        return stat(storePath, &status) == 0 && status.st_size > 0
    }
}
