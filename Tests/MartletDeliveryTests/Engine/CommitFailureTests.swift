import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

/// The store fails; nothing that was promised is lost.
@Suite(.timeLimit(.minutes(10))) struct CommitFailureTests {
    @Test func aPublisherWhoseCommitFailsIsToldThatItIsUnavailable() async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()

        scene.store.failNext(.before)
        let refused = await #expect(throws: ServiceError.self) { try await scene.publish() }
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        #expect(refused?.kind == .unavailable)
        #expect(refused?.retryAfter != nil)
        #expect(scene.sender.sent.count == 1)
        try await scene.stop()
    }

    /// Its publisher was told otherwise and will publish it again; but what is in the store is not left lying there.
    @Test func anEventThatWasStoredThoughItsCommitSeemedToFailIsDelivered() async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()

        scene.store.failNext(.after)
        await #expect(throws: ServiceError.self) { try await scene.publish() }
        await scene.sender.made(1)

        #expect(scene.sender.sent.count == 1)
        try await scene.stop()
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func anOutcomeThatCouldNotBeStoredIsStoredLaterAndNotAttemptedAgain(fault: FaultyStore.Fault) async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.sender.made(1)

        scene.store.failNext(fault)
        scene.sender.release(0, as: 200)
        await scene.engine.settled(delivery.id, of: delivery.endpoint)

        let stored = try await scene.stored(delivery)
        let attempts = try await scene.store.attempts(of: delivery.id)
        #expect(scene.store.faultCount == 1)
        #expect(stored.state.status == .succeeded)
        #expect(attempts.count == 1)
        #expect(scene.sender.sent.count == 1)
        try await scene.stop()
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func aRetryWhoseOutcomeCouldNotBeStoredAtFirstIsMade(fault: FaultyStore.Fault) async throws {
        let scene = try await EngineScene()
        scene.sender.answer { index, _ in index == 0 ? .none : .status(200) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.sender.made(1)

        scene.store.failNext(fault)
        scene.sender.release(0, as: 500)
        await scene.engine.settled(delivery.id, of: delivery.endpoint)
        scene.clock.advance(by: .seconds(6))
        await scene.recorded(2, of: delivery)

        let stored = try await scene.stored(delivery)
        #expect(stored.state.status == .succeeded)
        #expect(stored.attemptCount == 2)
        try await scene.stop()
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func underAStoreThatFailsNowAndThenEveryAcceptedEventArrives(seed: UInt64) async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()
        scene.store.fail(share: 0.2, seed: seed)
        var accepted: Set<String> = []
        var refused = 0

        for _ in 0..<60 {
            do throws(ServiceError) {
                let published = try await EventService(scene.context).publish(
                    EventDraft(type: "a", data: Array("{}".utf8)), by: scene.principal)
                accepted.insert(published.event.publicID)
            } catch {
                #expect(error.kind == .unavailable, "seed \(seed)")
                refused += 1
            }
        }
        scene.store.recover()
        let missing = try await eventually {
            scene.clock.advance(by: .seconds(1))
            return accepted.subtracting(scene.sender.sent.compactMap { $0.header("webhook-id") })
        } until: {
            $0.isEmpty
        }

        #expect(missing.isEmpty, "seed \(seed)")
        #expect(refused > 0, "seed \(seed)")
        try await scene.stop()
    }

    /// Where it is stored, anybody may find it and move it, though the engine does not know it yet.
    @Test(arguments: [true, false])
    func whatIsMovedBeforeItsCommitIsHandedOverIsMovedHereToo(isCancelled: Bool) async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()
        let service = DeliveryService(scene.context)
        let start = scene.clock.now()

        scene.store.holdCommits()
        async let published = scene.publish(deliverAt: start + .seconds(30))
        let found = try await eventually {
            try await service.deliveries(
                DeliveryFilter(), page: PageRequest(limit: 1, cursor: nil), for: scene.principal
            ).items
        } until: {
            !$0.isEmpty
        }
        async let moved =
            isCancelled
            ? service.cancel(found[0].id, by: scene.principal) : service.retry(found[0].id, by: scene.principal)
        _ = try await eventually {
            try await scene.stored(found[0])
        } until: {
            isCancelled ? $0.state.isFinal : $0.state == .scheduled(due: start)
        }
        scene.store.releaseCommits()
        _ = try await (published, moved)
        if !isCancelled { await scene.recorded(1, of: found[0]) }
        scene.clock.advance(by: .seconds(60))
        try await scene.publish()
        await scene.sender.made(isCancelled ? 1 : 2)

        #expect(scene.sender.sent.count == (isCancelled ? 1 : 2))
        try await scene.stop()
    }

    @Test func aStopEndsEvenThoughTheStoreNeverComesBack() async throws {
        var limits = EngineLimits()
        limits.drain = .zero
        let scene = try await EngineScene(limits: limits)
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        try await scene.publish()
        await scene.sender.made(1)

        await scene.store.close()
        scene.sender.release(0, as: 200)
        try await scene.stop()
    }

    @Test func publishersBeyondTheBoundAreAskedToComeAgain() async throws {
        var limits = CommitLimits()
        limits.waitingBytes = 10
        let scene = try await EngineScene(commits: limits)
        _ = try await scene.webhook()

        let refused = await #expect(throws: ServiceError.self) { try await scene.publish() }

        #expect(refused?.kind == .unavailable)
        #expect(refused?.code == "overloaded")
        #expect(refused?.retryAfter == .seconds(1))
        try await scene.stop()
    }
}
