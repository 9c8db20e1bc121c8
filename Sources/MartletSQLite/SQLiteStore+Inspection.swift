public import MartletStore

extension SQLiteStore {
    /// What makes a file's commits durable, as the connection that writes has it.
    public struct Durability: Sendable, Hashable {
        /// `wal` where changes are written ahead.
        public var journalMode: String
        /// 2 where every commit is followed by a sync: `FULL`.
        public var synchronous: Int
    }

    /// What SQLite finds wrong with the file's structure, a sentence each; none where it is sound. Reads the whole
    /// file.
    public func structuralProblems() async throws(StoreError) -> [String] {
        try await read { (reader) throws(StoreError) in
            let statement = try reader.connection.prepare("PRAGMA quick_check(20)")
            let found = try reader.rows(of: statement) { (row) throws(StoreError) in row.text(0) }
            return found == ["ok"] ? [] : found
        }
    }

    /// Whether the file is in write-ahead mode, which it keeps whoever opens it.
    public func isWrittenAhead() async throws(StoreError) -> Bool {
        try await read { (reader) throws(StoreError) in try reader.connection.text("PRAGMA journal_mode") == "wal" }
    }

    /// How durable commits are. Asked of the connection that makes them: `synchronous` is each connection's own.
    public func durability() async throws(StoreError) -> Durability {
        try await write { (writer) throws(StoreError) in
            Durability(
                journalMode: try writer.connection.text("PRAGMA journal_mode") ?? "",
                synchronous: Int(try writer.connection.integer("PRAGMA synchronous") ?? 0))
        }
    }
}
