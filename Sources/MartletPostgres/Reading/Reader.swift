import MartletCore
import MartletStore

/// What a reader's thread works with: a session that writes nothing.
final class Reader {
    let session: Session
    let membership: Membership

    init(session: Session, membership: Membership) {
        self.session = session
        self.membership = membership
    }

    /// Runs one statement, once more where the connection was lost under it.
    func query(_ sql: String, _ bind: (Parameters) -> Void = { _ in }) throws(StoreError) -> Rows {
        try session.repeatable { (connection) throws(StoreError) in try connection.query(sql, bind) }
    }

    /// Runs `body` so that all it reads is as of one instant.
    func snapshot<Result>(
        _ body: (Connection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try session.repeatable { (connection) throws(StoreError) in
            try connection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") { (_) throws(StoreError) in
                try body(connection)
            }
        }
    }

    func setting(_ name: String) throws(StoreError) -> [UInt8]? {
        try query("SELECT value FROM settings WHERE name = $1::text") { $0.add(name) }.first?.bytes(0)
    }
}
