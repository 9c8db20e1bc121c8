import MartletCore
import MartletStore

/// The columns that make a job.
enum JobRow {
    static func read(_ row: Row) throws(StoreError) -> Job {
        try JobRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try row.identifier(0),
            application: try row.optionalIdentifier(2))
    }
}

extension Writer {
    func create(_ job: Job) throws(StoreError) {
        try transaction { (connection) throws(StoreError) in
            try connection.check(job.environment)
            let rows = try connection.query(
                """
                INSERT INTO jobs (environment, id, application, is_running, record)
                VALUES ($1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::text) ON CONFLICT DO NOTHING
                """
            ) { parameters in
                parameters.add(job.environment)
                parameters.add(job.id)
                parameters.add(job.application)
                parameters.add(job.state == .running)
                parameters.add(JobRecord.encode(job))
            }
            guard rows.affected == 1 else { throw .conflict("There is a job \(job.id) already.") }
            try notify(.jobs, on: connection)
        }
    }

    func endJob(_ id: JobID, in environment: EnvironmentID, as state: JobState) throws(StoreError) -> Job? {
        try transaction { (connection) throws(StoreError) in
            let rows = try connection.query(
                """
                SELECT environment, id, application, record FROM jobs
                WHERE environment = $1::uuid AND id = $2::uuid AND is_running FOR NO KEY UPDATE
                """
            ) { parameters in
                parameters.add(environment)
                parameters.add(id)
            }
            guard var job = try rows.first.map(JobRow.read) else { return nil }
            job.state = state
            job.updatedAt = state.endedAt ?? job.updatedAt
            _ = try connection.query(Self.updateJob) { Self.bind(job, to: $0) }
            try notify(.jobs, on: connection)
            return job
        }
    }

    static let updateJob = """
        UPDATE jobs SET is_running = $3::boolean, record = $4::text WHERE environment = $1::uuid AND id = $2::uuid
        """

    static func bind(_ job: Job, to parameters: Parameters) {
        parameters.add(job.environment)
        parameters.add(job.id)
        parameters.add(job.state == .running)
        parameters.add(JobRecord.encode(job))
    }

    func forgetJobs(createdBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        try write(
            """
            DELETE FROM jobs WHERE (environment, id) IN (
                SELECT environment, id FROM jobs WHERE NOT is_running AND id < $1::uuid LIMIT $2::bigint)
            """
        ) { parameters in
            parameters.add(IdentifierRange<JobKind>(since: instant, until: nil, before: nil).lower)
            parameters.add(limit)
        }.affected
    }
}
