import MartletCore
import MartletStore

/// What a job does as the configuration stands at this moment: whether it may go on, which events it looks for, and
/// where each of them goes.
struct JobPlan {
    let context: ServiceContext
    let job: Job

    /// Whether a job may go on.
    enum Standing {
        case goes
        case waits(JobWait)
        case ends(JobState.CancelReason)
    }

    var standing: Standing {
        if let id = job.work.endpoint {
            guard let endpoint = context.directory.endpoint(id, in: job.environment) else {
                return .ends(.endpointDeleted)
            }
            guard endpoint.isActive else { return .waits(.webhookInactive) }
        }
        if let application = job.application,
            context.directory.application(application, in: job.environment) == nil
        {
            return .ends(.applicationDeleted)
        }
        return .goes
    }

    /// What to ask the store for next; `nil` where the endpoint is no more.
    ///
    /// - Parameter cursor: where the job stands.
    func query(from cursor: JobCursor, limit: Int, bytes: Int, rows: Int) -> ReplayableQuery? {
        let path: ReplayableQuery.Path
        switch (job.work, cursor) {
        case (.recover(let id, _), .failures(let after)):
            path = .failures(of: id, after: after, before: job.createdAt)
        case (.recover(let id, _), .events(let after)):
            guard let endpoint = context.directory.endpoint(id, in: job.environment) else { return nil }
            path = .missed(by: id, patterns: endpoint.events, application: endpoint.application, after: after)
        case (.replay(let selection), .events(let after)): path = .selection(selection, after: after)
        case (.replay(let selection), .failures): path = .selection(selection, after: nil)
        }
        return ReplayableQuery(
            environment: job.environment, path: path, since: job.since, until: job.until, limit: limit, bytes: bytes,
            scanLimit: rows)
    }

    /// Where a job stands that has looked at everything on its way; `nil` where nothing is left.
    func next(after cursor: JobCursor) -> JobCursor? {
        if case .recover(_, .all) = job.work, case .failures = cursor { return .events(after: nil) }
        return nil
    }

    /// The endpoints that an event goes to: none where its payload was dropped for its age.
    func targets(of event: Event, found cursor: JobCursor) -> [Subscriber] {
        guard !event.body.isDropped else { return [] }
        if let id = job.work.endpoint {
            guard let endpoint = context.directory.endpoint(id, in: job.environment) else { return [] }
            // What failed was meant for the endpoint when it was published, whatever it subscribes to by now.
            if case .failures = cursor { return [Subscriber(endpoint)] }
            return wants(endpoint, event) ? [Subscriber(endpoint)] : []
        }
        return context.directory.audience(
            for: event.type, application: event.application, source: event.body.source, in: job.environment
        ).members(for: event.body.bytes[event.body.data]).filter {
            job.application == nil || $0.application == job.application
        }
    }

    /// Whether an endpoint would get the event if it were published now.
    private func wants(_ endpoint: Endpoint, _ event: Event) -> Bool {
        let audience =
            context.isOperations(endpoint.application, in: endpoint.environment)
            ? event.application : event.application ?? endpoint.application
        return audience == endpoint.application && endpoint.takes(eventsOf: event.body.source)
            && endpoint.subscribes(to: event.type)
            && endpoint.filter?.matches(event.body.bytes[event.body.data]) ?? true
    }

    /// The deliveries of an event, not due before the event itself is.
    func deliveries(of event: Event, found cursor: JobCursor, now: Timestamp) -> [Delivery] {
        let due = max(event.deliverAt ?? now, now)
        return targets(of: event, found: cursor).map { target in
            Delivery(
                id: context.identifiers.next(at: now), environment: job.environment, event: event.id,
                endpoint: target.endpoint, application: target.application, cause: .replay, createdAt: now,
                turn: target.turn(of: event, due: due), state: .scheduled(due: due))
        }
    }
}
