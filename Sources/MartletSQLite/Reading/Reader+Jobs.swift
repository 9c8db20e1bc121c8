import MartletCore
import MartletStore

extension Reader {
    func job(_ id: JobID, in environment: EnvironmentID) throws(StoreError) -> Job? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            "SELECT \(Self.jobColumns) FROM jobs WHERE environment = ?1 AND id = ?2")
        statement.bind(1, number)
        statement.bind(2, id)
        return try rows(of: statement, job).first
    }

    func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) throws(StoreError) -> [Job] {
        guard let number = try number(of: environment) else { return [] }
        let narrowed = application == nil ? "" : "AND application = ?4"
        let statement = try connection.cached(
            """
            SELECT \(Self.jobColumns) FROM jobs \(application == nil ? "" : "INDEXED BY jobs_of_application")
            WHERE environment = ?1 AND id < ?2 \(narrowed) ORDER BY id DESC LIMIT ?3
            """)
        statement.bind(1, number)
        statement.bind(2, IdentifierRange(since: nil, until: nil, before: cursor).upper)
        statement.bind(3, Int64(limit))
        if let application { statement.bind(4, application) }
        return try rows(of: statement, job)
    }

    func runningJobs() throws(StoreError) -> [Job] {
        let statement = try connection.cached(
            "SELECT \(Self.jobColumns) FROM jobs INDEXED BY jobs_running WHERE is_running = 1 ORDER BY id")
        return try rows(of: statement, job)
    }

    static let jobColumns = "environment, id, application, record"

    func job(_ row: Statement) throws(StoreError) -> Job {
        try JobRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try environment(row.integer(0)),
            application: try row.optionalIdentifier(2))
    }

    func untried(_ deliveries: [DeliveryID], in environment: EnvironmentID) throws(StoreError) -> [DeliveryID] {
        guard let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(
            "SELECT 1 FROM deliveries WHERE environment = ?1 AND id = ?2 AND state = 0 AND attempts = 0")
        var untried: [DeliveryID] = []
        for delivery in deliveries {
            defer { statement.reset() }
            statement.bind(1, number)
            statement.bind(2, delivery)
            if try statement.step() { untried.append(delivery) }
        }
        return untried
    }
}
