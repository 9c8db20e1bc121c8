import Logging
import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct GroupCommitterTests {
    @Test func publishersAreAnsweredOnceTheReceiverHasBeenTold() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()

        let published = try await scene.publish()

        #expect(scene.courier.notes.accepted.map(\.delivery.id) == published.deliveries.map(\.id))
        await scene.stop()
    }

    @Test func whateverWaitsSharesOneTransaction() async throws {
        let scene = try await ServiceScene()
        await scene.stop()
        let committer = GroupCommitter(
            store: scene.store, limits: CommitLimits(), metrics: scene.context.metrics, log: scene.context.log)
        let now = scene.clock.now()
        let calls = scene.store.callCount
        func acceptance() -> Acceptance {
            let id: EventID = scene.context.identifiers.next(at: now)
            let body = EventBody(id: "\(id)", type: "a", created: now, data: Array("{}".utf8))
            return Acceptance(entries: [
                .init(
                    event: Event(
                        id: id, environment: scene.live.id, chosenID: nil, type: "a", application: nil, created: now,
                        acceptedAt: now, deliveryCount: 0, body: body), deliveries: [])
            ])
        }

        // All of them wait before anything commits: a task that begins at once has put its acceptance into the queue when
        // it gives way.
        let first = acceptance()
        let publishers = (0..<50).map { index in
            let acceptance = index == 0 ? first : acceptance()
            return Task.immediate { try await committer.accept(acceptance) }
        }
        let running = Task { await committer.run(handingOverTo: scene.courier) }
        for publisher in publishers { _ = try await publisher.value }
        committer.close()
        await running.value

        #expect(scene.store.callCount - calls == 1)
        let stored = try await scene.store.event(first.entries[0].event.id, in: scene.live.id)
        #expect(stored != nil)
    }

    @Test func aClosedCommitterTakesNothingMore() async throws {
        let scene = try await ServiceScene()
        await scene.stop()

        let refusal = try await refusal { _ = try await scene.publish() }

        #expect(refusal?.kind == .unavailable)
    }

    @Test func aBarrierOfAnIdleCommitterIsPassedAtOnce() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.publish()

        await scene.context.committer.barrier()

        await scene.stop()
    }
}
