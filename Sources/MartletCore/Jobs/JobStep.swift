/// One step of a ``Job``: from where it stood to where it stands once the step's deliveries are durable.
public struct JobStep: Sendable, Hashable {
    public var job: JobID
    public var environment: EnvironmentID
    /// Where the job has to stand for the step to count.
    public var from: JobCursor
    public var to: JobCursor
    /// How many events, or failed deliveries, the step looked at.
    public var examined: Int
    /// Whether nothing is left after it.
    public var isLast: Bool
    public var at: Timestamp

    public init(
        job: JobID, environment: EnvironmentID, from: JobCursor, to: JobCursor, examined: Int, isLast: Bool,
        at: Timestamp
    ) {
        self.job = job
        self.environment = environment
        self.from = from
        self.to = to
        self.examined = examined
        self.isLast = isLast
        self.at = at
    }
}
