import MartletPostgres
import MartletStore

/// Where the store is.
enum StoreLocation: Sendable, Hashable {
    /// A SQLite file.
    case sqlite(path: String)
    /// A PostgreSQL database, which several nodes may share.
    case postgres(PostgresAddress)

    init(text: String) throws(SettingComplaint) {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            do throws(StoreError) {
                self = .postgres(try PostgresAddress(text))
            } catch {
                throw SettingComplaint(error.description)
            }
            return
        }
        guard text.hasPrefix("sqlite:") else {
            throw SettingComplaint("Give sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.")
        }
        let path = text.dropFirst("sqlite:".count)
        guard !path.isEmpty else { throw SettingComplaint("Give the path of a file: sqlite:./martlet.db.") }
        // A store in memory would break the promise of every 202.
        guard path != ":memory:" else {
            throw SettingComplaint("A store must outlive the process: give a file's path.")
        }
        self = .sqlite(path: String(path))
    }
}
