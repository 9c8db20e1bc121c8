import Logging
import MartletCore
import MartletStore
import MartletTesting
import Synchronization
import Testing

@testable import MartletService

@Suite struct SweeperTests {
    /// Counts the pauses, and ends a sweep after so many.
    private final class Pauses: Sendable {
        let lengths = Mutex<[Duration]>([])
        var count: Int { lengths.withLock(\.count) }
        func pause(_ length: Duration) { lengths.withLock { $0.append(length) } }
    }

    private let pauses = Pauses()

    private func sweeper(_ scene: ServiceScene, step: Int = 250) -> Sweeper {
        var limits = RetentionLimits()
        limits.step = step
        return Sweeper(
            store: scene.store, directory: scene.directory, time: scene.clock, limits: limits,
            metrics: scene.context.metrics, log: scene.context.log, pause: { [pauses] in pauses.pause($0) })
    }

    private static let day = Duration.seconds(86_400)

    /// Publishes, and has every delivery end.
    private static func publishAndEnd(_ count: Int, in scene: ServiceScene) async throws -> [Event] {
        var events: [Event] = []
        for _ in 0..<count {
            let published = try await scene.publish()
            events.append(published.event)
            for delivery in published.deliveries {
                _ = try await scene.deliveries.cancel(delivery.id, by: scene.admin)
            }
        }
        return events
    }

    @Test func payloadsGoAfterThirtyDaysAndHistoryAfterNinety() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let event = try await Self.publishAndEnd(1, in: scene)[0]

        scene.clock.advance(by: .seconds(29 * 86_400))
        let early = try await sweeper(scene).sweep()
        scene.clock.advance(by: .seconds(2 * 86_400))
        let payloads = try await sweeper(scene).sweep()
        let without = try await scene.events.event(named: event.id.description, for: scene.admin)
        scene.clock.advance(by: .seconds(60 * 86_400))
        let history = try await sweeper(scene).sweep()
        let gone = try await refusal {
            _ = try await scene.events.event(named: event.id.description, for: scene.admin)
        }

        #expect(early == Sweeper.Sums())
        #expect(payloads.payloads == 1)
        #expect(payloads.events == 0)
        #expect(without.body.isDropped)
        #expect(history.events == 1)
        #expect(history.deliveries == 1)
        #expect(gone?.kind == .notFound)
        await scene.stop()
    }

    @Test func anEnvironmentsOwnSpansCountMoreThanTheService() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        _ = try await Self.publishAndEnd(1, in: scene)
        var live = scene.live
        live.retention = Retention(payloads: .seconds(3600), history: .seconds(7200))
        try await scene.context.apply([.putEnvironment(live)])

        scene.clock.advance(by: .seconds(3601))
        let first = try await sweeper(scene).sweep()
        scene.clock.advance(by: .seconds(3600))
        let second = try await sweeper(scene).sweep()

        #expect(first.payloads == 1)
        #expect(second.events == 1)
        #expect(try await scene.store.configuration().environments.first { $0.id == live.id } == live)
        await scene.stop()
    }

    @Test func aSweepOfManyGoesStepByStepAndTouchesNothingThatWaits() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let ended = try await Self.publishAndEnd(100, in: scene)
        var waiting: [PublishedEvent] = []
        for _ in 0..<10 { waiting.append(try await scene.publish()) }
        scene.clock.advance(by: .seconds(100 * 86_400))

        let calls = scene.store.callCount
        let sums = try await sweeper(scene, step: 7).sweep()

        #expect(sums.events == 100)
        #expect(sums.deliveries == 100)
        #expect(sums.payloads == 0)
        // 200 rows by 7, each step with a pause after it.
        #expect(pauses.count >= 200 / 7)
        #expect(scene.store.callCount - calls == pauses.count)
        for event in ended { #expect(try await scene.store.event(event.id, in: scene.live.id) == nil) }
        for published in waiting {
            #expect(try await scene.store.event(published.event.id, in: scene.live.id) == published.event)
            let delivery = try await scene.store.delivery(published.deliveries[0].id, in: scene.live.id)
            #expect(delivery == published.deliveries[0])
        }
        await scene.stop()
    }

    @Test func aSweepThatFailsHalfWayGoesOnTheNextTime() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        _ = try await Self.publishAndEnd(20, in: scene)
        scene.clock.advance(by: .seconds(100 * 86_400))
        scene.store.fail(share: 0.3, seed: 5)

        var failures = 0
        for _ in 0..<50 {
            do throws(StoreError) {
                _ = try await sweeper(scene, step: 3).sweep()
            } catch {
                failures += 1
            }
        }
        scene.store.recover()
        try await sweeper(scene).sweep()

        #expect(failures > 0)
        #expect(try await scene.store.events(EventQuery(environment: scene.live.id, limit: 50)).items.isEmpty)
        await scene.stop()
    }

    @Test func expiredIdempotencyKeysAndOldSumsGoToo() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        _ = try await scene.publish(stamp: scene.stamp("k"))
        try await scene.store.add([
            EndpointHour(
                environment: scene.live.id, endpoint: webhook.id, hour: scene.clock.now(), succeeded: 1)
        ])

        scene.clock.advance(by: .seconds(86_401))
        let day = try await sweeper(scene).sweep()
        scene.clock.advance(by: .seconds(91 * 86_400))
        let quarter = try await sweeper(scene).sweep()

        #expect(day.keys == 1)
        #expect(day.hours == 0)
        // The webhook's, and its environment's.
        #expect(quarter.hours == 2)
        await scene.stop()
    }

    @Test func whatHasLostItsPayloadIsNeitherReplayedNorRetried() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let published = try await scene.publish()
        let delivery = published.deliveries[0]
        _ = try await scene.store.move(delivery, to: .failed(at: scene.clock.now(), reason: .exhausted))
        scene.clock.advance(by: .seconds(31 * 86_400))
        try await sweeper(scene).sweep()

        let replayed = try await refusal {
            _ = try await scene.events.replay(published.event.publicID, to: webhook.id, by: scene.admin)
        }
        let retried = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }

        for refusal in [replayed, retried] {
            #expect(refusal?.kind == .conflict)
            #expect(refusal?.code == "payload_dropped")
        }
        await scene.stop()
    }
}
