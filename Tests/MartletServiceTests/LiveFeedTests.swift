import MartletCore
import MartletStore
import Testing

@testable import MartletService

@Suite(.timeLimit(.minutes(5))) struct LiveFeedTests {
    private func subscribe(
        _ scene: ServiceScene, as principal: Principal? = nil, type: String? = nil, endpoint: EndpointID? = nil
    ) throws -> LiveSubscription {
        try LiveService(scene.context).subscribe(
            type: type, application: nil, endpoint: endpoint, for: principal ?? scene.admin)
    }

    /// The events that a subscription has heard of by now; it ends.
    private func heard(_ subscription: LiveSubscription) async -> [Event] {
        subscription.end()
        var events: [Event] = []
        for await item in subscription.items { if let event = item.event { events.append(event) } }
        return events
    }

    @Test func aListenerHearsOfWhatBecameDurable() async throws {
        let scene = try await ServiceScene()
        let before = try await scene.publish()
        let subscription = try subscribe(scene)

        let published = try await scene.publish()

        let events = await heard(subscription)
        #expect(events.map(\.id) == [published.event.id])
        #expect(!events.contains { $0.id == before.event.id })
        await scene.stop()
    }

    @Test func anotherEnvironmentIsNotHeard() async throws {
        let scene = try await ServiceScene()
        let subscription = try subscribe(scene, as: scene.sandboxAdmin)

        _ = try await scene.publish()

        #expect(await heard(subscription).isEmpty)
        await scene.stop()
    }

    @Test func aTypeAndAWebhookNarrowWhatIsHeard() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.events = ["property.sold"] }
        let byType = try subscribe(scene, type: "property.*")
        let byWebhook = try subscribe(scene, endpoint: webhook.id)

        _ = try await scene.publish("user.added")
        _ = try await scene.publish("property.created")
        _ = try await scene.publish("property.sold")

        #expect(await heard(byType).map(\.type) == ["property.created", "property.sold"])
        #expect(await heard(byWebhook).map(\.type) == ["property.sold"])
        await scene.stop()
    }

    @Test func anApplicationHearsOfItsOwnDeliveriesAlone() async throws {
        let scene = try await ServiceScene()
        let own = try await scene.webhook { $0.application = "acme" }
        _ = try await scene.webhook { $0.application = "other" }
        let subscription = try subscribe(scene, as: scene.principal(.application))

        _ = try await scene.publish()
        _ = try await scene.publish(application: "other")
        _ = try await scene.publish(application: "acme")

        subscription.end()
        var seen: [[EndpointID]] = []
        for await item in subscription.items {
            if case .accepted(_, let deliveries, _) = item { seen.append(deliveries.map(\.endpoint)) }
        }
        #expect(seen == [[own.id], [own.id]])
        await scene.stop()
    }

    @Test func whoMayNotReadEventsMayNotListen() async throws {
        let scene = try await ServiceScene()

        #expect(throws: ServiceError.self) { try subscribe(scene, as: scene.principal(.publisher)) }
        #expect(throws: ServiceError.self) { try subscribe(scene, type: "no type!") }
        #expect(scene.context.committer.feed.listenerCount == 0)
        await scene.stop()
    }

    @Test func aListenerThatIsTooSlowIsToldHowMuchItMissed() async throws {
        let scene = try await ServiceScene()
        let subscription = try subscribe(scene)

        for _ in 0..<(LiveFeed.mostWaiting + 7) { _ = try await scene.publish() }

        #expect(subscription.takeMissed() == 7)
        #expect(subscription.takeMissed() == 0)
        #expect(await heard(subscription).count == LiveFeed.mostWaiting)
        await scene.stop()
    }

    @Test func onlySoManyMayListenAtOnce() async throws {
        let scene = try await ServiceScene()
        let subscriptions = try (0..<LiveFeed.mostListeners).map { _ in try subscribe(scene) }

        let refused = try await refusal { _ = try subscribe(scene) }
        subscriptions[0].end()
        let afterwards = try await refusal { _ = try subscribe(scene) }

        #expect(refused?.code == "too_many_listeners")
        #expect(afterwards == nil)
        await scene.stop()
    }

    @Test func whoIsGoneIsNotTold() async throws {
        let scene = try await ServiceScene()
        let subscription = try subscribe(scene)
        #expect(scene.context.committer.feed.isHeard)

        let first = try await subscription.ticking(every: .milliseconds(1)) { items in
            await items.first { _ in true }
        }

        #expect(first?.event == nil)
        #expect(!scene.context.committer.feed.isHeard)
        await scene.stop()
    }
}
