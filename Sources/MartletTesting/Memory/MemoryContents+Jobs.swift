import MartletCore
import MartletStore

extension MemoryContents {
    mutating func create(_ job: Job) throws(StoreError) {
        guard environments[job.environment] != nil else {
            throw .conflict("There is no environment \(job.environment) in the store.")
        }
        guard jobs[job.id] == nil else { throw .conflict("There is a job \(job.id) already.") }
        jobs[job.id] = job
        news.append(.jobs)
    }

    mutating func endJob(_ id: JobID, in environment: EnvironmentID, as state: JobState) -> Job? {
        guard var job = jobs[id], job.environment == environment, job.state == .running else { return nil }
        job.state = state
        job.updatedAt = state.endedAt ?? job.updatedAt
        jobs[id] = job
        news.append(.jobs)
        return job
    }

    mutating func forgetJobs(createdBefore instant: Timestamp, limit: Int) -> Int {
        let range = IdentifierRange<JobKind>(since: nil, until: instant, before: nil)
        let forgotten = jobs.values.filter { $0.state != .running && range.contains($0.id) }.prefix(limit)
        for job in forgotten { jobs[job.id] = nil }
        return forgotten.count
    }

    /// The job of a step, where the step counts.
    func job(taking step: JobStep) -> Job? {
        jobs[step.job].flatMap { $0.environment == step.environment && $0.takes(step) ? $0 : nil }
    }

    func untried(_ ids: [DeliveryID], in environment: EnvironmentID) -> [DeliveryID] {
        ids.filter { id in
            guard let delivery = delivery(id, in: environment) else { return false }
            return delivery.state.status == .scheduled && delivery.attemptCount == 0
        }
    }

    func replayable(_ query: ReplayableQuery) -> ReplayablePage {
        let places: [(cursor: JobCursor, event: Event?)]
        switch query.path {
        case .failures(let endpoint, let after, let before):
            let range = IdentifierRange(since: query.since, until: before, after: after)
            places = deliveries.values
                .filter {
                    $0.environment == query.environment && $0.endpoint == endpoint && range.contains($0.id)
                        && $0.state.status == .failed
                }
                .sorted { $0.id < $1.id }
                .map { (.failures(after: $0.id), hasFailed($0, query) ? events[$0.event] : nil) }
        case .missed(let endpoint, let patterns, let application, let after):
            places = eventPlaces(after: after, query) { event in
                (event.application ?? application) == application
                    && patterns.contains { EventTypeName.pattern($0, covers: event.type) }
                    && !deliveries(of: event).contains { $0.endpoint == endpoint }
            }
        case .selection(let selection, let after):
            places = eventPlaces(after: after, query) { has($0, selection) }
        }
        return page(of: places, query)
    }

    private func page(
        of places: [(cursor: JobCursor, event: Event?)], _ query: ReplayableQuery
    ) -> ReplayablePage {
        var page = ReplayablePage()
        var bytes = 0
        for place in places {
            guard page.items.count < query.limit, bytes < query.bytes, page.scanned < query.scanLimit else {
                return page
            }
            page.examined += 1
            page.scanned += 1
            page.cursor = place.cursor
            guard let event = place.event, !event.isTest else { continue }
            bytes += event.body.bytes.count
            page.items.append(.init(event: event, cursor: place.cursor, examined: page.examined))
        }
        page.isLast = page.items.count < query.limit && bytes < query.bytes && page.scanned < query.scanLimit
        return page
    }

    private func eventPlaces(
        after: EventID?, _ query: ReplayableQuery, where isWanted: (Event) -> Bool
    ) -> [(cursor: JobCursor, event: Event?)] {
        let range = IdentifierRange(since: query.since, until: query.until, after: after)
        return events.values
            .filter { $0.environment == query.environment && range.contains($0.id) }
            .sorted { $0.id < $1.id }
            .map { (.events(after: $0.id), isWanted($0) ? $0 : nil) }
    }

    private func deliveries(of event: Event) -> [Delivery] {
        (deliveriesOfEvent[event.id] ?? []).compactMap { deliveries[$0] }
    }

    private func hasFailed(_ failure: Delivery, _ query: ReplayableQuery) -> Bool {
        let window = IdentifierRange<EventKind>(since: query.since, until: query.until, before: nil)
        guard window.contains(failure.event), let event = events[failure.event] else { return false }
        return deliveries(of: event).filter { $0.endpoint == failure.endpoint }.allSatisfy { delivery in
            switch ReplayableQuery.verdict(delivery.state) {
            case .failed: delivery.id >= failure.id
            case .neutral: true
            case .settled: false
            }
        }
    }

    private func has(_ event: Event, _ selection: ReplaySelection) -> Bool {
        if let type = selection.type, event.type != type { return false }
        if selection.status == nil, selection.application == nil || selection.application == event.application {
            return true
        }
        return deliveries(of: event).contains { delivery in
            (selection.application == nil || delivery.application == selection.application)
                && (selection.status == nil
                    || delivery.state.status.storedCode == selection.status?.storedCode
                        && (selection.endpoint == nil || delivery.endpoint == selection.endpoint))
        }
    }
}
