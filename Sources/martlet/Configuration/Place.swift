/// Where a server's things are, and the key to them: what every command that opens the store needs to know.
struct Place: Sendable {
    var directory: DataDirectory
    /// The store's file.
    var storePath: String
    /// The master key, where it was given rather than left to the data directory.
    var masterKey: MasterKey?

    /// The directory of the store's file, whose disk it fills.
    var storeDirectory: String {
        guard let slash = storePath.lastIndex(of: "/") else { return "." }
        return slash == storePath.startIndex ? "/" : String(storePath[..<slash])
    }

    init(_ settings: Settings) throws(CommandFailure) {
        directory = DataDirectory(path: try settings[SettingTable.dataDirectory])
        if case .sqlite(let path)? = try settings.value(of: SettingTable.store) {
            storePath = path
        } else {
            storePath = directory.storePath
        }
        masterKey = try settings.value(of: SettingTable.masterKey)
    }
}
