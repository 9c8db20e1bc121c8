import MartletStore

extension Connection {
    /// The pages of a new file, in bytes.
    static let pageSize = 8192
    /// How much of the file the writer keeps in memory, in KiB; a reader, a quarter of it.
    private static let writerCache = 4096
    /// After how many pages the write-ahead log is moved into the file. The commit that passes the mark does the
    /// moving, so it bounds how long a commit may take.
    private static let checkpointPages = 1000
    /// To what the write-ahead log is cut back once it has been moved, in bytes.
    private static let logSize = 16 << 20

    /// The connection that writes: creates or migrates the file, and makes certain that commits will be durable.
    static func writing(
        to path: String, migrate: Bool, limits: SQLiteStore.Limits
    ) throws(StoreError) -> Connection {
        let isNew = !FileSystem.exists(path)
        if isNew { try FileSystem.create(path) }
        let connection = try Connection(path: path, access: .write)
        // Before anything is written: neither can be changed in a file with tables in write-ahead mode.
        let pending = try SQLiteMigrations.pending(on: connection)
        guard migrate || isNew || pending.isEmpty else {
            let steps = pending.count == 1 ? "a schema step" : "\(pending.count) schema steps"
            throw .conflict(
                "\(path) needs \(steps) before this version can use it, up to \"\(pending[pending.count - 1])\". "
                    + "Back it up and run `martlet migrate`.")
        }
        if pending.count == SQLiteMigrations.all.count { try connection.execute("PRAGMA page_size = \(pageSize)") }
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw .unavailable(
                "\(path) cannot be written ahead: its file system does not share memory. Use a local disk.")
        }
        try connection.execute("PRAGMA synchronous = FULL")
        guard try connection.integer("PRAGMA synchronous") == 2 else {
            throw .unavailable("\(path) cannot be made durable: SQLite does not take `synchronous = FULL`.")
        }
        try connection.execute(
            """
            PRAGMA cache_size = -\(writerCache);
            PRAGMA wal_autocheckpoint = \(checkpointPages);
            PRAGMA journal_size_limit = \(logSize);
            PRAGMA temp_store = MEMORY;
            """)
        if let bytes = limits.fileSize {
            let size = try connection.integer("PRAGMA page_size") ?? Int64(pageSize)
            try connection.execute("PRAGMA max_page_count = \(max(1, bytes / size))")
        }
        try SQLiteMigrations.run(on: connection)
        return connection
    }

    /// A connection that reads.
    static func reading(from path: String) throws(StoreError) -> Connection {
        let connection = try Connection(path: path, access: .read)
        try connection.execute(
            """
            PRAGMA query_only = ON;
            PRAGMA cache_size = -\(writerCache / 4);
            PRAGMA temp_store = MEMORY;
            """)
        return connection
    }
}
