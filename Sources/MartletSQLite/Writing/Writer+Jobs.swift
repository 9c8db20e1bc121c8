import MartletCore
import MartletStore

extension Writer {
    func create(_ job: Job) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO jobs (environment, id, application, is_running, record) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO NOTHING
            """)
        statement.bind(1, try number(of: job.environment))
        statement.bind(2, job.id)
        statement.bind(3, job.application)
        statement.bind(4, job.state == .running ? 1 : 0)
        statement.bind(5, text: JobRecord.encode(job))
        try statement.run()
        if connection.changes == 0 { throw .conflict("There is a job \(job.id) already.") }
    }

    func endJob(_ id: JobID, in environment: EnvironmentID, as state: JobState) throws(StoreError) -> Job? {
        try connection.writing { () throws(StoreError) in
            guard var job = try runningJob(id, in: environment) else { return nil }
            job.state = state
            job.updatedAt = state.endedAt ?? job.updatedAt
            try update(job)
            return job
        }
    }

    func forgetJobs(createdBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            DELETE FROM jobs WHERE (environment, id) IN (
                SELECT environment, id FROM jobs WHERE is_running = 0 AND id < ?1 LIMIT ?2)
            """)
        statement.bind(1, IdentifierRange<JobKind>(since: instant, until: nil, before: nil).lower)
        statement.bind(2, Int64(limit))
        try statement.run()
        return connection.changes
    }

    /// The job of a step, where the step counts.
    func job(taking step: JobStep) throws(StoreError) -> Job? {
        guard let job = try runningJob(step.job, in: step.environment), job.takes(step) else { return nil }
        return job
    }

    /// Writes a job as it is now.
    func update(_ job: Job) throws(StoreError) {
        let statement = try connection.cached(
            "UPDATE jobs SET is_running = ?3, record = ?4 WHERE environment = ?1 AND id = ?2")
        statement.bind(1, try number(of: job.environment))
        statement.bind(2, job.id)
        statement.bind(3, job.state == .running ? 1 : 0)
        statement.bind(4, text: JobRecord.encode(job))
        try statement.run()
    }

    private func runningJob(_ id: JobID, in environment: EnvironmentID) throws(StoreError) -> Job? {
        guard let number = try findNumber(of: environment) else { return nil }
        let statement = try connection.cached(
            "SELECT application, record FROM jobs WHERE environment = ?1 AND id = ?2 AND is_running = 1")
        defer { statement.reset() }
        statement.bind(1, number)
        statement.bind(2, id)
        guard try statement.step() else { return nil }
        return try JobRecord.decode(
            statement.bytes(1), id: id, environment: environment, application: try statement.optionalIdentifier(0))
    }
}
