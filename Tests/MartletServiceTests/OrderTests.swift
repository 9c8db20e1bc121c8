import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct OrderTests {
    /// A webhook that gets its events in order.
    private func orderedWebhook(in scene: ServiceScene) async throws -> Endpoint {
        try await scene.webhook { $0.isOrdered = true }
    }

    private func publish(_ key: String?, deliverAt: Timestamp? = nil, in scene: ServiceScene) async throws -> Delivery {
        let draft = EventDraft(
            type: "property.created", orderingKey: key, deliverAt: deliverAt, data: Array(#"{"n":1}"#.utf8))
        return try #require(try await scene.events.publish(draft, by: scene.admin).deliveries.first)
    }

    /// As if the first attempt had failed.
    private func fail(_ delivery: Delivery, retryAt: Timestamp, in scene: ServiceScene) async throws {
        let now = scene.clock.now()
        let attempt = Attempt(
            id: scene.context.identifiers.next(at: now), delivery: delivery.id, number: 1, startedAt: now,
            request: AttemptRequest(url: "https://hooks.example.com/in", headers: []),
            outcome: AttemptOutcome(
                result: .failure(AttemptFailure(.timeout, "No answer.")), timing: AttemptTiming(total: 1), address: nil)
        )
        _ = try await scene.store.commit(
            CommitBatch(settlements: [
                Settlement(
                    environment: delivery.environment, endpoint: delivery.endpoint, attempt: attempt,
                    firstAttemptAt: now, state: .scheduled(due: retryAt))
            ]))
    }

    @Test func aDeliveryToAnOrderedWebhookHasATurnByItsKeyAndWhenItIsFirstDue() async throws {
        let scene = try await ServiceScene()
        _ = try await orderedWebhook(in: scene)
        let now = scene.clock.now()

        let keyed = try await publish("customer-1", in: scene)
        let bare = try await publish(nil, in: scene)
        let later = try await publish("customer-1", deliverAt: now + .seconds(60), in: scene)
        let past = try await publish("customer-1", deliverAt: now - .seconds(60), in: scene)

        #expect(keyed.turn == Turn(key: "customer-1", at: now))
        #expect(bare.turn == Turn(key: "", at: now))
        #expect(later.turn == Turn(key: "customer-1", at: now + .seconds(60)))
        #expect(past.turn == Turn(key: "customer-1", at: now))
        #expect(try await scene.store.delivery(later.id, in: scene.live.id)?.turn == later.turn)
        await scene.stop()
    }

    @Test func otherWebhooksGetTheSameEventWithoutATurn() async throws {
        let scene = try await ServiceScene()
        let ordered = try await orderedWebhook(in: scene)
        _ = try await scene.webhook()

        let deliveries = try await scene.events.publish(
            EventDraft(type: "a", orderingKey: "k", data: Array("{}".utf8)), by: scene.admin
        ).deliveries

        #expect(deliveries.count == 2)
        for delivery in deliveries { #expect((delivery.turn != nil) == (delivery.endpoint == ordered.id)) }
        await scene.stop()
    }

    @Test func aReplayTakesATurnOfItsOwnBehindWhatWaits() async throws {
        let scene = try await ServiceScene()
        let webhook = try await orderedWebhook(in: scene)
        let old = try await publish("k", in: scene)
        scene.clock.advance(by: .seconds(5))
        let now = scene.clock.now()

        let toAll = try await scene.events.replay("\(old.event)", to: nil, by: scene.admin)
        let toOne = try await scene.events.replay("\(old.event)", to: webhook.id, by: scene.admin)

        #expect(toAll.map(\.turn) == [Turn(key: "k", at: now)])
        #expect(toOne.map(\.turn) == [Turn(key: "k", at: now)])
        await scene.stop()
    }

    @Test func aDeliveryNamesTheOneItWaitsForUntilThatIsCancelled() async throws {
        let scene = try await ServiceScene()
        let webhook = try await orderedWebhook(in: scene)
        let head = try await publish("k", in: scene)
        let second = try await publish("k", in: scene)
        let other = try await publish("another", in: scene)
        let unordered = try await scene.publish().deliveries[0]

        #expect(try await scene.deliveries.blocker(of: head) == nil)
        #expect(try await scene.deliveries.blocker(of: second) == head.id)
        #expect(try await scene.deliveries.blocker(of: other) == nil)
        #expect(try await scene.deliveries.blocker(of: unordered) == nil)

        let skipped = try await scene.deliveries.cancel(head.id, by: scene.admin)

        #expect(skipped.state.status == .cancelled)
        #expect(try await scene.deliveries.blocker(of: second) == nil)
        #expect(try await scene.deliveries.blocker(of: skipped) == nil)
        #expect(scene.courier.notes.cancelled == [head.id])
        let due = try await scene.store.dueInOrder(webhook.id, by: scene.clock.now(), after: "another", limit: 10)
        #expect(due.deliveries.map(\.delivery.id) == [second.id])
        await scene.stop()
    }

    @Test func theSumsOfAWebhookTellWhichKeysAreBlocked() async throws {
        let scene = try await ServiceScene()
        let webhook = try await orderedWebhook(in: scene)
        let plain = try await scene.webhook { $0.events = ["nothing"] }
        let head = try await publish("k", in: scene)
        _ = try await publish("k", in: scene)
        _ = try await publish("free", in: scene)
        let now = scene.clock.now()
        let before = try await scene.webhooks.stats(of: webhook.id, since: now, for: scene.admin)
        try await fail(head, retryAt: now + .seconds(5), in: scene)

        let stats = try await scene.webhooks.stats(of: webhook.id, since: now, for: scene.admin)
        let ofPlain = try await scene.webhooks.stats(of: plain.id, since: now, for: scene.admin)

        #expect(before.blocked == [])
        #expect(
            stats.blocked == [
                BlockedKey(key: "k", head: head.id, attempts: 1, due: now + .seconds(5), waiting: 1)
            ])
        #expect(ofPlain.blocked == nil)
        await scene.stop()
    }

    /// The deliveries keep their turns.
    @Test func aWebhookThatHasLostItsOrderStillTellsWhatIsBlocked() async throws {
        let scene = try await ServiceScene()
        var webhook = try await orderedWebhook(in: scene)
        let head = try await publish("k", in: scene)
        try await fail(head, retryAt: scene.clock.now() + .seconds(5), in: scene)
        webhook.isOrdered = false
        scene.directory.apply([.putEndpoint(webhook)])

        let stats = try await scene.webhooks.stats(of: webhook.id, since: scene.clock.now(), for: scene.admin)

        #expect(stats.blocked?.map(\.head) == [head.id])
        await scene.stop()
    }

    @Test func aTestEventHasNoTurn() async throws {
        let scene = try await ServiceScene()
        let webhook = try await orderedWebhook(in: scene)

        // Nothing attempts it here, so that the test is interrupted; it is stored all the same.
        _ = try await refusal {
            _ = try await scene.webhooks.test(
                webhook.id, type: "property.created", data: Array("{}".utf8), by: scene.admin)
        }
        var query = DeliveryQuery(environment: scene.live.id, limit: 10)
        query.endpoint = webhook.id
        let stored = try await scene.store.deliveries(query).items

        #expect(stored.map(\.cause) == [.test])
        #expect(stored.map(\.turn) == [nil])
        await scene.stop()
    }
}
