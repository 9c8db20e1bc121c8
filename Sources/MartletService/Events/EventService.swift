public import MartletCore
public import MartletStore

/// Publishing, looking at and replaying events.
public struct EventService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    // MARK: Publishing

    /// Publishes one event. Returns once it and its deliveries are durable.
    ///
    /// - Parameters:
    ///   - stamp: given where the caller sent an `Idempotency-Key`.
    ///   - explain: whether to tell why endpoints do not get it.
    public func publish(
        _ draft: EventDraft, by principal: Principal, stamp: IdempotencyStamp? = nil, explain: Bool = false
    ) async throws(ServiceError) -> PublishedEvent {
        let results = try await publish([.success(draft)], by: principal, stamp: stamp)
        var published = try results[0].get()
        if explain {
            published.unmatched = unmatched(published.event, delivered: published.deliveries, for: principal)
        }
        return published
    }

    /// Publishes one event, for a caller that does not wait.
    ///
    /// - Parameter answer: called once the event and its deliveries are durable, or could not be made so; on any thread,
    ///   and not to do work there. `nil` where the event had been published before: the other way of publishing tells what
    ///   its first publisher was told.
    /// - Throws: what is wrong with the event. Then `answer` is not called.
    public func publish(
        _ draft: EventDraft, by principal: Principal,
        answer: @escaping @Sendable (Result<PublishedEvent, ServiceError>?) -> Void
    ) throws(ServiceError) {
        try principal.require(.publishEvents)
        let prepared = try prepare(draft, by: principal, now: context.time.now())
        do throws(ServiceError) {
            try context.committer.accept(Acceptance(entries: [prepared.entry])) { result in
                switch result {
                case .success(.accepted([.stored])): answer(.success(stored(prepared)))
                case .success: answer(nil)
                case .failure(let error): answer(.failure(error))
                }
            }
        } catch {
            answer(.failure(error))
        }
    }

    /// Publishes many events, each accepted or refused by itself. What could not even be read comes in as a failure, and goes
    /// out as one in its place.
    ///
    /// - Parameter stamp: given where the caller sent an `Idempotency-Key`: then all are durable together, or none is.
    /// - Throws: also where nothing could be stored.
    public func publish(
        _ drafts: [Result<EventDraft, ServiceError>], by principal: Principal, stamp: IdempotencyStamp?
    ) async throws(ServiceError) -> [Result<PublishedEvent, ServiceError>] {
        try principal.require(.publishEvents)
        let now = context.time.now()
        let prepared = drafts.enumerated().map { index, draft -> Result<Prepared, ServiceError> in
            giveWay(at: index)
            return draft.flatMap { draft in
                do throws(ServiceError) {
                    return .success(try prepare(draft, by: principal, now: now))
                } catch {
                    return .failure(error)
                }
            }
        }
        let entries = prepared.compactMap { try? $0.get() }
        guard !entries.isEmpty else { return prepared.map { $0.flatMap { _ in .failure(.notFound("event")) } } }
        var accepted = try await accept(entries, stamp, by: principal)[...]
        return prepared.map { $0.flatMap { _ in accepted.popFirst() ?? .failure(.notFound("event")) } }
    }

    private func accept(
        _ events: [Prepared], _ stamp: IdempotencyStamp?, by principal: Principal
    ) async throws(ServiceError) -> [Result<PublishedEvent, ServiceError>] {
        let entries = events.map(\.entry)
        let results: [Result<AcceptanceResult.EntryResult, ServiceError>]
        if let stamp {
            switch try await context.committer.accept(Acceptance(entries: entries, stamp: stamp)) {
            case .keyReused: throw IdempotencyRules.reused
            case .jobMoved: preconditionFailure("what is published is no job's step")
            case .answeredBefore(let ids):
                guard ids.count >= events.count else { throw IdempotencyRules.reused }
                return try await firstAnswers(to: zip(ids, events), by: principal)
            case .accepted(let stored): results = stored.map { .success($0) }
            }
        } else {
            results = await context.committer.accept(entries)
        }
        var answers: [Result<PublishedEvent, ServiceError>] = []
        answers.reserveCapacity(events.count)
        for (event, result) in zip(events, results) {
            switch result {
            case .success(.stored): answers.append(.success(stored(event)))
            case .success(.taken(let id)): answers.append(await firstAnswer(to: event, takenBy: id, by: principal))
            case .success(.missing): answers.append(.failure(.notFound("event")))
            case .failure(let error): answers.append(.failure(error))
            }
        }
        // Of what the store could not take it says so as a whole.
        if case .failure(let error)? = results.first, results.allSatisfy({ (try? $0.get()) == nil }) { throw error }
        return answers
    }

    private struct Prepared {
        var entry: Acceptance.Entry
        var warnings: [PublishWarning]
    }

    private func prepare(
        _ draft: EventDraft, by principal: Principal, now: Timestamp
    ) throws(ServiceError) -> Prepared {
        guard EventTypeName.isValid(draft.type) else { throw .invalid("type", EventRules.typeRule) }
        if let id = draft.chosenID, !EventRules.isValidID(id) { throw .invalid("id", EventRules.idRule) }
        if let key = draft.orderingKey, key.isEmpty || key.utf8.count > EventRules.longestOrderingKey {
            throw .invalid("ordering_key", "Give 1 to \(EventRules.longestOrderingKey) bytes, or leave it out.")
        }
        if let deliverAt = draft.deliverAt, deliverAt > now + context.limits.deliverAhead {
            throw .invalid(
                "deliver_at", "This is more than \(context.limits.deliverAhead.text) ahead. Publish it later.")
        }
        let application = try draft.application.flatMap { name throws(ServiceError) in
            try context.application(named: name, for: principal)
        }
        if let application, application.isOperations { throw OperationsApplication.isReserved }
        let audience = context.directory.audience(
            for: draft.type, application: application?.id, in: principal.environment)
        let subscribers = audience.members(for: draft.data[...])
        guard subscribers.count <= context.limits.deliveriesPerEvent else {
            throw ServiceError(
                .invalid, "too_many_deliveries",
                "\(subscribers.count) endpoints subscribe to this; an event goes to "
                    + "\(context.limits.deliveriesPerEvent) at most. Publish to one application at a time.")
        }
        let id = context.identifiers.next(EventKind.self, at: now)
        let created = draft.created ?? now
        let body = EventBody(
            id: draft.chosenID ?? id.description, type: draft.type, created: created, data: draft.data)
        guard body.bytes.count <= context.limits.eventBytes else {
            throw ServiceError(
                .tooLarge, "event_too_large",
                "The event has \(body.bytes.count) bytes; \(context.limits.eventBytes) are taken. "
                    + "Send a reference to the data instead.")
        }
        let event = Event(
            id: id, environment: principal.environment, chosenID: draft.chosenID, type: draft.type,
            application: application?.id, created: created, acceptedAt: now, orderingKey: draft.orderingKey,
            deliverAt: draft.deliverAt, deliveryCount: subscribers.count, body: body)
        let due = max(draft.deliverAt ?? now, now)
        let deliveries = subscribers.map { subscriber in
            Delivery(
                id: context.identifiers.next(at: now), environment: principal.environment, event: id,
                endpoint: subscriber.endpoint, application: subscriber.application, cause: .publish, createdAt: now,
                turn: subscriber.turn(of: event, due: due), state: .scheduled(due: due))
        }
        return Prepared(
            entry: Acceptance.Entry(event: event, deliveries: deliveries),
            warnings: warnings(draft, event, audience))
    }

    private func warnings(_ draft: EventDraft, _ event: Event, _ audience: Audience) -> [PublishWarning] {
        var warnings = draft.warnings.map {
            PublishWarning(code: $0.code.rawValue, path: $0.path, message: $0.message)
        }
        if let size = PayloadWarning.bodySize(event.body.bytes.count) {
            warnings.append(PublishWarning(code: size.code.rawValue, path: size.path, message: size.message))
        }
        if event.deliveryCount == 0 {
            let reason =
                audience.subscribers.isEmpty
                ? "No active webhook subscribes to \(event.type) here."
                : "Active webhooks subscribe to \(event.type) here, but their filters do not want it."
            warnings.append(
                PublishWarning(
                    code: "no_deliveries", path: nil, message: reason + " Ask with ?explain=true why not."))
        }
        if !context.directory.isInCatalogue(draft.type, in: event.environment) {
            warnings.append(
                PublishWarning(
                    code: "unknown_event_type", path: "$.type",
                    message:
                        "\(draft.type) is not in the catalogue. Add it with POST /v1/event-types, or mend the name."))
        }
        return warnings
    }

    /// What the publisher was told who chose an event's id first, where that one published the very same event.
    private func firstAnswer(
        to prepared: Prepared, takenBy id: EventID, by principal: Principal
    ) async -> Result<PublishedEvent, ServiceError> {
        do throws(ServiceError) {
            let before = try await publishedBefore(id, prepared, by: principal)
            guard before.event.isSame(as: prepared.entry.event) else {
                throw ServiceError(
                    .conflict, "event_id_taken",
                    "Another event has the id \(before.event.publicID). "
                        + "Choose another id, or publish the very same event to get its first answer.")
            }
            return .success(before)
        } catch {
            return .failure(error)
        }
    }

    /// What the publisher was told who used an `Idempotency-Key` first.
    private func firstAnswers(
        to events: some Sequence<(EventID, Prepared)>, by principal: Principal
    ) async throws(ServiceError) -> [Result<PublishedEvent, ServiceError>] {
        var answers: [Result<PublishedEvent, ServiceError>] = []
        for (id, prepared) in events {
            var before = try await publishedBefore(id, prepared, by: principal)
            before.isReplayed = true
            answers.append(.success(before))
        }
        return answers
    }

    private func stored(_ prepared: Prepared) -> PublishedEvent {
        context.metrics.accepted(events: 1, deliveries: prepared.entry.deliveries.count)
        return PublishedEvent(
            event: prepared.entry.event, deliveries: prepared.entry.deliveries, warnings: prepared.warnings,
            unmatched: nil)
    }

    /// What the first publisher of an event was told.
    private func publishedBefore(
        _ id: EventID, _ prepared: Prepared, by principal: Principal
    ) async throws(ServiceError) -> PublishedEvent {
        let event = try await event(id, in: principal.environment)
        let deliveries = try await context.stored { () async throws(StoreError) in
            try await context.store.deliveries(
                of: id, in: principal.environment, limit: context.limits.deliveriesTold)
        }
        // Replays are none of the first answer's.
        return PublishedEvent(
            event: event, deliveries: deliveries.filter { $0.cause == .publish }, warnings: prepared.warnings,
            unmatched: nil)
    }

    // MARK: Looking

    /// The event of that id: its own, or the one that its publisher chose.
    public func event(named name: String, for principal: Principal) async throws(ServiceError) -> Event {
        try principal.require(.readEvents)
        let found = try await context.stored { () async throws(StoreError) -> Event? in
            if let id = EventID(name), let event = try await context.store.event(id, in: principal.environment) {
                return event
            }
            return try await context.store.event(chosenID: name, in: principal.environment)
        }
        guard let found else { throw .notFound("event") }
        guard let application = principal.application, found.application != application else { return found }
        // Another's, unless one of its deliveries goes to an endpoint of this application.
        var query = DeliveryQuery(environment: principal.environment, limit: 1)
        query.event = found.id
        query.application = application
        let own = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.deliveries(query)
        }
        guard !own.items.isEmpty else { throw .notFound("event") }
        return found
    }

    private func event(_ id: EventID, in environment: EnvironmentID) async throws(ServiceError) -> Event {
        let event = try await context.stored { () async throws(StoreError) in
            try await context.store.event(id, in: environment)
        }
        guard let event else { throw .notFound("event") }
        return event
    }

    /// The deliveries of an event that the principal may know of, oldest first, at most as many as publishers are told.
    public func deliveries(
        of event: Event, for principal: Principal
    ) async throws(ServiceError) -> [Delivery] {
        var query = DeliveryQuery(environment: principal.environment, limit: context.limits.deliveriesTold)
        query.event = event.id
        query.application = principal.application
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.deliveries(query)
        }
        return found.items.reversed().map(context.withLiveState)
    }

    /// Why each of the other endpoints that the principal may know of did not get an event, newest first, at most a
    /// hundred. The reasons are those of the endpoints as they are now.
    ///
    /// - Parameter deliveries: the event's, all of them or as many as publishers are told.
    public func unmatched(
        _ event: Event, delivered deliveries: [Delivery], for principal: Principal
    ) -> [UnmatchedEndpoint] {
        let reached = Set(deliveries.map(\.endpoint))
        // Of those that it would go to now, some may have got it where not all of its deliveries are known.
        let knowsAll =
            deliveries.count >= event.deliveryCount || deliveries.count < context.limits.deliveriesTold
        let others = Array(
            context.directory.endpoints(in: event.environment, application: principal.application)
                .filter { !reached.contains($0.id) }
                .sorted { $0.id > $1.id }
                .lazy.map { (endpoint: $0, reason: whyNot($0, event)) }
                .filter { $0.reason != nil || $0.endpoint.filter != nil || knowsAll }
                .prefix(context.limits.deliveriesTold))
        let filtered = others.filter { $0.reason == nil && $0.endpoint.filter != nil }.map(\.endpoint)
        var shortfalls: [EndpointID: FilterShortfall] = [:]
        if !filtered.isEmpty {
            let found = FilterSet(filtered.compactMap(\.filter)).shortfalls(of: event.body.bytes[event.body.data])
            for (endpoint, shortfall) in zip(filtered, found) { shortfalls[endpoint.id] = shortfall }
        }
        return others.compactMap { endpoint, reason in
            if let reason { return UnmatchedEndpoint(endpoint: endpoint.id, reason: reason) }
            if let shortfall = shortfalls[endpoint.id] {
                return UnmatchedEndpoint(
                    endpoint: endpoint.id, reason: "Its filter does not want it: \(shortfall.sentence).",
                    shortfall: shortfall)
            }
            return knowsAll ? UnmatchedEndpoint(endpoint: endpoint.id, reason: EventRules.cameLater) : nil
        }
    }

    private func whyNot(_ endpoint: Endpoint, _ event: Event) -> String? {
        if event.application == nil, context.isOperations(endpoint.application, in: endpoint.environment) {
            return EventRules.hearsOperations
        }
        return EventRules.whyNot(endpoint, event)
    }

    /// Lists events. A principal that speaks for an application sees those alone that are meant for it.
    public func events(
        _ filter: EventFilter, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Event> {
        try principal.require(.readEvents)
        var query = EventQuery(environment: principal.environment, limit: page.limit)
        query.application = try context.application(named: filter.application, for: principal)?.id
        query.type = filter.type
        query.since = filter.since
        query.until = filter.until
        query.status = filter.status
        query.text = filter.text
        query.before = try page.position(of: EventID.self)
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.events(query)
        }
        return ListPage(items: found.items, next: found.next?.description)
    }

    // MARK: Replaying

    /// Delivers an old event again: to the endpoints that subscribe to it now and whose filters want it, or to the one
    /// named, whatever it subscribes to and filters. Receivers see the same bytes under the same id.
    public func replay(
        _ name: String, to endpoint: EndpointID?, by principal: Principal
    ) async throws(ServiceError) -> [Delivery] {
        try principal.require(.replayEvents)
        let event = try await event(named: name, for: principal)
        guard !event.body.isDropped else { throw EventRules.payloadDropped }
        let now = context.time.now()
        var subscribers = context.directory.audience(
            for: event.type, application: event.application, source: event.body.source, in: principal.environment
        ).members(for: event.body.bytes[event.body.data]).filter { principal.mayKnow(of: $0.application) }
        if let endpoint {
            let endpoint = try context.endpoint(endpoint, for: principal)
            guard endpoint.isActive else { throw WebhookRules.inactive }
            subscribers = [Subscriber(endpoint)]
        }
        guard !subscribers.isEmpty else {
            throw ServiceError(
                .conflict, "no_subscribers",
                "No active webhook subscribes to \(event.type) and wants it by its filter. "
                    + "Name one with `webhook`, or subscribe one first.")
        }
        let deliveries = subscribers.map { subscriber in
            Delivery(
                id: context.identifiers.next(at: now), environment: principal.environment, event: event.id,
                endpoint: subscriber.endpoint, application: subscriber.application, cause: .replay, createdAt: now,
                turn: subscriber.turn(of: event, due: now), state: .scheduled(due: now))
        }
        let result = try await context.committer.accept(
            Acceptance(entries: [Acceptance.Entry(event: event, deliveries: deliveries, isReplay: true)]))
        guard case .accepted(let results) = result, results == [.stored] else { throw .notFound("event") }
        context.metrics.accepted(events: 0, deliveries: deliveries.count)
        return deliveries
    }
}

/// Which events to list, as a caller says it.
public struct EventFilter: Sendable {
    /// An application's id or uid.
    public var application: String?
    public var type: String?
    public var since: Timestamp?
    public var until: Timestamp?
    public var status: DeliveryStatus?
    public var text: String?

    public init() {}
}
