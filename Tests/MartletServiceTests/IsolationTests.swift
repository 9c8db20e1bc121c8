import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

/// A page of one environment's or application's data never shows another's: a foreign id is not found.
@Suite struct IsolationTests {
    /// What is asked for by id, in a scene whose things belong to somebody else.
    struct Question: Sendable, CustomTestStringConvertible {
        var name: String
        var ask: @Sendable (ServiceScene, Endpoint, PublishedEvent, Principal) async throws -> Void

        var testDescription: String { name }
    }

    static let questions: [Question] = [
        Question(name: "read the webhook") {
            _ = try $0.webhooks.webhook($1.id, for: $3); _ = $2
        },
        Question(name: "change the webhook") {
            _ = try await $0.webhooks.update($1.id, WebhookDraft(), by: $3); _ = $2
        },
        Question(name: "delete the webhook") {
            try await $0.webhooks.delete($1.id, by: $3); _ = $2
        },
        Question(name: "read its secret") {
            _ = try $0.webhooks.secret(of: $1.id, for: $3); _ = $2
        },
        Question(name: "rotate its secret") {
            _ = try await $0.webhooks.rotate($1.id, to: nil, overlap: nil, cutOverAt: nil, by: $3)
            _ = $2
        },
        Question(name: "test the webhook") {
            _ = try await $0.webhooks.test($1.id, type: "a", data: [0x7B, 0x7D], by: $3)
            _ = $2
        },
        Question(name: "read its statistics") {
            _ = try await $0.webhooks.stats(of: $1.id, since: Timestamp(milliseconds: 0), for: $3)
            _ = $2
        },
        Question(name: "read the event") {
            _ = try await $0.events.event(named: "\($2.event.id)", for: $3); _ = $1
        },
        Question(name: "read the event by its chosen id") {
            _ = try await $0.events.event(named: $2.event.publicID, for: $3)
            _ = $1
        },
        Question(name: "replay the event") {
            _ = try await $0.events.replay($2.event.publicID, to: nil, by: $3)
            _ = $1
        },
        Question(name: "read the delivery") {
            _ = try await $0.deliveries.delivery($2.deliveries[0].id, for: $3)
            _ = $1
        },
        Question(name: "retry the delivery") {
            _ = try await $0.deliveries.retry($2.deliveries[0].id, by: $3)
            _ = $1
        },
        Question(name: "cancel the delivery") {
            _ = try await $0.deliveries.cancel($2.deliveries[0].id, by: $3)
            _ = $1
        },
    ]

    @Test(arguments: questions)
    func whatIsAnotherEnvironmentsOrApplicationsIsNotFound(question: Question) async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.application = "other" }
        let published = try await scene.publish(id: "chosen", application: "other")
        let delivery = published.deliveries[0]

        for stranger in [scene.sandboxAdmin, scene.principal(.application)] {
            let refusal = try await refusal { try await question.ask(scene, webhook, published, stranger) }

            #expect(refusal?.kind == .notFound, "\(stranger.role)")
        }
        let stored = try await scene.store.delivery(delivery.id, in: scene.live.id)
        #expect(stored?.state == delivery.state)
        #expect(scene.directory.endpoint(webhook.id, in: scene.live.id) != nil)
        await scene.stop()
    }

    @Test func anotherEnvironmentsApplicationsKeysProfilesAndTypesAreNotFound() async throws {
        let scene = try await ServiceScene()
        let key = try await scene.keys.create(
            name: nil, role: "reader", application: nil, expiresAt: nil, by: scene.admin
        ).key
        var profile = Profile.standard
        profile.name = "own"
        _ = try await scene.profiles.create(profile, by: scene.admin)
        _ = try await scene.eventTypes.create("a", EventTypeService.Draft(), by: scene.admin)
        let stranger = scene.sandboxAdmin

        let refusals = [
            try await refusal { _ = try scene.applications.application("acme", for: stranger) },
            try await refusal { _ = try scene.applications.application("\(scene.acme.id)", for: stranger) },
            try await refusal { try await scene.applications.delete("acme", by: stranger) },
            try await refusal { _ = try scene.keys.key(key.id, for: stranger) },
            try await refusal { try await scene.keys.delete(key.id, by: stranger) },
            try await refusal { _ = try await scene.keys.update(key.id, name: "x", expiresAt: nil, by: stranger) },
            try await refusal { _ = try scene.profiles.profile("own", for: stranger) },
            try await refusal { try await scene.profiles.delete("own", by: stranger) },
            try await refusal { _ = try await scene.eventTypes.eventType("a", for: stranger) },
            try await refusal { try await scene.eventTypes.delete("a", by: stranger) },
        ]

        #expect(refusals.allSatisfy { $0?.kind == .notFound })
        await scene.stop()
    }

    @Test func listsShowWhatIsOnesOwn() async throws {
        let scene = try await ServiceScene()
        let mine = try await scene.webhook { $0.application = "acme" }
        _ = try await scene.webhook { $0.application = "other" }
        _ = try await scene.webhook(by: scene.sandboxAdmin) { $0.events = ["*"] }
        let published = try await scene.publish()
        let principal = scene.principal(.application)

        let webhooks = try await scene.webhooks.webhooks(application: nil, page: ServiceScene.page, for: principal)
        let deliveries = try await scene.deliveries.deliveries(
            DeliveryFilter(), page: ServiceScene.page, for: principal)
        let ofEvent = try await scene.events.deliveries(of: published.event, for: principal)
        let events = try await scene.events.events(EventFilter(), page: ServiceScene.page, for: principal)
        let elsewhere = try await scene.events.events(
            EventFilter(), page: ServiceScene.page, for: scene.sandboxAdmin)

        #expect(webhooks.items.map(\.id) == [mine.id])
        #expect(deliveries.items.map(\.endpoint) == [mine.id])
        #expect(ofEvent.map(\.endpoint) == [mine.id])
        #expect(events.items.map(\.id) == [published.event.id])
        #expect(elsewhere.items.isEmpty)
        #expect(published.deliveries.count == 2)
        await scene.stop()
    }

    @Test func anApplicationsKeyMakesWebhooksForItsOwnApplicationAlone() async throws {
        let scene = try await ServiceScene()

        let own = try await scene.webhook(by: scene.principal(.application))
        let refused = try await refusal {
            _ = try await scene.webhook(by: scene.principal(.application)) { $0.application = "other" }
        }
        let filtered = try await refusal {
            var filter = EventFilter()
            filter.application = "other"
            _ = try await scene.events.events(filter, page: ServiceScene.page, for: scene.principal(.application))
        }

        #expect(own.application == scene.acme.id)
        #expect(refused?.code == "unknown_application")
        #expect(filtered?.code == "unknown_application")
        await scene.stop()
    }

    /// Its key is gone with it, but a request that came before is still under way.
    @Test func aRequestForAnApplicationDeletedMeanwhileIsNotOneForAll() async throws {
        let scene = try await ServiceScene()
        let principal = scene.principal(.application)
        _ = try await scene.webhook { $0.application = "other" }
        try await scene.applications.delete("acme", by: scene.admin)

        let refusals = [
            try await refusal {
                _ = try await scene.webhooks.webhooks(application: nil, page: ServiceScene.page, for: principal)
            },
            try await refusal {
                _ = try await scene.events.events(EventFilter(), page: ServiceScene.page, for: principal)
            },
            try await refusal {
                _ = try await scene.deliveries.deliveries(DeliveryFilter(), page: ServiceScene.page, for: principal)
            },
            try await refusal { _ = try await scene.webhook(by: principal) },
        ]

        #expect(refusals.allSatisfy { $0?.kind == .notFound })
        await scene.stop()
    }

    @Test func anEventForOneApplicationGoesToItsWebhooksAlone() async throws {
        let scene = try await ServiceScene()
        let mine = try await scene.webhook { $0.application = "acme" }
        _ = try await scene.webhook { $0.application = "other" }

        let byUID = try await scene.publish(application: "acme")
        let byID = try await scene.publish(application: "\(scene.acme.id)")

        #expect(byUID.deliveries.map(\.endpoint) == [mine.id])
        #expect(byID.deliveries.map(\.endpoint) == [mine.id])
        await scene.stop()
    }
}
