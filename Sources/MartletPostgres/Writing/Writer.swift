import MartletCore
import MartletStore

/// What a thread that writes works with: its session, and which node it writes for.
final class Writer {
    let session: Session
    let membership: Membership
    let announcer: Announcer

    init(session: Session, membership: Membership, announcer: Announcer) {
        self.session = session
        self.membership = membership
        self.announcer = announcer
    }

    static let fence = "SELECT fence($1::integer)"

    /// Runs one statement, as the node where this process is one.
    func write(_ sql: String, _ bind: (Parameters) -> Void = { _ in }) throws(StoreError) -> Rows {
        let connection = try session.connected()
        let node = membership.node
        let rows = try connection.pipeline { (pipeline) throws(StoreError) in
            if let node { try pipeline.add(Self.fence) { $0.add(node.rawValue) } }
            try pipeline.add(sql, bind)
        }
        guard let last = rows.last else { throw .unavailable("The connection to PostgreSQL was lost.") }
        return last
    }

    /// Runs `body` in a transaction, as the node where this process is one.
    func transaction<Result>(
        _ body: (Connection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let connection = try session.connected()
        let node = membership.node
        return try connection.transaction(
            first: { (pipeline) throws(StoreError) in
                if let node { try pipeline.add(Self.fence) { $0.add(node.rawValue) } }
            }
        ) { (_) throws(StoreError) in try body(connection) }
    }
}

extension Connection {
    /// Fails as a conflict where the store does not have the environment.
    func check(_ environment: EnvironmentID) throws(StoreError) {
        let found = try query("SELECT 1 FROM environments WHERE id = $1::uuid") { $0.add(environment) }
        guard found.count == 1 else { throw .conflict("There is no environment \(environment) in the store.") }
    }
}
