public import MartletCore

/// Keeps jobs, and finds what they deliver again. A job's steps are part of ``DeliveryStore/commit(_:)``.
public protocol JobStore: Sendable {
    /// Keeps a new job. Its id being taken is a conflict, and so is an environment that was never in the store.
    func createJob(_ job: Job) async throws(StoreError)

    func job(_ id: JobID, in environment: EnvironmentID) async throws(StoreError) -> Job?

    /// The jobs of an environment, or of those the ones about an application, newest first.
    func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) async throws(StoreError) -> [Job]

    /// Every job that runs, in every environment, oldest first. What makes jobs bounds how many there are.
    func runningJobs() async throws(StoreError) -> [Job]

    /// Ends a job that runs, and gives it as it then is: no step of it counts any more. `nil` where it does not run.
    func endJob(_ id: JobID, in environment: EnvironmentID, as state: JobState) async throws(StoreError) -> Job?

    /// Forgets up to `limit` jobs that have ended and were made before `instant`. Returns how many it forgot.
    func forgetJobs(createdBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// Looks through a bounded part of what a job has before it.
    func replayable(_ query: ReplayableQuery) async throws(StoreError) -> ReplayablePage

    /// Those of the deliveries that wait for their first attempt.
    func untried(
        _ deliveries: [DeliveryID], in environment: EnvironmentID
    ) async throws(StoreError) -> [DeliveryID]
}
