/// Where a server's things are, and the key to them: what every command that opens the store needs to know.
struct Place: Sendable {
    var directory: DataDirectory
    /// The store's file.
    var storePath: String
    /// The master key, where it was given rather than left to the data directory.
    var masterKey: MasterKey?

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
