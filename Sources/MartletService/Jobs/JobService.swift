import Logging
public import MartletCore
import MartletStore

/// Recoveries and bulk replays: making, watching and cancelling them. ``JobRunner`` carries them out.
public struct JobService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    private var limits: JobLimits { context.limits.jobs }

    // MARK: Making

    /// Delivers to a webhook again what failed there, or what was never sent to it.
    public func recover(
        _ id: EndpointID, only: JobWork.Recovery, _ draft: JobDraft, by principal: Principal
    ) async throws(ServiceError) -> Job {
        try await start(try recovery(of: id, only, draft, by: principal))
    }

    /// What ``recover(_:only:_:by:)`` would do.
    public func forecastRecovery(
        _ id: EndpointID, only: JobWork.Recovery, _ draft: JobDraft, by principal: Principal
    ) async throws(ServiceError) -> JobForecast {
        try await forecast(try recovery(of: id, only, draft, by: principal))
    }

    /// Delivers a selection of events again, to the webhooks that subscribe to them now.
    public func replay(
        _ filter: ReplayFilter, _ draft: JobDraft, by principal: Principal
    ) async throws(ServiceError) -> Job {
        try await start(try replaying(filter, draft, by: principal))
    }

    /// What ``replay(_:_:by:)`` would do.
    public func forecastReplay(
        _ filter: ReplayFilter, _ draft: JobDraft, by principal: Principal
    ) async throws(ServiceError) -> JobForecast {
        try await forecast(try replaying(filter, draft, by: principal))
    }

    private func recovery(
        of id: EndpointID, _ only: JobWork.Recovery, _ draft: JobDraft, by principal: Principal
    ) throws(ServiceError) -> Job {
        try principal.require(.replayEvents)
        let endpoint = try context.endpoint(id, for: principal)
        guard endpoint.isActive else { throw WebhookRules.inactive }
        return try job(.recover(id, only: only), about: endpoint.application, draft, by: principal)
    }

    private func replaying(
        _ filter: ReplayFilter, _ draft: JobDraft, by principal: Principal
    ) throws(ServiceError) -> Job {
        try principal.require(.replayEvents)
        if let type = filter.type, !EventTypeName.isValid(type) { throw .invalid("type", EventRules.typeRule) }
        let application = try context.application(named: filter.application, for: principal)?.id
        var about = application
        if let id = filter.endpoint {
            let endpoint = try context.endpoint(id, for: principal)
            guard application == nil || endpoint.application == application else {
                throw .invalid("webhook", "This webhook belongs to another application than the one that is named.")
            }
            guard endpoint.isActive else { throw WebhookRules.inactive }
            about = endpoint.application
        }
        let selection = ReplaySelection(
            type: filter.type, application: application, status: filter.status, endpoint: filter.endpoint)
        return try job(.replay(selection), about: about, draft, by: principal)
    }

    private func job(
        _ work: JobWork, about application: ApplicationID?, _ draft: JobDraft, by principal: Principal,
        total: Int? = nil
    ) throws(ServiceError) -> Job {
        let now = context.time.now()
        var fields: [ServiceError.Field] = []
        // Events that come in while the job runs are delivered anyway.
        let until = min(draft.until ?? now, now)
        var since = draft.since ?? now
        if draft.since == nil {
            fields.append(.init("since", "Say from when on: \"2023-06-15T10:30:00Z\"."))
        } else if since >= until {
            fields.append(
                .init(
                    "since",
                    draft.until.map { $0 <= now } ?? false
                        ? "This is not before `until`." : "This is not in the past."))
        }
        // What was published before there was such an application was not for it.
        if let own = principal.application,
            let created = context.directory.application(own, in: principal.environment)?.createdAt
        {
            since = min(max(since, created), until)
        }
        let rate = draft.rate ?? limits.rateDefault
        if !(1...limits.rateMost).contains(rate) {
            fields.append(.init("rate", "Give a whole number of deliveries a second, from 1 to \(limits.rateMost)."))
        }
        guard fields.isEmpty else { throw .invalid(fields) }
        return Job(
            id: context.identifiers.next(at: now), environment: principal.environment, application: application,
            askedBy: principal.role == .application ? .application : .environment, work: work, since: since,
            until: until, rate: rate, total: total, createdAt: now)
    }

    private func forecast(_ job: Job) async throws(ServiceError) -> JobForecast {
        try await JobPlan(context: context, job: job).forecast(limits)
    }

    private func start(_ draft: Job) async throws(ServiceError) -> Job {
        try await context.jobs.making.withLock { () async throws(ServiceError) in
            let running = try await context.stored { () async throws(StoreError) in
                try await context.store.runningJobs()
            }.filter { $0.environment == draft.environment }
            try check(draft, against: running)
            let forecast = try await forecast(draft)
            let job = Job(
                id: draft.id, environment: draft.environment, application: draft.application, askedBy: draft.askedBy,
                work: draft.work, since: draft.since, until: draft.until, rate: draft.rate,
                total: forecast.isExact ? forecast.count : nil, createdAt: draft.createdAt)
            do throws(StoreError) {
                try await context.store.createJob(job)
            } catch {
                context.jobs.mayHaveStarted()
                context.log.error("a job could not be stored", metadata: ["error": "\(error)"])
                throw .store(error)
            }
            context.jobs.started(job, now: context.time.now())
            // Whoever makes jobs clears away old ones, so that there are never many. Another time will do as well.
            _ = try? await context.store.forgetJobs(createdBefore: job.createdAt - limits.kept, limit: 10)
            return job
        }
    }

    private func check(_ job: Job, against running: [Job]) throws(ServiceError) {
        if case .recover(let endpoint, _) = job.work {
            let other = running.first { other in
                if case .recover(endpoint, _) = other.work { true } else { false }
            }
            if let other {
                throw ServiceError(
                    .conflict, "recovery_running",
                    "\(other.id) is recovering this webhook already. Wait for it to end, or cancel it first.")
            }
        }
        if running.count >= limits.runningPerEnvironment {
            throw ServiceError(
                .conflict, "too_many_jobs",
                "\(running.count) jobs are running in this environment, as many as may at once. "
                    + "Wait for one to end, or cancel one.")
        }
        guard job.askedBy == .application else { return }
        let own = running.count { $0.askedBy == .application && $0.application == job.application }
        if own >= limits.runningPerApplication {
            throw ServiceError(
                .conflict, "too_many_jobs",
                "\(own) jobs of this application are running, as many as may at once. "
                    + "Wait for one to end, or cancel one.")
        }
    }

    // MARK: Watching

    public func job(_ id: JobID, for principal: Principal) async throws(ServiceError) -> Job {
        try principal.require(.readJobs)
        return try await stored(id, for: principal)
    }

    /// Lists jobs, newest first. A principal that speaks for an application sees those alone that are about it.
    public func jobs(
        page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Job> {
        try principal.require(.readJobs)
        let before = try page.position(of: JobID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.jobs(
                in: principal.environment, application: principal.application, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.id.description }
    }

    /// What a job that runs is waiting for.
    public func wait(of job: Job) -> JobWait? { context.jobs.wait(of: job.id) }

    private func stored(_ id: JobID, for principal: Principal) async throws(ServiceError) -> Job {
        let job = try await context.stored { () async throws(StoreError) in
            try await context.store.job(id, in: principal.environment)
        }
        guard let job, principal.mayKnow(of: job.application) else { throw .notFound("job") }
        return job
    }

    // MARK: Cancelling

    /// Ends a job. It makes no delivery more; those that it has made stay as they are.
    public func cancel(_ id: JobID, by principal: Principal) async throws(ServiceError) -> Job {
        try principal.require(.changeJobs)
        let job = try await stored(id, for: principal)
        let now = context.time.now()
        let cancelled = try await context.stored { () async throws(StoreError) in
            try await context.store.endJob(
                id, in: principal.environment, as: .cancelled(at: now, reason: .requested))
        }
        if let cancelled {
            context.jobs.ended(id)
            return cancelled
        }
        let ended = try await stored(job.id, for: principal)
        throw ServiceError(
            .conflict, "job_\(ended.state.status.rawValue)",
            "The job is \(ended.state.status.rawValue) already: there is nothing to cancel.")
    }
}
