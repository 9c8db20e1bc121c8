/// A recovery or a bulk replay: a run through the events of a window that delivers again what its ``work`` asks for.
///
/// A job outlives its process: it is stored, and each of its steps makes deliveries and moves ``cursor`` on in one
/// transaction. So a crash at any instant neither leaves an event out nor delivers it twice.
public struct Job: Sendable, Hashable {
    public let id: JobID
    public let environment: EnvironmentID
    /// The application that it is about, or `nil` where it is about the whole environment.
    public let application: ApplicationID?
    public let askedBy: Asker
    public let work: JobWork
    /// Accepted at or after; told by the instant in an event's id.
    public let since: Timestamp
    /// Accepted before; never later than the job was made.
    public let until: Timestamp
    /// How many deliveries it makes in a second at most.
    public let rate: Int
    /// How many deliveries it is expected to make, where that could be counted when it was made.
    public let total: Int?
    public let createdAt: Timestamp

    public var state: JobState
    /// What it has looked at.
    public var cursor: JobCursor
    /// How many events it has looked at; of failures, how many failed deliveries.
    public var examined: Int
    /// How many deliveries it has made.
    public var created: Int
    /// How many of those that it looked at it left alone.
    public var skipped: Int
    public var updatedAt: Timestamp

    /// Who asked for a job.
    public enum Asker: String, Sendable, CaseIterable {
        /// A key of the environment.
        case environment
        /// A key of one application.
        case application
    }

    public init(
        id: JobID, environment: EnvironmentID, application: ApplicationID?, askedBy: Asker, work: JobWork,
        since: Timestamp, until: Timestamp, rate: Int, total: Int?, createdAt: Timestamp, state: JobState = .running,
        cursor: JobCursor? = nil, examined: Int = 0, created: Int = 0, skipped: Int = 0, updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.askedBy = askedBy
        self.work = work
        self.since = since
        self.until = until
        self.rate = rate
        self.total = total
        self.createdAt = createdAt
        self.state = state
        self.cursor = cursor ?? work.start
        self.examined = examined
        self.created = created
        self.skipped = skipped
        self.updatedAt = updatedAt ?? createdAt
    }

    /// Whether a step can be taken now: it starts where the last one that counted ended.
    public func takes(_ step: JobStep) -> Bool {
        step.job == id && state == .running && step.from == cursor
    }

    /// Moves on by a step that was taken.
    ///
    /// - Parameters:
    ///   - events: for how many events deliveries were made.
    ///   - deliveries: how many they were.
    public mutating func advance(_ step: JobStep, events: Int, deliveries: Int) {
        cursor = step.to
        examined += step.examined
        created += deliveries
        skipped += max(0, step.examined - events)
        updatedAt = step.at
        if step.isLast { state = .completed(at: step.at) }
    }
}
