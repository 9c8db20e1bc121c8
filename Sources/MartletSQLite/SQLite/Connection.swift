import CSQLite
import MartletStore

/// One connection to a database file. It belongs to the thread that works with it: SQLite's own locking is off.
final class Connection {
    /// How a file is opened.
    enum Access {
        /// The file must exist and is not written.
        case read
        /// The file is written, and created where it is missing.
        case write
    }

    let path: String
    private let handle: OpaquePointer
    /// The statements that were compiled to stay, by their text.
    private(set) var statements: [String: Statement] = [:]

    /// How long a call waits for another process' lock, in milliseconds. Within this process nobody waits: there is one
    /// writer.
    private static let busyTimeout: Int32 = 5000

    /// Has SQLite not count what it allocates, which it does under one lock for all threads. Once, before anything is opened.
    private static let memoryStatistics: Void = { _ = csqlite_disable_memory_statistics() }()

    init(path: String, access: Access) throws(StoreError) {
        Self.memoryStatistics
        var handle: OpaquePointer?
        let flags =
            switch access {
            case .read: SQLITE_OPEN_READONLY
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle, code == SQLITE_OK else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw .sqlite(code, message, path: path)
        }
        self.path = path
        self.handle = handle
        sqlite3_busy_timeout(handle, Self.busyTimeout)
    }

    deinit {
        // Statements are finalised by their own deinit; a closed handle lives on until the last of them is.
        sqlite3_close_v2(handle)
    }

    /// Compiles `sql`, which must be one statement.
    ///
    /// - Parameter rows: how many rows' parameters it takes.
    func prepare(_ sql: String, rows: Int = 1) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        return Statement(statement, rows: rows, on: self)
    }

    /// The statement compiled from `sql`, compiled when it is first asked for. For a fixed set of texts: none is ever
    /// dropped.
    func cached(_ sql: String) throws(StoreError) -> Statement {
        if let statement = statements[sql] { return statement }
        let statement = try prepare(sql)
        statements[sql] = statement
        return statement
    }

    /// Runs statements that have neither parameters nor rows worth reading.
    func execute(_ sql: String) throws(StoreError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// The first column of the first row of `sql` as a number; `nil` where there is no row or it holds NULL.
    func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    /// The first column of the first row of `sql` as a text; `nil` where there is no row or it holds NULL.
    func text(_ sql: String) throws(StoreError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalText(0) : nil
    }

    /// Runs `body` in a transaction that may write, and commits it. Where anything throws, nothing of it stays and the
    /// connection can be used again.
    func writing<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try transaction("BEGIN IMMEDIATE", body)
    }

    /// Runs `body` so that all it reads is as of one instant.
    func reading<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try transaction("BEGIN", body)
    }

    private func transaction<Result>(
        _ begin: String, _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        do {
            try cached(begin).run()
            let result = try body()
            try cached("COMMIT").run()
            return result
        } catch {
            // Some failures, a full disk among them, have rolled back by themselves.
            if sqlite3_get_autocommit(handle) == 0 { try? cached("ROLLBACK").run() }
            throw error
        }
    }

    /// How many rows the last statement inserted, updated or deleted.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// The number that the last insertion into a table with row numbers gave.
    var lastInsertedNumber: Int64 { sqlite3_last_insert_rowid(handle) }

    /// The error that a call just returned, in terms of the store.
    func failure(_ code: Int32) -> StoreError {
        .sqlite(code, String(cString: sqlite3_errmsg(handle)), path: path)
    }
}
