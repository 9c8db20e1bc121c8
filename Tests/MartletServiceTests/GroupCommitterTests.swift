import Logging
import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Synchronization
import Testing

@Suite struct GroupCommitterTests {
    private static func acceptance(
        _ scene: ServiceScene, events: Int = 1, of application: ApplicationID? = nil
    ) -> Acceptance {
        let now = scene.clock.now()
        return Acceptance(
            entries: (0..<events).map { _ in
                let id: EventID = scene.context.identifiers.next(at: now)
                let body = EventBody(id: "\(id)", type: "a", created: now, data: Array("{}".utf8))
                let event = Event(
                    id: id, environment: scene.live.id, chosenID: nil, type: "a", application: application,
                    created: now,
                    acceptedAt: now, deliveryCount: 0, body: body)
                return .init(event: event, deliveries: [])
            })
    }

    private static func committer(in scene: ServiceScene, _ limits: CommitLimits = CommitLimits()) -> GroupCommitter {
        GroupCommitter(store: scene.store, limits: limits, metrics: scene.context.metrics, log: scene.context.log)
    }

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
        let committer = Self.committer(in: scene)
        let calls = scene.store.callCount

        // All of them wait before anything commits: a task that begins at once has put its acceptance into the queue when
        // it gives way.
        let first = Self.acceptance(scene)
        let publishers = (0..<50).map { index in
            let acceptance = index == 0 ? first : Self.acceptance(scene)
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

    @Test func whoPublishesLittleSharesTheNextTransactionOfWhoPublishesMuch() async throws {
        let scene = try await ServiceScene()
        await scene.stop()
        var limits = CommitLimits()
        limits.batch = 20
        let committer = Self.committer(in: scene, limits)
        let modest: ApplicationID = scene.context.identifiers.next(at: scene.clock.now())
        let answered = Mutex<[String]>([])
        for number in 0..<10 {
            try committer.accept(Self.acceptance(scene, events: 10)) { _ in
                answered.withLock { $0.append("greedy \(number)") }
            }
        }
        for number in 0..<2 {
            try committer.accept(Self.acceptance(scene, of: modest)) { _ in
                answered.withLock { $0.append("modest \(number)") }
            }
        }

        committer.close()
        await committer.run(handingOverTo: scene.courier)

        let order = answered.withLock { $0 }
        #expect(order.prefix(4) == ["greedy 0", "greedy 1", "modest 0", "modest 1"])
        #expect(order.dropFirst(4) == (2..<10).map { "greedy \($0)" }[...])
    }

    @Test func transactionsAreShortOnceSomebodyElsePublishesToo() async throws {
        let scene = try await ServiceScene()
        await scene.stop()
        var limits = CommitLimits()
        (limits.batch, limits.sharedBatch) = (40, 10)
        let committer = Self.committer(in: scene, limits)
        let calls = scene.store.callCount
        let modest: ApplicationID = scene.context.identifiers.next(at: scene.clock.now())
        for _ in 0..<8 { try committer.accept(Self.acceptance(scene, events: 10)) { _ in } }
        try committer.accept(Self.acceptance(scene, of: modest)) { _ in }

        committer.close()
        await committer.run(handingOverTo: scene.courier)

        // One of 40 and the other's, then four of 10.
        #expect(scene.store.callCount - calls == 5)
    }

    @Test(arguments: [(true, 4), (false, 1)])
    func manyEventsComeInPiecesWhileOthersPublishAndTogetherOtherwise(isShared: Bool, commits: Int) async throws {
        let scene = try await ServiceScene()
        await scene.stop()
        var limits = CommitLimits()
        (limits.batch, limits.sharedBatch) = (40, 10)
        let committer = Self.committer(in: scene, limits)
        let modest: ApplicationID = scene.context.identifiers.next(at: scene.clock.now())
        if isShared {
            try committer.accept(Self.acceptance(scene, of: modest)) { _ in }
            try committer.accept(Self.acceptance(scene, events: 40)) { _ in }
        }
        let many = Self.acceptance(scene, events: 25).entries
        let publisher = Task.immediate { await committer.accept(many) }
        let calls = scene.store.callCount

        let running = Task { await committer.run(handingOverTo: scene.courier) }
        let results = await publisher.value
        committer.close()
        await running.value

        #expect(results.map { try? $0.get() } == Array(repeating: .stored, count: 25))
        // Where they are not alone: one for what came before them, then one for each of three pieces.
        #expect(scene.store.callCount - calls == commits)
        #expect(scene.courier.notes.accepted.isEmpty)
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
