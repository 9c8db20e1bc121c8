public import MartletStore

extension SQLiteStore {
    /// Writes a copy of the store at `path` to a new file, as of one instant, while a server may go on working with it.
    ///
    /// The copy has no free pages and stands on the disk when this returns. Until it is whole it is called `target.part`,
    /// so that nobody takes half of one for a backup; what an earlier one that was cut short left there is replaced.
    /// Meanwhile the server's write-ahead log grows by what is written.
    ///
    /// - Returns: the copy's size, in bytes.
    /// - Throws: `conflict` where there is a file at `target`; `unavailable` where one of the two cannot be used; `full`
    ///   where there is no room for the copy; `corrupt` where the store is damaged.
    public static func backUp(_ path: String, to target: String) async throws(StoreError) -> Int {
        let thread = try await WorkerThreads.start("backup", count: 1, capacity: 1) { () throws(StoreError) in
            try Connection(path: path, access: .read)
        }
        let result: Result<Int, StoreError>
        do {
            result = .success(
                try await thread.run { (connection) throws(StoreError) in try backUp(connection, to: target) })
        } catch {
            result = .failure(error)
        }
        await thread.close()
        return try result.get()
    }

    private static func backUp(_ connection: Connection, to target: String) throws(StoreError) -> Int {
        guard !FileSystem.exists(target) else {
            throw .conflict("\(target) is there already. Give the name of a file that is not.")
        }
        let part = target + ".part"
        try FileSystem.remove(part)
        // SQLite takes an empty file for a new one, and this one is readable by its owner alone.
        try FileSystem.create(part)
        let statement = try connection.prepare("VACUUM INTO ?1")
        statement.bind(1, part)
        do throws(StoreError) {
            try statement.run()
            let copy = try Connection(path: part, access: .read)
            guard try copy.text("PRAGMA quick_check(1)") == "ok" else {
                throw .corrupt("The copy of \(connection.path) is not sound: the disk under \(target) may be damaged.")
            }
        } catch {
            try? FileSystem.remove(part)
            throw error
        }
        return try FileSystem.moveDurably(part, to: target)
    }
}
