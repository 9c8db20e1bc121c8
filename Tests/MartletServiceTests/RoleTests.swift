import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct RoleTests {
    /// A use case, who may, and how it is asked for. Where an allowed caller fails, it must be for another reason.
    struct UseCase: Sendable, CustomTestStringConvertible {
        var name: String
        var roles: Set<APIKey.Role>
        var ask: @Sendable (Things, Principal) async throws -> Void

        var testDescription: String { name }
    }

    /// One of each thing, belonging to the application that the application's key speaks for.
    struct Things: Sendable {
        var scene: ServiceScene
        var webhook: Endpoint
        var event: Event
        var delivery: Delivery
        var key: APIKey
        var job: Job
    }

    static let everything = JobDraft(since: Timestamp(milliseconds: 0))

    static let everybody = Set(APIKey.Role.allCases)

    static let useCases: [UseCase] = [
        UseCase(name: "publish", roles: [.admin, .publisher]) { _ = try await $0.scene.publish(by: $1) },
        UseCase(name: "publish a batch", roles: [.admin, .publisher]) {
            _ = try await $0.scene.events.publish(
                [.success(EventDraft(type: "a", data: [0x7B, 0x7D]))], by: $1, stamp: nil)
        },
        UseCase(name: "read an event", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.events.event(named: $0.event.publicID, for: $1)
        },
        UseCase(name: "list events", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.events.events(EventFilter(), page: ServiceScene.page, for: $1)
        },
        UseCase(name: "list alerts and incidents", roles: [.admin, .reader]) {
            _ = try await $0.scene.alerts.alerts(page: ServiceScene.page, for: $1)
            _ = try await $0.scene.alerts.incidents(of: nil, page: ServiceScene.page, for: $1)
        },
        UseCase(name: "make, try, change and delete an alert", roles: [.admin]) {
            var draft = AlertDraft()
            draft.name = "Disabled"
            draft.rule = .endpointDisabled
            let made = try await $0.scene.alerts.create(draft, by: $1).alert
            _ = try await $0.scene.alerts.test(made.id, by: $1)
            _ = try await $0.scene.alerts.update(made.id, draft, by: $1)
            try await $0.scene.alerts.delete(made.id, by: $1)
        },
        UseCase(name: "replay", roles: [.admin, .application]) {
            _ = try await $0.scene.events.replay($0.event.publicID, to: nil, by: $1)
        },
        UseCase(name: "replay a selection", roles: [.admin, .application]) {
            _ = try await $0.scene.jobs.replay(ReplayFilter(), RoleTests.everything, by: $1)
        },
        UseCase(name: "forecast a replay", roles: [.admin, .application]) {
            _ = try await $0.scene.jobs.forecastReplay(ReplayFilter(), RoleTests.everything, by: $1)
        },
        UseCase(name: "recover a webhook and cancel that", roles: [.admin, .application]) {
            let job = try await $0.scene.jobs.recover($0.webhook.id, only: .all, RoleTests.everything, by: $1)
            _ = try await $0.scene.jobs.cancel(job.id, by: $1)
        },
        UseCase(name: "forecast a recovery", roles: [.admin, .application]) {
            _ = try await $0.scene.jobs.forecastRecovery($0.webhook.id, only: .all, RoleTests.everything, by: $1)
        },
        UseCase(name: "cancel a job", roles: [.admin, .application]) {
            _ = try await $0.scene.jobs.cancel($0.job.id, by: $1)
        },
        UseCase(name: "read a job", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.jobs.job($0.job.id, for: $1)
        },
        UseCase(name: "list jobs", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.jobs.jobs(page: ServiceScene.page, for: $1)
        },
        UseCase(name: "create a webhook", roles: [.admin, .application]) { _ = try await $0.scene.webhook(by: $1) },
        UseCase(name: "change a webhook", roles: [.admin, .application]) {
            _ = try await $0.scene.webhooks.update($0.webhook.id, WebhookDraft(), by: $1)
        },
        UseCase(name: "delete a webhook", roles: [.admin, .application]) {
            try await $0.scene.webhooks.delete($0.webhook.id, by: $1)
        },
        UseCase(name: "read a webhook", roles: [.admin, .application, .reader]) {
            _ = try $0.scene.webhooks.webhook($0.webhook.id, for: $1)
        },
        UseCase(name: "list webhooks", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.webhooks.webhooks(application: nil, page: ServiceScene.page, for: $1)
        },
        UseCase(name: "read a secret", roles: [.admin, .application]) {
            _ = try $0.scene.webhooks.secret(of: $0.webhook.id, for: $1)
        },
        UseCase(name: "rotate a secret", roles: [.admin, .application]) {
            _ = try await $0.scene.webhooks.rotate($0.webhook.id, to: nil, overlap: nil, cutOverAt: nil, by: $1)
        },
        UseCase(name: "send a test event", roles: [.admin, .application]) {
            _ = try await $0.scene.webhooks.test($0.webhook.id, type: "a", data: [0x7B, 0x7D], by: $1)
        },
        UseCase(name: "read statistics", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.webhooks.stats(of: $0.webhook.id, since: Timestamp(milliseconds: 0), for: $1)
        },
        UseCase(name: "read a delivery", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.deliveries.delivery($0.delivery.id, for: $1)
        },
        UseCase(name: "list deliveries", roles: [.admin, .application, .reader]) {
            _ = try await $0.scene.deliveries.deliveries(DeliveryFilter(), page: ServiceScene.page, for: $1)
        },
        UseCase(name: "retry a delivery", roles: [.admin, .application]) {
            _ = try await $0.scene.deliveries.retry($0.delivery.id, by: $1)
        },
        UseCase(name: "cancel a delivery", roles: [.admin, .application]) {
            _ = try await $0.scene.deliveries.cancel($0.delivery.id, by: $1)
        },
        UseCase(name: "create an application", roles: [.admin]) {
            _ = try await $0.scene.applications.create(name: "New", uid: nil, metadata: [], by: $1)
        },
        UseCase(name: "change an application", roles: [.admin]) {
            _ = try await $0.scene.applications.update("acme", name: "New", uid: nil, metadata: nil, by: $1)
        },
        UseCase(name: "delete an application", roles: [.admin]) {
            try await $0.scene.applications.delete("acme", by: $1)
        },
        UseCase(name: "read an application", roles: [.admin, .reader]) {
            _ = try $0.scene.applications.application("acme", for: $1)
        },
        UseCase(name: "list applications", roles: [.admin, .reader]) {
            _ = try await $0.scene.applications.applications(page: ServiceScene.page, for: $1)
        },
        UseCase(name: "create an event type", roles: [.admin]) {
            _ = try await $0.scene.eventTypes.create("b", EventTypeService.Draft(), by: $1)
        },
        UseCase(name: "change an event type", roles: [.admin]) {
            _ = try await $0.scene.eventTypes.update("a", EventTypeService.Draft(), by: $1)
        },
        UseCase(name: "delete an event type", roles: [.admin]) { try await $0.scene.eventTypes.delete("a", by: $1) },
        UseCase(name: "read an event type", roles: everybody) {
            _ = try await $0.scene.eventTypes.eventType("a", for: $1)
        },
        UseCase(name: "list event types", roles: everybody) {
            _ = try await $0.scene.eventTypes.eventTypes(page: ServiceScene.page, for: $1)
        },
        UseCase(name: "create a key", roles: [.admin]) {
            _ = try await $0.scene.keys.create(
                name: nil, role: "admin", application: nil, expiresAt: nil, by: $1)
        },
        UseCase(name: "change a key", roles: [.admin]) {
            _ = try await $0.scene.keys.update($0.key.id, name: "x", expiresAt: nil, by: $1)
        },
        UseCase(name: "delete a key", roles: [.admin]) { try await $0.scene.keys.delete($0.key.id, by: $1) },
        UseCase(name: "read a key", roles: [.admin, .reader]) { _ = try $0.scene.keys.key($0.key.id, for: $1) },
        UseCase(name: "list keys", roles: [.admin, .reader]) {
            _ = try await $0.scene.keys.keys(page: ServiceScene.page, for: $1)
        },
        UseCase(name: "list operational events", roles: [.admin, .application, .reader]) {
            _ = try await OperationalEventService($0.scene.context).events(
                application: nil, endpoint: nil, page: ServiceScene.page, for: $1)
        },
        UseCase(name: "read the environment", roles: [.admin, .reader]) {
            _ = try EnvironmentService($0.scene.context).environment(for: $1)
        },
        UseCase(name: "change the environment", roles: [.admin]) {
            _ = try await EnvironmentService($0.scene.context).update(.init(payloadForm: .verbatim), by: $1)
        },
        UseCase(name: "create a profile", roles: [.admin]) {
            var profile = Profile.standard
            profile.name = "fresh"
            _ = try await $0.scene.profiles.create(profile, by: $1)
        },
        UseCase(name: "change a profile", roles: [.admin]) {
            var profile = Profile.standard
            profile.name = "own"
            _ = try await $0.scene.profiles.update(profile, by: $1)
        },
        UseCase(name: "delete a profile", roles: [.admin]) { try await $0.scene.profiles.delete("own", by: $1) },
        UseCase(name: "read a profile", roles: [.admin, .application, .reader]) {
            _ = try $0.scene.profiles.profile("standard", for: $1)
        },
        UseCase(name: "list profiles", roles: [.admin, .application, .reader]) {
            _ = try $0.scene.profiles.profiles(page: ServiceScene.page, for: $1)
        },
    ]

    private func things() async throws -> Things {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.application = "acme" }
        let published = try await scene.publish("a", application: "acme")
        _ = try await scene.eventTypes.create("a", EventTypeService.Draft(), by: scene.admin)
        var profile = Profile.standard
        profile.name = "own"
        _ = try await scene.profiles.create(profile, by: scene.admin)
        let key = try await scene.keys.create(
            name: "k", role: "reader", application: nil, expiresAt: nil, by: scene.admin)
        var filter = ReplayFilter()
        filter.application = "acme"
        let job = try await scene.jobs.replay(filter, Self.everything, by: scene.admin)
        return Things(
            scene: scene, webhook: webhook, event: published.event, delivery: published.deliveries[0], key: key.key,
            job: job)
    }

    @Test(arguments: useCases)
    func aUseCaseIsForTheRolesThatMayAndForbiddenToTheOthers(useCase: UseCase) async throws {
        for role in APIKey.Role.allCases {
            let things = try await things()
            let callsBefore = things.scene.store.callCount

            let refusal = try await refusal { try await useCase.ask(things, things.scene.principal(role)) }

            if useCase.roles.contains(role) {
                // A courier that delivers nothing makes no attempt of a test event.
                #expect(refusal == nil || refusal?.code == "test_interrupted", "\(role): \(refusal?.detail ?? "")")
            } else {
                #expect(refusal?.kind == .forbidden, "\(role)")
                #expect(refusal?.detail.contains(role.rawValue) == true)
                #expect(things.scene.store.callCount == callsBefore, "a refused caller does not reach the store")
            }
            await things.scene.stop()
        }
    }

    @Test func everyPermissionIsTheAdminsAndNoneIsNobodys() {
        for permission in Permission.allCases { #expect(permission.roles.contains(.admin), "\(permission)") }
        #expect(Permission.allCases.filter { $0.roles.contains(.publisher) } == [.publishEvents, .readCatalogue])
        #expect(!Permission.readSecrets.roles.contains(.reader))
    }
}
