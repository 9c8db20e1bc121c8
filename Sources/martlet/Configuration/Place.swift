import MartletPostgres

/// Where a server's things are, and the key to them: what every command that opens the store needs to know.
struct Place: Sendable {
    var directory: DataDirectory
    /// The store's file, or where its database is, by which messages name it.
    var storePath: String
    /// The database, where the store is in PostgreSQL.
    var database: PostgresAddress?
    /// The master key, where it was given rather than left to the data directory.
    var masterKey: MasterKey?

    /// The directory of the store's file, whose disk it fills.
    var storeDirectory: String {
        guard let slash = storePath.lastIndex(of: "/") else { return "." }
        return slash == storePath.startIndex ? "/" : String(storePath[..<slash])
    }

    init(_ settings: Settings) throws(CommandFailure) {
        directory = DataDirectory(path: try settings[SettingTable.dataDirectory])
        switch try settings.value(of: SettingTable.store) {
        case .sqlite(let path)?: storePath = path
        case .postgres(let address)?:
            storePath = address.description
            database = address
        case nil: storePath = directory.storePath
        }
        masterKey = try settings.value(of: SettingTable.masterKey)
    }
}
