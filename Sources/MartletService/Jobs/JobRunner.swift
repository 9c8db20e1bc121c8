import Logging
public import MartletCore
import MartletStore
public import ServiceLifecycle

/// Takes the steps of every job that runs, one at a time, in turns: small enough that what is published meanwhile never
/// waits for one, each at its job's rate.
///
/// A step that may or may not have been stored is taken again from where the store says that the job stands.
public final class JobRunner: Service {
    private let context: ServiceContext
    private let clock: any AlarmClock
    private var limits: JobLimits { context.limits.jobs }
    private var roster: JobRoster { context.jobs }

    public init(_ context: ServiceContext, clock: any AlarmClock) {
        self.context = context
        self.clock = clock
    }

    /// Takes up the jobs that the store says are running, and runs them and whatever is added until the service stops.
    public func run() async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                while !roster.isStopped {
                    let next = await turn()
                    if let next { await roster.rest(until: next.until, clock: clock) }
                }
            } onGracefulShutdown: {
                self.roster.stop()
            }
        } onCancel: {
            self.roster.stop()
        }
    }

    /// When there is something to do again; `nil` for when something changes.
    struct Rest: Hashable {
        var until: Timestamp?
    }

    /// Takes the step that is due. Where none is, says when to look again.
    func turn() async -> Rest? {
        guard context.node.has(.jobs) else {
            roster.standDown()
            return Rest(until: nil)
        }
        if roster.takeIncomplete(), await !load() { return Rest(until: clock.now() + limits.pauseFirst) }
        let now = clock.now()
        switch roster.schedule({ $0.turn(now: now) }) {
        case .rest(let until): return Rest(until: until)
        case .step(let job, let most):
            await step(job, most: most)
            return nil
        }
    }

    private func load() async -> Bool {
        do throws(StoreError) {
            let now = clock.now()
            let running = try await context.store.runningJobs()
            for job in running { roster.started(job, now: now) }
            // One that another node ended, or that was made here after the store was asked: that one is found again.
            if context.node.isShared { roster.keep(only: Set(running.map(\.id))) }
            return true
        } catch {
            context.log.error("the jobs that run could not be read", metadata: ["error": "\(error)"])
            roster.staysIncomplete()
            return false
        }
    }

    // MARK: Steps

    private func step(_ job: Job, most: Int) async {
        do throws(ServiceError) {
            if roster.schedule({ $0.refusals(of: job.id) }) >= limits.refusals {
                return try await end(job, as: .failed(at: clock.now(), reason: .storeRefused))
            }
            let plan = JobPlan(context: context, job: job)
            switch plan.standing {
            case .ends(let reason): return try await end(job, as: .cancelled(at: clock.now(), reason: reason))
            case .waits(let wait): return hold(job, for: wait)
            case .goes: break
            }
            if try await isAhead(job) { return hold(job, for: .earlierDeliveries) }
            try await take(plan, most: most)
        } catch {
            let isRefusal = error.kind == .conflict || error.code == "store_corrupt"
            context.log.warning("a job's step failed", metadata: ["job": "\(job.id)", "error": "\(error.detail)"])
            let now = clock.now()
            roster.schedule { $0.failed(job.id, isRefusal: isRefusal, now: now) }
        }
    }

    private func hold(_ job: Job, for wait: JobWait) {
        let now = clock.now()
        roster.schedule { $0.waits(job.id, for: wait, now: now) }
    }

    /// Whether so many of a job's deliveries wait for their first attempt that it has to hold back.
    private func isAhead(_ job: Job) async throws(ServiceError) -> Bool {
        let (bound, before) = roster.schedule { ($0.untriedBound(of: job), $0.untried(of: job.id)) }
        guard before.count >= bound else { return false }
        let now = clock.now()
        let counted =
            job.work.endpoint == nil ? before.filter { now.since($0.createdAt) < limits.patience } : before
        let ids = try await context.stored { () async throws(StoreError) in
            Set(try await context.store.untried(counted.map(\.id), in: job.environment))
        }
        let left = counted.filter { ids.contains($0.id) }
        roster.schedule { $0.leaves(left, of: job.id) }
        return left.count >= bound
    }

    private func take(_ plan: JobPlan, most: Int) async throws(ServiceError) {
        let job = plan.job
        guard
            let query = plan.query(
                from: job.cursor, limit: min(most, limits.stepEvents), bytes: limits.stepBytes, rows: limits.readRows)
        else { return hold(job, for: .webhookInactive) }
        let page = try await context.stored { () async throws(StoreError) in
            try await context.store.replayable(query)
        }
        let now = clock.now()
        var entries: [Acceptance.Entry] = []
        var made: [Delivery] = []
        var step = JobStep(
            job: job.id, environment: job.environment, from: job.cursor, to: page.cursor ?? job.cursor,
            examined: page.examined, isLast: false, at: now)
        var isWhole = true
        for (index, item) in page.items.enumerated() {
            let deliveries = plan.deliveries(of: item.event, found: item.cursor, now: now)
            if !deliveries.isEmpty {
                entries.append(Acceptance.Entry(event: item.event, deliveries: deliveries, isReplay: true))
                made += deliveries
            }
            // An event may go to many endpoints: what is left over is for the next step.
            if made.count >= most, index + 1 < page.items.count {
                step.to = item.cursor
                step.examined = item.examined
                isWhole = false
                break
            }
        }
        if isWhole, page.isLast {
            if let next = plan.next(after: job.cursor) { step.to = next } else { step.isLast = true }
        }
        let result = try await context.committer.accept(Acceptance(entries: entries, step: step))
        switch result {
        case .accepted(let results): taken(step, of: job, entries, results)
        case .jobMoved: try await look(for: job)
        case .answeredBefore, .keyReused: preconditionFailure("a job's step carries no idempotency key")
        }
    }

    private func taken(
        _ step: JobStep, of job: Job, _ entries: [Acceptance.Entry], _ results: [AcceptanceResult.EntryResult]
    ) {
        let stored = zip(entries, results).filter { $1 == .stored }.flatMap { $0.0.deliveries }
        var after = job
        after.advance(step, events: results.count { $0 == .stored }, deliveries: stored.count)
        context.metrics.accepted(events: 0, deliveries: stored.count)
        context.metrics.jobMade(deliveries: stored.count)
        let untried = stored.map { JobSchedule.Untried(id: $0.id, createdAt: $0.createdAt) }
        roster.schedule { [after] in $0.took(after, untried, now: step.at) }
        if after.state != .running { ended(after) }
    }

    /// Takes a job as the store has it: somebody ended it, or a step counted that did not seem to.
    private func look(for job: Job) async throws(ServiceError) {
        let stored = try await context.stored { () async throws(StoreError) in
            try await context.store.job(job.id, in: job.environment)
        }
        guard let stored, stored.state == .running else { return roster.ended(job.id) }
        let now = clock.now()
        roster.schedule { $0.moved(stored, now: now) }
    }

    private func end(_ job: Job, as state: JobState) async throws(ServiceError) {
        let ended = try await context.stored { () async throws(StoreError) in
            try await context.store.endJob(job.id, in: job.environment, as: state)
        }
        if let ended { self.ended(ended) } else { roster.ended(job.id) }
    }

    private func ended(_ job: Job) {
        roster.ended(job.id)
        context.log.info(
            "a job has ended",
            metadata: [
                "job": "\(job.id)", "status": "\(job.state.status.rawValue)", "deliveries": "\(job.created)",
            ])
    }
}
