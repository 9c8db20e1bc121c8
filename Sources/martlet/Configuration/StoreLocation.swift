/// Where the store is.
enum StoreLocation: Sendable, Hashable {
    /// A SQLite file.
    case sqlite(path: String)

    init(text: String) throws(SettingComplaint) {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            throw SettingComplaint("PostgreSQL arrives in a later version. Give sqlite:PATH, or leave it out.")
        }
        guard text.hasPrefix("sqlite:") else { throw SettingComplaint("Give sqlite:PATH.") }
        let path = text.dropFirst("sqlite:".count)
        guard !path.isEmpty else { throw SettingComplaint("Give the path of a file: sqlite:./martlet.db.") }
        // A store in memory would break the promise of every 202.
        guard path != ":memory:" else {
            throw SettingComplaint("A store must outlive the process: give a file's path.")
        }
        self = .sqlite(path: String(path))
    }
}
