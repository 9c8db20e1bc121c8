import Logging
import MartletCore
import MartletStore
import MartletTesting
import Synchronization
import Testing

@testable import MartletService

@Suite struct IntakeTests {
    private static func limits(backlog: Int) -> IntakeLimits {
        var limits = IntakeLimits()
        limits.backlog = backlog
        return limits
    }

    private static func settle(_ delivery: Delivery, _ state: DeliveryState, in scene: ServiceScene) async throws {
        let attempt = Attempt(
            id: scene.context.identifiers.next(at: scene.clock.now()), delivery: delivery.id, number: 1,
            startedAt: scene.clock.now(), request: AttemptRequest(url: "https://example.com", headers: []),
            outcome: AttemptOutcome(
                result: .failure(AttemptFailure(.connectionRefused, "No.")), timing: AttemptTiming(total: 1),
                address: nil))
        let settlement = Settlement(
            environment: delivery.environment, endpoint: delivery.endpoint, attempt: attempt,
            firstAttemptAt: scene.clock.now(), state: state)
        let event = scene.courier.notes.accepted.first { $0.delivery.id == delivery.id }?.event
        guard let event else { return }
        scene.context.committer.settle([
            PendingSettlement(parcel: Parcel(delivery: delivery, event: event), settlement: settlement)
        ])
        while try await scene.store.attempts(of: delivery.id).isEmpty { await Task.yield() }
        await scene.context.committer.barrier()
    }

    @Test func aFullBacklogIsRefusedBeforeTheStoreIsAskedAndOnceSomeHaveEndedItIsTaken() async throws {
        let scene = try await ServiceScene(intake: Self.limits(backlog: 6))
        for application in [scene.acme, scene.other] {
            _ = try await scene.webhook { $0.application = application.id.description }
        }
        var published: [PublishedEvent] = []
        for _ in 0..<3 { published.append(try await scene.publish()) }
        let calls = scene.store.callCount

        let refused = try await refusal { _ = try await scene.publish() }
        let callsAfter = scene.store.callCount
        for delivery in published[0].deliveries {
            try await Self.settle(delivery, .succeeded(at: scene.clock.now()), in: scene)
        }
        let taken = try await scene.publish()

        #expect(refused?.kind == .limited)
        #expect(refused?.code == "backlog_full")
        #expect(refused?.retryAfter != nil)
        #expect(callsAfter == calls)
        #expect(taken.deliveries.count == 2)
        #expect(scene.context.committer.intake.snapshot.refusedForBacklog == 1)
        await scene.stop()
    }

    @Test func anEventThatNobodySubscribedToIsTakenWhateverWaits() async throws {
        let scene = try await ServiceScene(intake: Self.limits(backlog: 2))
        _ = try await scene.webhook { $0.events = ["a"] }
        _ = try await scene.publish("a")

        let refused = try await refusal { _ = try await scene.publish("b") }

        #expect(refused == nil)
        await scene.stop()
    }

    @Test func aRetryThatIsToComeStillWaits() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let delivery = try await scene.publish().deliveries[0]

        try await Self.settle(delivery, .scheduled(due: scene.clock.now() + .seconds(60)), in: scene)

        #expect(scene.context.committer.intake.snapshot.backlog == 1)
        await scene.stop()
    }

    @Test func oneApplicationDoesNotFillItAll() async throws {
        let scene = try await ServiceScene(intake: Self.limits(backlog: 10))
        for application in [scene.acme, scene.other] {
            _ = try await scene.webhook { $0.application = application.id.description }
        }
        for _ in 0..<5 { _ = try await scene.publish(application: "acme") }

        let greedy = try await refusal { _ = try await scene.publish(application: "acme") }
        let modest = try await refusal { _ = try await scene.publish(application: "other") }
        let toAll = try await refusal { _ = try await scene.publish() }

        #expect(greedy?.code == "backlog_full")
        #expect(greedy?.detail.contains(scene.acme.id.description) == true)
        #expect(modest == nil)
        #expect(toAll == nil)
        #expect(scene.context.committer.intake.snapshot.backlog == 8)
        await scene.stop()
    }

    @Test func whatIsNotStoredAfterAllIsNotCounted() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        _ = try await scene.publish(id: "one", stamp: scene.stamp("k"))

        _ = try await scene.publish(id: "one")
        _ = try await scene.publish(id: "one", stamp: scene.stamp("k"))
        scene.store.failNext(.before)
        let failed = try await refusal { _ = try await scene.publish() }

        #expect(failed?.code == "store_unavailable")
        #expect(scene.context.committer.intake.snapshot.backlog == 1)
        await scene.stop()
    }

    @Test func whatIsMovedByHandIsCounted() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let delivery = try await scene.publish().deliveries[0]
        let intake = scene.context.committer.intake

        try await Self.settle(delivery, .failed(at: scene.clock.now(), reason: .exhausted), in: scene)
        let ended = intake.snapshot.backlog
        _ = try await scene.deliveries.retry(delivery.id, by: scene.admin)
        let retried = intake.snapshot.backlog
        _ = try await scene.deliveries.cancel(delivery.id, by: scene.admin)

        #expect(ended == 0)
        #expect(retried == 1)
        #expect(intake.snapshot.backlog == 0)
        await scene.stop()
    }

    @Test func aStartCountsWhatTheStoreHolds() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        for _ in 0..<3 { _ = try await scene.publish() }
        let intake = Intake(limits: Self.limits(backlog: 3))

        intake.restore(try await scene.store.backlogs())

        #expect(intake.snapshot.backlog == 3)
        await scene.stop()
    }
}
