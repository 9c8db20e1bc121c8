import MartletCore

/// Which job takes the next step, how large it may be, and when: a token bucket for each job, turns among those that
/// may go.
///
/// A bucket holds no more than one step's worth and starts empty, so that neither a start nor a pause is followed by a
/// burst. A step that made more deliveries than it had tokens for leaves the bucket in debt.
struct JobSchedule {
    private struct Entry {
        var job: Job
        var tokens = 0.0
        var filledAt: Timestamp
        /// Not before this instant, whatever the bucket holds.
        var notBefore: Timestamp
        var lastTurn = 0
        var wait: JobWait?
        var failures = 0
        var refusals = 0
        var untried: [Untried] = []
    }

    /// A delivery that was not attempted when it was last looked at.
    struct Untried {
        var id: DeliveryID
        var createdAt: Timestamp
    }

    /// What is to be done next.
    enum Turn {
        case step(Job, most: Int)
        /// Nothing until then, or until something changes.
        case rest(until: Timestamp?)
    }

    private let limits: JobLimits
    private var entries: [JobID: Entry] = [:]
    private var turns = 0

    init(_ limits: JobLimits) { self.limits = limits }

    var count: Int { entries.count }

    func contains(_ id: JobID) -> Bool { entries[id] != nil }

    mutating func add(_ job: Job, now: Timestamp) {
        guard entries[job.id] == nil else { return }
        entries[job.id] = Entry(job: job, filledAt: now, notBefore: now)
    }

    mutating func remove(_ id: JobID) { entries[id] = nil }

    mutating func keep(only ids: Set<JobID>) { entries = entries.filter { ids.contains($0.key) } }

    func wait(of id: JobID) -> JobWait? { entries[id]?.wait }
    func refusals(of id: JobID) -> Int { entries[id]?.refusals ?? 0 }
    func untried(of id: JobID) -> [Untried] { entries[id]?.untried ?? [] }

    /// How many of a job's deliveries may wait for their first attempt.
    func untriedBound(of job: Job) -> Int {
        min(max(job.rate * 2, limits.untried.lowerBound), limits.untried.upperBound)
    }

    // MARK: Turns

    mutating func turn(now: Timestamp) -> Turn {
        var best: JobID?
        var earliest: Timestamp?
        for id in entries.keys {
            guard let readyAt = fill(id, now: now) else { continue }
            if readyAt > now {
                earliest = min(earliest ?? readyAt, readyAt)
            } else if best.flatMap({ entries[$0] }).map({ isBefore(id, $0) }) ?? true {
                best = id
            }
        }
        guard let best, let entry = entries[best] else { return .rest(until: earliest) }
        turns += 1
        entries[best]?.lastTurn = turns
        return .step(entry.job, most: max(1, Int(entry.tokens)))
    }

    private func isBefore(_ id: JobID, _ other: Entry) -> Bool {
        guard let entry = entries[id] else { return false }
        return entry.lastTurn != other.lastTurn ? entry.lastTurn < other.lastTurn : id < other.job.id
    }

    /// Brings a job's bucket up to date. Returns when the job may take a step.
    private mutating func fill(_ id: JobID, now: Timestamp) -> Timestamp? {
        guard var entry = entries[id] else { return nil }
        let rate = Double(entry.job.rate)
        let full = Double(stepSize(of: entry.job))
        let passed = Double(max(0, now.milliseconds - entry.filledAt.milliseconds)) / 1000
        entry.tokens = min(full, entry.tokens + passed * rate)
        entry.filledAt = now
        // A clock that was set back must not keep a job from going on.
        entry.notBefore = min(entry.notBefore, now + limits.pauseLongest)
        entries[id] = entry
        let missing = Int64(((full - entry.tokens) / rate * 1000).rounded(.up))
        return max(entry.notBefore, Timestamp(milliseconds: now.milliseconds + max(0, missing)))
    }

    /// How many deliveries a step of a job is to make.
    private func stepSize(of job: Job) -> Int {
        let span = Double(limits.stepSpan.wholeMilliseconds) / 1000
        return min(max(1, Int(Double(job.rate) * span)), limits.stepEvents)
    }

    // MARK: Being told

    /// A step was taken that made these deliveries; `job` is as it is after it.
    mutating func took(_ job: Job, _ deliveries: [Untried], now: Timestamp) {
        guard var entry = entries[job.id] else { return }
        entry.job = job
        entry.tokens -= Double(deliveries.count)
        entry.notBefore = now + limits.rest
        entry.wait = nil
        entry.failures = 0
        entry.refusals = 0
        entry.untried += deliveries
        entries[job.id] = entry
    }

    /// A job stands elsewhere than was thought.
    mutating func moved(_ job: Job, now: Timestamp) {
        entries[job.id]?.job = job
        entries[job.id]?.notBefore = now + limits.rest
    }

    /// A job may not go on now.
    mutating func waits(_ id: JobID, for wait: JobWait, now: Timestamp) {
        entries[id]?.wait = wait
        entries[id]?.notBefore = now + limits.hold
    }

    /// The store failed a job.
    ///
    /// - Parameter isRefusal: whether trying again is unlikely to help.
    mutating func failed(_ id: JobID, isRefusal: Bool, now: Timestamp) {
        guard var entry = entries[id] else { return }
        entry.failures += 1
        if isRefusal { entry.refusals += 1 }
        entry.wait = .storeUnavailable
        entry.notBefore = now + min(limits.pauseFirst * (1 << min(entry.failures - 1, 10)), limits.pauseLongest)
        entries[id] = entry
    }

    /// Which of a job's deliveries wait for their first attempt still.
    mutating func leaves(_ untried: [Untried], of id: JobID) { entries[id]?.untried = untried }
}
