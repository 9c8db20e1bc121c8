import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct TakeOverTests {
    @Test func eachNodeDeliversWhatItAccepted() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }

        let first = try await scene.publish(1, through: a)
        let second = try await scene.publish(2, through: b)
        try await scene.delivered(first + second, asToldBy: a)

        #expect(Set(scene.receiver.attempts.map { "\($0.node)\($0.number)" }) == ["a1", "b2"])
        try await a.stop()
        try await b.stop()
    }

    @Test func whatANodeThatLeftHadWaitingGoesOutFromAnotherAtItsInstant() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        let deliveries = try await scene.publish(1, through: a, after: .seconds(5))
        let due = scene.clock.now() + .seconds(5)

        try await a.stop()
        await scene.pass(.seconds(4), beating: [b])
        let early = scene.receiver.attempts.count
        await scene.pass(.seconds(1), beating: [b])
        try await scene.delivered(deliveries, asToldBy: b)

        #expect(early == 0)
        #expect(scene.receiver.attempts.map(\.node) == ["b"])
        #expect(scene.receiver.attempts.map(\.at) == [due])
        #expect(b.status.snapshot.takenOver == 1)
        try await b.stop()
    }

    @Test func aNodeThatDoesNotBeatStartsNothingAndTheOthersTakeOverAfterTheLease() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        let deliveries = try await scene.publish(1, through: a, after: .seconds(8))

        await scene.pass(.seconds(10), beating: [b])
        let early = scene.receiver.attempts.count
        await scene.pass(.seconds(1), beating: [b])
        try await scene.delivered(deliveries, asToldBy: b)
        let wasMember = a.status.isMember
        await a.membership.beat()
        let later = try await scene.publish(2, through: a)
        try await scene.delivered(later, asToldBy: a)

        #expect(early == 0)
        #expect(wasMember)
        #expect(a.status.snapshot.lapses == 1)
        #expect(a.status.isMember)
        #expect(scene.receiver.attempts.map(\.node) == ["b", "a"])
        #expect(scene.receiver.overlaps.isEmpty)
        try await a.stop()
        try await b.stop()
    }

    @Test func aNodeThatWasCutOffButNotTakenForDeadGoesOn() async throws {
        let scene = try await NodeScene()
        let a = try await scene.node("a")
        try await scene.webhook(through: a)
        let deliveries = try await scene.publish(1, through: a, after: .seconds(8))
        a.store.fail(share: 1, seed: 1)
        await scene.pass(.seconds(9), beating: [a])
        let early = scene.receiver.attempts.count

        a.store.recover()
        await a.membership.beat()
        try await scene.delivered(deliveries, asToldBy: a)

        #expect(early == 0)
        #expect(a.status.snapshot.lapses == 0)
        #expect(scene.receiver.attempts.count == 1)
        try await a.stop()
    }

    @Test func anOutcomeThatComesAfterTheLapseIsKeptAndTheDeliveryEndsOnce() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { $0.node == "a" ? .none : .status(200) }
        let deliveries = try await scene.publish(1, through: a)
        try await scene.made(1)

        await scene.pass(.seconds(11), beating: [b])
        try await scene.delivered(deliveries, asToldBy: b)
        scene.receiver.release()
        await a.membership.beat()
        await a.engine.settled(deliveries[0].id, of: deliveries[0].endpoint)
        await scene.pass(.seconds(3), beating: [a, b])

        let stored = try #require(try await b.stored(deliveries[0]))
        #expect(stored.state.status == .succeeded)
        #expect(stored.attemptCount == 1)
        #expect(scene.receiver.attempts.map(\.node) == ["a", "b"])
        try await a.stop()
        try await b.stop()
    }

    @Test func anOutcomeThatIsKeptBeforeTheNewOwnersLosesNothing() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { _ in .none }
        let deliveries = try await scene.publish(1, through: a)
        try await scene.made(1)
        await scene.pass(.seconds(11), beating: [b])
        try await scene.made(2)
        // Both are answered at once; what the first node has to say of it comes first.
        b.store.fail(share: 1, seed: 1)
        scene.receiver.answer { _ in .status(200) }
        scene.receiver.release()
        await a.membership.beat()
        await a.engine.settled(deliveries[0].id, of: deliveries[0].endpoint)
        b.store.recover()

        try await scene.delivered(deliveries, asToldBy: b)

        #expect(scene.receiver.attempts.count <= 3)
        try await a.stop()
        try await b.stop()
    }

    @Test func publishersOfALapsedNodeAreToldToComeAgain() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        try await scene.webhook(through: a)
        await scene.pass(.seconds(11), beating: [b])

        let error = await #expect(throws: ServiceError.self) { try await scene.publish(1, through: a) }
        let refused = scene.receiver.attempts.count
        await a.membership.beat()
        let deliveries = try await scene.publish(1, through: a)
        try await scene.delivered(deliveries, asToldBy: a)

        #expect(error?.kind == .unavailable)
        #expect(error?.code == "node_lapsed")
        #expect(error?.retryAfter != nil)
        #expect(refused == 0)
        #expect(scene.receiver.attempts.count == 1)
        try await a.stop()
        try await b.stop()
    }

    @Test func whatIsTakenOverForAWebhookThatOneHasNotHeardOfIsNotCancelled() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        scene.memory.mute(true)
        try await scene.webhook(through: a)
        let deliveries = try await scene.publish(1, through: a, after: .seconds(2))
        await a.kill()

        await scene.pass(.seconds(12), beating: [b])
        try await scene.delivered(deliveries, asToldBy: b)

        #expect(scene.receiver.attempts.map(\.node) == ["b"])
        try await b.stop()
    }

    @Test func aDeliveryCanBeRetriedAndCancelledThroughAnyNode() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        let hastened = try await scene.publish(1, through: a, after: .seconds(600))
        let cancelled = try await scene.publish(2, through: a, after: .seconds(5))

        _ = try await DeliveryService(b.context).retry(hastened[0].id, by: scene.principal)
        _ = try await DeliveryService(b.context).cancel(cancelled[0].id, by: scene.principal)
        try await scene.delivered(hastened, asToldBy: b)
        await scene.pass(.seconds(6), beating: [a, b])

        #expect(scene.receiver.attempts.map { "\($0.node)\($0.number)" } == ["a1"])
        #expect(try await a.stored(cancelled[0])?.state.status == .cancelled)
        try await a.stop()
        try await b.stop()
    }

    @Test func aRetryIsFoundThoughTheNewsOfItWasLost() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        let deliveries = try await scene.publish(1, through: a, after: .seconds(600))
        scene.memory.mute(true)

        _ = try await DeliveryService(b.context).retry(deliveries[0].id, by: scene.principal)
        await a.membership.poll()
        try await scene.delivered(deliveries, asToldBy: b)

        #expect(scene.receiver.attempts.map(\.node) == ["a"])
        try await a.stop()
        try await b.stop()
    }

    @Test func aDeliveryThatHadFailedGoesOutFromTheNodeThatIsAskedToRetryIt() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) {
            $0.retry = .some(RetryPolicy(delays: [.seconds(1)], window: nil, jitter: 0))
        }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { _ in .status(500) }
        let deliveries = try await scene.publish(1, through: a)
        try await scene.made(1)
        await a.engine.settled(deliveries[0].id, of: endpoint.id)
        await scene.pass(.seconds(2), beating: [a, b])
        _ = try await eventually({ try await a.stored(deliveries[0])?.state.status }, until: { $0 == .failed })
        scene.receiver.answer { _ in .status(200) }

        _ = try await DeliveryService(b.context).retry(deliveries[0].id, by: scene.principal)
        try await scene.delivered(deliveries, asToldBy: b)

        #expect(scene.receiver.attempts.map(\.node) == ["a", "a", "b"])
        try await a.stop()
        try await b.stop()
    }
}
