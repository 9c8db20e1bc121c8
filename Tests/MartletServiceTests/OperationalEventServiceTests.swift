import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct OperationalEventServiceTests {
    private func event(_ endpoint: Endpoint, at instant: Timestamp, in scene: ServiceScene) -> OperationalEvent {
        .disabled(
            endpoint, for: .gone, FailureWatch(), id: scene.context.identifiers.next(at: instant), at: instant)
    }

    private func listed(
        in scene: ServiceScene, application: String? = nil, endpoint: EndpointID? = nil, by principal: Principal? = nil
    ) async throws -> [OperationalEventID] {
        try await OperationalEventService(scene.context).events(
            application: application, endpoint: endpoint, page: ServiceScene.page, for: principal ?? scene.admin
        ).items.map(\.id)
    }

    @Test func whatIsRecordedIsListedNewestFirstWithinItsEnvironment() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        let others = try await scene.webhook { $0.application = "other" }
        let journal = OperationalJournal(store: scene.store)
        let first = event(acmes, at: scene.clock.now(), in: scene)
        let second = event(others, at: scene.clock.now(), in: scene)

        try await journal.record([first], at: scene.clock.now())
        try await journal.record([second], at: scene.clock.now())

        #expect(try await listed(in: scene) == [second.id, first.id])
        #expect(try await listed(in: scene, application: "acme") == [first.id])
        #expect(try await listed(in: scene, endpoint: others.id) == [second.id])
        #expect(try await listed(in: scene, by: scene.sandboxAdmin).isEmpty)
        #expect(try await listed(in: scene, by: scene.principal(.application)) == [first.id])
        #expect(try await listed(in: scene, endpoint: others.id, by: scene.principal(.application)).isEmpty)
        let unknown = try await refusal { _ = try await listed(in: scene, application: "nobody") }
        #expect(unknown?.code == "unknown_application")
        await scene.stop()
    }

    @Test func aPageEndsWithWhereTheNextOneBegins() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let events = (0..<3).map { _ in event(webhook, at: scene.clock.now(), in: scene) }
        try await OperationalJournal(store: scene.store).record(events, at: scene.clock.now())
        let service = OperationalEventService(scene.context)

        let first = try await service.events(
            application: nil, endpoint: nil, page: PageRequest(limit: 2, cursor: nil), for: scene.admin)
        let second = try await service.events(
            application: nil, endpoint: nil, page: PageRequest(limit: 2, cursor: first.next), for: scene.admin)
        let wrong = try await refusal {
            _ = try await service.events(
                application: nil, endpoint: nil, page: PageRequest(limit: 2, cursor: "evt_"), for: scene.admin)
        }

        #expect((first.items + second.items).map(\.id) == events.reversed().map(\.id))
        #expect(first.next != nil)
        #expect(second.next == nil)
        #expect(wrong?.fields.map(\.field) == ["cursor"])
        await scene.stop()
    }

    @Test func writingOneDropsThoseThatAreOlderThanNinetyDaysAFewAtATime() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let start = scene.clock.now()
        try await scene.store.record((0..<150).map { _ in event(webhook, at: start, in: scene) })
        let journal = OperationalJournal(store: scene.store)
        var query = OperationalEventQuery(environment: scene.live.id, limit: 1000)
        query.endpoint = webhook.id
        var counts: [Int] = []

        for later in [OperationalJournal.lifetime, OperationalJournal.lifetime + .seconds(1), .seconds(100 * 86_400)] {
            let now = start + later
            try await journal.record([event(webhook, at: now, in: scene)], at: now)
            counts.append(try await scene.store.operationalEvents(query).items.count)
        }

        #expect(counts == [151, 52, 3])
        await scene.stop()
    }

    @Test func recordingNothingAsksTheStoreNothing() async throws {
        let scene = try await ServiceScene()
        let calls = scene.store.callCount

        try await OperationalJournal(store: scene.store).record([], at: scene.clock.now())

        #expect(scene.store.callCount == calls)
        await scene.stop()
    }

    @Test func theSumsOfAWebhookTellItsHealth() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let now = scene.clock.now()
        let before = try await scene.webhooks.stats(of: webhook.id, since: now, for: scene.admin)
        let health = EndpointHealth(
            endpoint: webhook.id, environment: scene.live.id, failingSince: now, failures: 4, lastSuccessAt: now)
        try await scene.store.putHealth([health])

        let after = try await scene.webhooks.stats(of: webhook.id, since: now, for: scene.admin)

        #expect(before.health == nil)
        #expect(after.health == health)
        await scene.stop()
    }
}
