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

    /// How large a file is, in bytes.
    public struct Space: Sendable, Hashable {
        /// All of it, the write-ahead log aside.
        public var size: Int
        /// What in it holds nothing any more, and is filled before the file grows.
        public var reusable: Int
    }

    /// How large the file is. Reads no more than its first page.
    public func space() async throws(StoreError) -> Space {
        try await read { (reader) throws(StoreError) in
            try reader.connection.reading { () throws(StoreError) in
                func number(_ name: String) throws(StoreError) -> Int {
                    Int(try reader.connection.integer("PRAGMA \(name)") ?? 0)
                }
                let page = try number("page_size")
                return Space(size: try number("page_count") * page, reusable: try number("freelist_count") * page)
            }
        }
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
