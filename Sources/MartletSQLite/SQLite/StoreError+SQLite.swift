import CSQLite
import MartletStore

extension StoreError {
    /// What a result code of SQLite means for whoever asked the store.
    ///
    /// - Parameters:
    ///   - code: an extended result code (https://www.sqlite.org/rescode.html).
    ///   - message: SQLite's own words.
    ///   - path: the database file, by which the operator finds the culprit.
    static func sqlite(_ code: Int32, _ message: String, path: String) -> StoreError {
        let detail = "SQLite says: \(message), code \(code)."
        return switch code & 0xFF {
        case SQLITE_FULL:
            .full(
                "\(path) cannot grow: the disk, or the bound set for the file, is full. Free some space; no restart is "
                    + "needed. \(detail)")
        case SQLITE_IOERR:
            .unavailable("Reading or writing \(path) failed. Look at the disk and the system's log. \(detail)")
        case SQLITE_READONLY:
            .unavailable("\(path) cannot be written. Look at its owner, mode and file system. \(detail)")
        case SQLITE_BUSY, SQLITE_LOCKED:
            .unavailable("\(path) is locked by another program. End that program, or let it finish. \(detail)")
        case SQLITE_CANTOPEN:
            .unavailable("\(path) cannot be opened. Look at whether its directory exists and who owns it. \(detail)")
        case SQLITE_PERM, SQLITE_AUTH:
            .unavailable("\(path) may not be used by this user. Look at its owner and mode. \(detail)")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            .corrupt("\(path) is damaged or no database. Restore it from a backup. \(detail)")
        case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_FORMAT:
            .corrupt("\(path) does not have the tables that this version works on. \(detail)")
        case SQLITE_CONSTRAINT:
            .conflict("\(path) already has what was to be added. \(detail)")
        default:
            .unavailable("\(path) could not do what was asked. \(detail)")
        }
    }
}
