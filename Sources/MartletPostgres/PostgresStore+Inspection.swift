public import MartletStore

extension PostgresStore {
    /// How large the whole database is, in bytes, whatever else it may hold.
    public func size() async throws(StoreError) -> Int {
        try await read { (reader) throws(StoreError) in
            Int(try reader.query("SELECT pg_database_size(current_database())").first?.integer(0) ?? 0)
        }
    }
}
