import MartletCore
import MartletStore

extension Reader {
    private static let columns = """
        environment, id, erasure_requested_at, erasure_finished_at, erased_events, erased_deliveries
        """

    func erasures(limit: Int) throws(StoreError) -> [Erasure] {
        try query(
            """
            SELECT \(Self.columns) FROM applications
            WHERE erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL LIMIT $1::bigint
            """
        ) { $0.add(limit) }.map(Self.erasure)
    }

    func erasure(of application: ApplicationID, in environment: EnvironmentID) throws(StoreError) -> Erasure? {
        try query(
            """
            SELECT \(Self.columns) FROM applications
            WHERE environment = $1::uuid AND id = $2::uuid AND erasure_requested_at IS NOT NULL
            """
        ) {
            $0.add(environment)
            $0.add(application)
        }.first.map(Self.erasure)
    }

    func hasApplication(_ application: ApplicationID, in environment: EnvironmentID) throws(StoreError) -> Bool {
        try query("SELECT 1 FROM applications WHERE environment = $1::uuid AND id = $2::uuid") {
            $0.add(environment)
            $0.add(application)
        }.count == 1
    }

    private static func erasure(_ row: Row) throws(StoreError) -> Erasure {
        Erasure(
            environment: try row.identifier(0), application: try row.identifier(1), requestedAt: row.timestamp(2),
            finishedAt: row.optionalTimestamp(3), events: Int(row.integer(4)), deliveries: Int(row.integer(5)))
    }
}
