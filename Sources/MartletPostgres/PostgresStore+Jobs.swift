public import MartletCore
public import MartletStore

extension PostgresStore: JobStore {
    public func createJob(_ job: Job) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.create(job) }
    }

    public func job(_ id: JobID, in environment: EnvironmentID) async throws(StoreError) -> Job? {
        try await read { (reader) throws(StoreError) in try reader.job(id, in: environment) }
    }

    public func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try await read { (reader) throws(StoreError) in
            try reader.jobs(in: environment, application: application, before: cursor, limit: limit)
        }
    }

    public func runningJobs() async throws(StoreError) -> [Job] {
        try await read { (reader) throws(StoreError) in try reader.runningJobs() }
    }

    public func endJob(
        _ id: JobID, in environment: EnvironmentID, as state: JobState
    ) async throws(StoreError) -> Job? {
        try await control { (writer) throws(StoreError) in try writer.endJob(id, in: environment, as: state) }
    }

    public func forgetJobs(createdBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await control { (writer) throws(StoreError) in try writer.forgetJobs(createdBefore: instant, limit: limit) }
    }

    public func replayable(_ query: ReplayableQuery) async throws(StoreError) -> ReplayablePage {
        try await read { (reader) throws(StoreError) in try reader.replayable(query) }
    }

    public func untried(
        _ deliveries: [DeliveryID], in environment: EnvironmentID
    ) async throws(StoreError) -> [DeliveryID] {
        try await read { (reader) throws(StoreError) in try reader.untried(deliveries, in: environment) }
    }
}
