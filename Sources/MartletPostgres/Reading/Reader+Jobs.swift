import MartletCore
import MartletStore

extension Reader {
    private static let jobColumns = "environment, id, application, record"

    func job(_ id: JobID, in environment: EnvironmentID) throws(StoreError) -> Job? {
        try query("SELECT \(Self.jobColumns) FROM jobs WHERE environment = $1::uuid AND id = $2::uuid") {
            $0.add(environment)
            $0.add(id)
        }.first.map(JobRow.read)
    }

    func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) throws(StoreError) -> [Job] {
        let narrowed = application == nil ? "" : "AND application = $4::uuid"
        return try query(
            """
            SELECT \(Self.jobColumns) FROM jobs WHERE environment = $1::uuid AND id < $2::uuid \(narrowed)
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
            if let application { $0.add(application) }
        }.map(JobRow.read)
    }

    func runningJobs() throws(StoreError) -> [Job] {
        try query("SELECT \(Self.jobColumns) FROM jobs WHERE is_running ORDER BY id").map(JobRow.read)
    }

    func untried(_ deliveries: [DeliveryID], in environment: EnvironmentID) throws(StoreError) -> [DeliveryID] {
        guard !deliveries.isEmpty else { return [] }
        let rows = try query(
            """
            SELECT id FROM deliveries
            WHERE environment = $1::uuid AND id = ANY ($2::uuid[]) AND id >= $3::uuid AND id <= $4::uuid
                AND state = 0 AND attempts = 0
            """
        ) { parameters in
            parameters.add(environment)
            parameters.array(deliveries)
            parameters.add(deliveries.min())
            parameters.add(deliveries.max())
        }
        let untried = Set(try rows.map { (row) throws(StoreError) in try row.identifier(0, DeliveryKind.self) })
        return deliveries.filter(untried.contains)
    }
}
