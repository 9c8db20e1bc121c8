import MartletCore
public import MartletStore

/// That a store can be moved into another: a source with something of everything in it, and what the target must then
/// answer.
public enum TransferConformance {
    /// Fills `source`, which must be empty, moves it to `target` record by record, each time from where the target says that
    /// the move is, and compares what the two answer.
    ///
    /// - Throws: ``ConformanceFailure`` where the two differ; whatever the stores threw.
    public static func run(
        from source: any Store & TransferSource, to target: any Store & TransferTarget
    ) async throws {
        let world = try await filled(source)

        try expectEqual(try await target.transferState(), .empty)
        var place = TransferPlace.start
        var steps = 0
        while true {
            let (records, next) = try await source.transferRecords(after: place, limit: 1)
            try await target.take(records, movingTo: next)
            steps += 1
            guard let next else { break }
            try expectEqual(try await target.transferState(), .begun(next))
            place = next
        }
        try expect(steps > 40, "There was too little to move: \(steps) steps.")
        try expectEqual(try await target.transferState(), .inUse)
        do {
            try await StoreTransfer(from: source, to: target).run()
            throw ConformanceFailure(message: "A store in use was moved into.", file: #fileID, line: #line)
        } catch let error as StoreError {
            try expect(error.isConflict, "\(error)")
        }

        try await compare(world, source, target)
    }

    /// Moves a filled store as a whole, and compares.
    public static func runAtOnce(
        from source: any Store & TransferSource, to target: any Store & TransferTarget
    ) async throws {
        let world = try await filled(source)

        try await StoreTransfer(from: source, to: target).run()

        try await compare(world, source, target)
    }

    // MARK: Filling

    private static func filled(_ store: any Store) async throws -> ConformanceWorld {
        let world = try await ConformanceWorld(store)
        let now = world.now
        try await store.putSetting("proof", [0, 1, 255])
        var profile = Profile.standard
        profile.name = "own"
        let deleted = try await world.addEndpoint()
        let paused = try await world.addEndpoint(inactivity: .paused)
        let gone = ConformanceWorld.application(world.id(), in: world.live.id, at: now)
        try await store.apply([
            .putProfile(CustomProfile(environment: world.live.id, profile: profile, createdAt: now, updatedAt: now)),
            .createEventType(
                EventType(
                    environment: world.live.id, name: "a.b", description: "é", group: nil, schema: nil, example: nil,
                    isArchived: false, createdAt: now, updatedAt: now)),
            .putKey(
                APIKey(
                    id: world.id(), environment: world.live.id, name: "k", role: .reader, application: nil,
                    hash: Array(repeating: 3, count: 32), hint: "mk_live_4f7a", createdAt: now, expiresAt: now)),
            .putApplication(gone),
        ])
        // Events of every form, deliveries in every state.
        let binary = world.event(
            chosenID: "chosen", application: world.application.id, body: #"{"a":"é\u0000"}"#)
        let first = world.delivery(of: binary, turn: Turn(key: "k", at: now))
        let second = world.delivery(of: binary, to: paused, due: now + .seconds(5))
        try await world.accept(binary, [first, second])
        let failed = try await world.acceptDelivery(to: deleted)
        let foreign = try await world.acceptDelivery(to: world.sandboxEndpoint)
        let silent = AttemptOutcome.Result.failure(AttemptFailure(.timeout, "Too slow."))
        _ = try await world.settle(
            world.settlement(
                of: first, attempt: world.attempt(of: first, result: silent),
                state: .scheduled(due: now + .seconds(60))),
            world.settlement(
                of: failed, attempt: world.attempt(of: failed, result: silent),
                state: .failed(at: now, reason: .exhausted)),
            world.settlement(
                of: foreign, attempt: world.attempt(of: foreign, body: [0, 255, 1]), state: .succeeded(at: now)))
        _ = try await world.settle(
            world.settlement(
                of: first, attempt: world.attempt(of: first, number: 2, body: Array("ok".utf8)),
                state: .scheduled(due: now + .seconds(90))))
        let cancelled = try await world.acceptDelivery()
        _ = try await store.move(cancelled, to: .cancelled(at: now, reason: .endpointDeleted))
        for _ in 0..<12 { _ = try await world.acceptDelivery(to: world.otherEndpoint) }
        // What lies beside.
        try await store.add([
            EndpointHour(environment: world.live.id, endpoint: world.endpoint.id, hour: now.startOfHour, succeeded: 3),
            EndpointHour(environment: world.live.id, endpoint: deleted.id, hour: now.startOfHour, failed: 1),
        ])
        try await store.putHealth([
            EndpointHealth(
                endpoint: world.endpoint.id, environment: world.live.id, failingSince: now, failures: 2,
                lastSuccessAt: now - .seconds(9))
        ])
        try await store.record([
            OperationalEvent(
                id: world.id(), environment: world.live.id, application: world.application.id,
                endpoint: world.endpoint.id, kind: .endpointFailing, createdAt: now, data: Array("{}".utf8))
        ])
        let alert = world.alert()
        try await store.putAlert(alert)
        let incident = world.incident(of: alert)
        try await store.settle([AlertTurn(alert: alert, standing: world.firing(incident), incident: incident)])
        try await store.putMail(world.mail(tries: 2))
        try await store.putMail(world.mail(due: now + .seconds(60)))
        try await store.note([EnvironmentWaiting(environment: world.sandbox.id, hour: now, count: 7)])
        try await store.createJob(world.job(.replay(ReplaySelection())))
        _ = try await store.reserve(world.stamp("reserved"), at: now)
        _ = try await store.reserve(world.stamp("answered"), at: now)
        try await store.remember([7, 8], for: world.stamp("answered"))
        let stamped = world.event()
        try await world.accept(
            Acceptance(entries: [.init(event: stamped, deliveries: [])], stamp: world.stamp("published")))
        let source = world.source()
        try await store.apply([.putSource(source)])
        _ = try await store.commit(
            CommitBatch(requests: [
                world.request(to: source, body: [0, 255]),
                world.request(to: source, verdict: .refused(code: "stale", reason: "Late.")),
            ]))
        try await store.apply([
            .deleteEndpoint(environment: world.live.id, id: deleted.id, at: now),
            .eraseApplication(environment: world.live.id, id: gone.id, at: now),
        ])
        return world
    }

    // MARK: Comparing

    private static func compare(
        _ world: ConformanceWorld, _ source: any Store, _ target: any Store
    ) async throws {
        let wanted = try await source.configuration()
        let found = try await target.configuration()
        try expectEqual(found.environments.sorted { $0.id < $1.id }, wanted.environments.sorted { $0.id < $1.id })
        try expectEqual(found.profiles, wanted.profiles)
        try expectEqual(Set(found.applications), Set(wanted.applications))
        try expectEqual(Set(found.endpoints), Set(wanted.endpoints))
        try expectEqual(Set(found.keys), Set(wanted.keys))
        try expectEqual(found.sources, wanted.sources)
        for inbound in wanted.sources {
            let query = RequestQuery(environment: inbound.environment, source: inbound.id, limit: 10)
            let requests = try await source.requests(query).items
            try expectEqual(requests.count, 2)
            try expectEqual(try await target.requests(query).items, requests)
            for request in requests {
                try expectEqual(
                    try await target.request(request.id, in: inbound.environment),
                    try await source.request(request.id, in: inbound.environment))
            }
        }
        try expectEqual(Set(found.eventTypes), Set(wanted.eventTypes))
        try expectEqual(
            try await target.eventType("a.b", in: world.live.id), try await source.eventType("a.b", in: world.live.id))
        try expectEqual(try await target.setting("proof"), [0, 1, 255])
        let now = world.now
        try expectEqual(try await target.alerts(), try await source.alerts())
        try expectEqual(try await target.health(), try await source.health())
        try expectEqual(try await target.runningJobs(), try await source.runningJobs())
        try expectEqual(try await target.erasures(limit: 10), try await source.erasures(limit: 10))
        for environment in [world.live.id, world.sandbox.id] {
            let query = EventQuery(environment: environment, limit: 250)
            let events = try await source.events(query).items
            try expectEqual(try await target.events(query).items, events)
            for event in events {
                let deliveries = try await source.deliveries(of: event.id, in: environment, limit: 100)
                try expectEqual(
                    try await target.deliveries(of: event.id, in: environment, limit: 100), deliveries)
                for delivery in deliveries {
                    try expectEqual(
                        try await target.attempts(of: delivery.id), try await source.attempts(of: delivery.id))
                }
            }
            try expectEqual(
                try await target.hours(in: environment, since: now), try await source.hours(in: environment, since: now)
            )
            let late = now + .seconds(3600)
            try expectEqual(
                try await target.dueMails(by: late, limit: 10), try await source.dueMails(by: late, limit: 10))
            let incidents = IncidentQuery(environment: environment, limit: 10)
            try expectEqual(try await target.incidents(incidents).items, try await source.incidents(incidents).items)
            let listing = OperationalEventQuery(environment: environment, limit: 10)
            try expectEqual(
                try await target.operationalEvents(listing).items, try await source.operationalEvents(listing).items)
        }
        for endpoint in wanted.endpoints.map(\.id) {
            try expectEqual(
                try await target.hours(of: endpoint, since: world.now - .seconds(7200)),
                try await source.hours(of: endpoint, since: world.now - .seconds(7200)))
        }
        try expectEqual(
            try await target.event(chosenID: "chosen", in: world.live.id)?.id,
            try await source.event(chosenID: "chosen", in: world.live.id)?.id)
        for key in ["reserved", "answered", "published"] {
            let stamp = world.stamp(key)
            let wanted = try await source.reserve(stamp, at: world.now)
            let found = try await target.reserve(stamp, at: world.now)
            try expect("\(found)" == "\(wanted)", "The key \(key): \(found), not \(wanted).")
        }
    }
}
