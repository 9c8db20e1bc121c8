import Glibc
import MartletSQLite
import MartletService

/// Tells how much room the embedded store has: on its disk, in its file, and within the bound of its size.
struct StoreProbe: StorageProbe {
    let store: SQLiteStore
    let path: String
    /// The largest file, in bytes; `nil` for as large as the disk allows.
    let bound: Int64?

    func room() async throws -> StorageRoom {
        guard let disk = DiskSpace(at: path) else { throw CommandFailure("\(path): \(systemMessage()).") }
        let space = try await store.space()
        return StorageRoom(
            disk: disk.free, reusable: space.reusable,
            bound: bound.map { StorageRoom.Bound(left: max(0, Int($0) - space.size), size: Int($0)) })
    }
}
