import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct DeliveryServiceTests {
    /// A scene with a delivery that stands in `state`.
    private func scene(_ state: DeliveryState? = nil) async throws -> (ServiceScene, Endpoint, Delivery) {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let delivery = try await scene.publish().deliveries[0]
        if let state { _ = try await scene.store.move(delivery, to: state) }
        return (scene, webhook, delivery)
    }

    static let now = Timestamp(milliseconds: 1_686_825_000_000)

    @Test(arguments: [
        (DeliveryState.succeeded(at: now), "delivery_succeeded"),
        (.cancelled(at: now, reason: .requested), "delivery_cancelled"),
    ])
    func whatHasEndedForGoodIsNeitherRetriedNorCancelled(state: DeliveryState, code: String) async throws {
        let (scene, _, delivery) = try await scene(state)

        let retried = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }
        let cancelled = try await refusal { _ = try await scene.deliveries.cancel(delivery.id, by: scene.admin) }

        #expect(retried?.code == code)
        #expect(cancelled?.code == code)
        #expect(retried?.detail.contains("replay") == true)
        await scene.stop()
    }

    @Test func aFailedDeliveryIsRetriedAtOnce() async throws {
        let (scene, _, delivery) = try await scene(.failed(at: Self.now, reason: .exhausted))
        scene.clock.advance(by: .seconds(60))

        let retried = try await scene.deliveries.retry(delivery.id, by: scene.admin)

        #expect(retried.state == .scheduled(due: scene.clock.now()))
        #expect(scene.courier.notes.rescheduled == [delivery.id])
        await scene.stop()
    }

    /// The store may have moved it all the same; nobody else would come to look.
    @Test func aMoveThatTheStoreDidNotAnswerIsLookedFor() async throws {
        let (scene, _, delivery) = try await scene(.failed(at: Self.now, reason: .exhausted))
        scene.store.fail(after: 3, .after)

        let refusal = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }

        let stored = try await scene.store.delivery(delivery.id, in: scene.live.id)
        #expect(refusal?.code == "store_unavailable")
        #expect(stored?.state.status == .scheduled)
        #expect(scene.courier.notes.rescheduled == [delivery.id])
        await scene.stop()
    }

    @Test func aDeliveryInFlightIsShownAsSuchNotRetriedButCancelled() async throws {
        let (scene, _, delivery) = try await scene()
        scene.courier.pretendInFlight(delivery.id)

        let shown = try await scene.deliveries.delivery(delivery.id, for: scene.admin)
        let retried = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }
        let cancelled = try await scene.deliveries.cancel(delivery.id, by: scene.admin)

        #expect(shown.state.status == .inFlight)
        #expect(retried?.code == "delivery_in_flight")
        #expect(cancelled.state == .cancelled(at: scene.clock.now(), reason: .requested))
        #expect(scene.courier.notes.cancelled == [delivery.id])
        await scene.stop()
    }

    @Test func aDeliveryOfAPausedWebhookIsHeldNotRetriedButCancelled() async throws {
        let (scene, webhook, delivery) = try await scene()
        var pause = WebhookDraft()
        pause.active = false
        _ = try await scene.webhooks.update(webhook.id, pause, by: scene.admin)

        let shown = try await scene.deliveries.delivery(delivery.id, for: scene.admin)
        let retried = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }
        let cancelled = try await scene.deliveries.cancel(delivery.id, by: scene.admin)

        #expect(shown.state == .held(due: Self.now))
        #expect(retried?.code == "delivery_held")
        #expect(cancelled.state.status == .cancelled)
        await scene.stop()
    }

    /// It would be scheduled for an endpoint that nobody delivers to.
    @Test func aDeliveryOfADeletedWebhookIsNotRetried() async throws {
        let (scene, webhook, delivery) = try await scene(.failed(at: Self.now, reason: .exhausted))
        try await scene.webhooks.delete(webhook.id, by: scene.admin)

        let refusal = try await refusal { _ = try await scene.deliveries.retry(delivery.id, by: scene.admin) }

        let stored = try await scene.store.delivery(delivery.id, in: scene.live.id)
        #expect(refusal?.code == "webhook_deleted")
        #expect(stored?.state.status == .failed)
        await scene.stop()
    }

    @Test func deliveriesAreListedByEventWhicheverOfItsIdsIsGiven() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let published = try await scene.publish(id: "order-1")
        _ = try await scene.publish()
        func listed(_ event: String) async throws -> [DeliveryID] {
            var filter = DeliveryFilter()
            filter.event = event
            return try await scene.deliveries.deliveries(filter, page: ServiceScene.page, for: scene.admin).items
                .map(\.id)
        }

        #expect(try await listed("order-1") == published.deliveries.map(\.id))
        #expect(try await listed("\(published.event.id)") == published.deliveries.map(\.id))
        #expect(try await listed("nothing").isEmpty)
        await scene.stop()
    }

    @Test func aStoreThatDoesNotAnswerIsUnavailableAndNamesNothing() async throws {
        let (scene, _, delivery) = try await scene()
        scene.store.failNext(.before)

        let refusal = try await refusal { _ = try await scene.deliveries.delivery(delivery.id, for: scene.admin) }

        #expect(refusal?.kind == .unavailable)
        #expect(refusal?.code == "store_unavailable")
        #expect(refusal?.retryAfter == .seconds(1))
        #expect(refusal?.detail.contains("made to fail") == false)
        await scene.stop()
    }
}
