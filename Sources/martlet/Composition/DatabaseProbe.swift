import MartletPostgres
import MartletService

/// Tells how much room a shared store has: within the bound of its size. Of the server's disk it does not know; a full one is
/// told by the store itself.
struct DatabaseProbe: StorageProbe {
    let store: PostgresStore
    /// The largest database, in bytes; `nil` for as large as the disk allows.
    let bound: Int64?

    func room() async throws -> StorageRoom {
        guard let bound else { return StorageRoom(disk: .max) }
        let size = try await store.size()
        return StorageRoom(disk: .max, bound: StorageRoom.Bound(left: max(0, Int(bound) - size), size: Int(bound)))
    }
}
