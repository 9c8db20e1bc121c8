import MartletCore
import MartletStore

extension Reader {
    private static let columns = """
        environment, id, erasure_requested_at, erasure_finished_at, erased_events, erased_deliveries
        """

    func erasures(limit: Int) throws(StoreError) -> [Erasure] {
        let statement = try connection.cached(
            """
            SELECT \(Self.columns) FROM applications INDEXED BY applications_erasing
            WHERE erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL LIMIT ?1
            """)
        statement.bind(1, Int64(limit))
        return try rows(of: statement, erasure)
    }

    func erasure(of application: ApplicationID, in environment: EnvironmentID) throws(StoreError) -> Erasure? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            """
            SELECT \(Self.columns) FROM applications
            WHERE environment = ?1 AND id = ?2 AND erasure_requested_at IS NOT NULL
            """)
        statement.bind(1, number)
        statement.bind(2, application)
        return try rows(of: statement, erasure).first
    }

    func hasApplication(_ application: ApplicationID, in environment: EnvironmentID) throws(StoreError) -> Bool {
        guard let number = try number(of: environment) else { return false }
        let statement = try connection.cached("SELECT 1 FROM applications WHERE environment = ?1 AND id = ?2")
        defer { statement.reset() }
        statement.bind(1, number)
        statement.bind(2, application)
        return try statement.step()
    }

    private func erasure(_ row: Statement) throws(StoreError) -> Erasure {
        Erasure(
            environment: try environment(row.integer(0)), application: try row.identifier(1),
            requestedAt: row.timestamp(2), finishedAt: row.optionalTimestamp(3), events: Int(row.integer(4)),
            deliveries: Int(row.integer(5)))
    }
}
