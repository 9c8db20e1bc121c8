import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

struct AlertServiceTests {
    private static func draft(_ change: (inout AlertDraft) -> Void = { _ in }) -> AlertDraft {
        var draft = AlertDraft()
        draft.name = "Webhooks fail"
        draft.rule = .consecutiveFailures(5)
        change(&draft)
        return draft
    }

    @Test func whatIsLeftOutIsAsItUsuallyIs() async throws {
        let scene = try await ServiceScene()

        let made = try await scene.alerts.create(Self.draft(), by: scene.admin)

        let alert = made.alert
        #expect(made.state == .ok)
        #expect(alert.scope == .environment)
        #expect(alert.emails.isEmpty && alert.tellsEndpoints && alert.isActive)
        #expect(alert.clearsAfter == .seconds(300))
        #expect(try await scene.alerts.alert(alert.id, for: scene.admin) == made)
        await scene.stop()
    }

    /// Something that a draft cannot be, and the field that is then named.
    struct Mistake: Sendable {
        let field: String
        let change: @Sendable (inout AlertDraft) -> Void

        init(_ field: String, _ change: @escaping @Sendable (inout AlertDraft) -> Void) {
            self.field = field
            self.change = change
        }
    }

    static let mistakes: [Mistake] = [
        Mistake("name") { $0.name = nil }, Mistake("name") { $0.name = "" }, Mistake("name") { $0.name = "two\nlines" },
        Mistake("rule") { $0.rule = nil }, Mistake("rule.failures") { $0.rule = .consecutiveFailures(0) },
        Mistake("rule.below") { $0.rule = .successRate(below: 0, window: .seconds(3600), attempts: 1) },
        Mistake("rule.below") { $0.rule = .successRate(below: 1.1, window: .seconds(3600), attempts: 1) },
        Mistake("rule.window") { $0.rule = .successRate(below: 0.5, window: .seconds(60), attempts: 1) },
        Mistake("rule.age") { $0.rule = .oldestWaiting(.seconds(1)) },
        Mistake("rule.window") { $0.rule = .sourceRefusing(.seconds(1)) },
        Mistake("emails[0]") { $0.emails = ["nobody"] },
        Mistake("emails") { $0.emails = Array(repeating: "a@example.com", count: 11) },
        Mistake("clears_after") { $0.clearsAfter = .seconds(86_401) },
        Mistake("application") { $0.application = .some("nobody") },
        Mistake("webhook") { $0.endpoint = .some(EndpointID(high: 1, low: 1)) },
    ]

    @Test(arguments: mistakes)
    func whatIsNotRightIsNamed(mistake: Mistake) async throws {
        let scene = try await ServiceScene(post: NotingPostman())

        let error = try await refusal { _ = try await scene.alerts.create(Self.draft(mistake.change), by: scene.admin) }

        #expect(error?.fields.map(\.field) == [mistake.field])
        #expect(try await scene.store.alerts().isEmpty)
        await scene.stop()
    }

    @Test func whereNoMailIsSentNoAddressIsTaken() async throws {
        let scene = try await ServiceScene()

        let error = try await refusal {
            _ = try await scene.alerts.create(Self.draft { $0.emails = ["a@example.com"] }, by: scene.admin)
        }

        #expect(error?.fields.first?.message.contains("--smtp-url") == true)
        await scene.stop()
    }

    @Test func whereNoMailIsSentAnyMoreAnAlertKeepsTheAddressesThatItHas() async throws {
        let scene = try await ServiceScene()
        let now = scene.clock.now()
        let alert = Alert(
            id: scene.context.identifiers.next(at: now), environment: scene.live.id, name: "Webhooks fail",
            rule: .consecutiveFailures(5), emails: ["a@example.com", "b@example.com"], createdAt: now, updatedAt: now)
        try await scene.store.putAlert(alert)
        func change(_ emails: [String]) async throws {
            _ = try await scene.alerts.update(
                alert.id, Self.draft { ($0.name, $0.emails) = ("Still", emails) }, by: scene.admin)
        }

        let refused = try await refusal { try await change(["a@example.com", "c@example.com"]) }
        try await change(["b@example.com"])

        #expect(refused?.fields.map(\.field) == ["emails"])
        let kept = try await scene.alerts.alert(alert.id, for: scene.admin).alert
        #expect(kept.name == "Still")
        #expect(kept.emails == ["b@example.com"])
        await scene.stop()
    }

    @Test func anotherEnvironmentsAlertsDoNotExist() async throws {
        let scene = try await ServiceScene()
        let made = try await scene.alerts.create(Self.draft(), by: scene.admin).alert
        let foreigner = scene.sandboxAdmin

        for ask in [
            { _ = try await scene.alerts.alert(made.id, for: foreigner) },
            { _ = try await scene.alerts.update(made.id, Self.draft(), by: foreigner) },
            { try await scene.alerts.delete(made.id, by: foreigner) },
            { _ = try await scene.alerts.test(made.id, by: foreigner) },
        ] as [() async throws -> Void] {
            #expect(try await refusal(ask)?.kind == .notFound)
        }
        #expect(try await scene.alerts.alerts(page: ServiceScene.page, for: foreigner).items.isEmpty)
        #expect(try await scene.alerts.incidents(of: made.id, page: ServiceScene.page, for: foreigner).items.isEmpty)
        #expect(try await scene.store.alerts().count == 1)
        await scene.stop()
    }

    @Test func thereAreAtMostSoMany() async throws {
        let scene = try await ServiceScene()
        for _ in 0..<AlertLimits.most { _ = try await scene.alerts.create(Self.draft(), by: scene.admin) }

        let error = try await refusal { _ = try await scene.alerts.create(Self.draft(), by: scene.admin) }

        #expect(error?.code == "too_many_alerts")
        _ = try await scene.alerts.create(Self.draft(), by: scene.sandboxAdmin)
        await scene.stop()
    }

    @Test func aScopeIsWidenedAndNarrowed() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.application = "acme" }
        let id = try await scene.alerts.create(Self.draft { $0.application = .some("acme") }, by: scene.admin).alert.id
        func change(_ change: (inout AlertDraft) -> Void) async throws -> AlertScope {
            var draft = AlertDraft()
            change(&draft)
            return try await scene.alerts.update(id, draft, by: scene.admin).alert.scope
        }

        #expect(try await change { $0.name = "Another" } == .application(scene.acme.id))
        #expect(try await change { $0.endpoint = .some(webhook.id) } == .endpoint(webhook.id))
        #expect(try await change { $0.application = .some(nil) } == .endpoint(webhook.id))
        #expect(try await change { $0.endpoint = .some(nil) } == .environment)
        await scene.stop()
    }

    @Test func aTestTellsEverybodyAndChangesNothing() async throws {
        let post = NotingPostman()
        let scene = try await ServiceScene(post: post)
        _ = try await scene.webhook {
            $0.application = "@operations"
            $0.events = ["alert.*"]
        }
        let made = try await scene.alerts.create(
            Self.draft { $0.emails = ["a@example.com", "b@example.com"] }, by: scene.admin)

        let trial = try await scene.alerts.test(made.alert.id, by: scene.admin)
        post.refuse(PostFailure("It does not answer."))
        let second = try await scene.alerts.test(made.alert.id, by: scene.admin)

        #expect(trial.webhooks == 1)
        #expect(trial.mails.map(\.failure) == [nil, nil])
        #expect(post.letters.map(\.recipient) == ["a@example.com", "b@example.com"])
        #expect(
            post.letters.allSatisfy {
                $0.subject.contains("Test: Webhooks fail") && $0.text.contains("Nothing is wrong")
            })
        #expect(second.mails.map(\.failure) == ["It does not answer.", "It does not answer."])
        #expect(
            try await scene.store.untoldOperationalEvents(limit: 9).map(\.kind.rawValue) == [
                "alert.test", "alert.test",
            ])
        #expect(try await scene.alerts.alert(made.alert.id, for: scene.admin) == made)
        #expect(try await scene.store.dueMails(by: scene.clock.now(), limit: 9).isEmpty)
        await scene.stop()
    }
}
