import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct ApplicationServiceTests {
    @Test func anApplicationIsFoundByItsIdAndItsUID() async throws {
        let scene = try await ServiceScene()

        let created = try await scene.applications.create(name: "New", uid: "new", metadata: [], by: scene.admin)

        #expect(try scene.applications.application("new", for: scene.admin) == created)
        #expect(try scene.applications.application("\(created.id)", for: scene.admin) == created)
        await scene.stop()
    }

    @Test func aUIDIsTakenOnceAndMayBeChangedAndTakenAway() async throws {
        let scene = try await ServiceScene()

        let taken = try await refusal {
            _ = try await scene.applications.create(name: "New", uid: "acme", metadata: [], by: scene.admin)
        }
        _ = try await scene.applications.update("acme", name: nil, uid: .some("anvil"), metadata: nil, by: scene.admin)
        let before = try await refusal { _ = try scene.applications.application("acme", for: scene.admin) }
        let without = try await scene.applications.update(
            "anvil", name: nil, uid: .some(nil), metadata: nil, by: scene.admin)

        #expect(taken?.kind == .conflict)
        #expect(before?.kind == .notFound)
        #expect(without.uid == nil)
        #expect(without.name == "acme")
        await scene.stop()
    }

    @Test func mistakesAreRefusedWithTheirFields() async throws {
        let scene = try await ServiceScene()
        func fields(_ name: String?, _ uid: String? = nil, _ metadata: [Metadata] = []) async throws -> [String]? {
            try await refusal {
                _ = try await scene.applications.create(name: name, uid: uid, metadata: metadata, by: scene.admin)
            }?.fields.map(\.field)
        }

        #expect(try await fields(nil) == ["name"])
        #expect(try await fields("") == ["name"])
        #expect(try await fields(String(repeating: "x", count: 201)) == ["name"])
        #expect(try await fields("a", "") == ["uid"])
        #expect(try await fields("a", "a b") == ["uid"])
        #expect(try await fields("a", "\(scene.other.id)") == ["uid"])
        #expect(try await fields("a", nil, [Metadata(name: "", value: "")]) == ["metadata."])
        await scene.stop()
    }

    @Test func aDeletedApplicationTakesItsWebhooksAndKeysWithIt() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.application = "acme" }
        let key = try await scene.keys.create(
            name: nil, role: "application", application: "acme", expiresAt: nil, by: scene.admin)

        try await scene.applications.delete("acme", by: scene.admin)
        let webhookRefusal = try await refusal { _ = try scene.webhooks.webhook(webhook.id, for: scene.admin) }
        let keyRefusal = try await refusal { _ = try scene.keys.principal(presenting: key.text) }

        #expect(webhookRefusal?.kind == .notFound)
        #expect(keyRefusal?.kind == .unauthenticated)
        #expect(scene.courier.notes.deleted == [webhook.id])
        await scene.stop()
    }

    @Test func theDefaultApplicationStays() async throws {
        let scene = try await ServiceScene()

        let refusal = try await refusal {
            try await scene.applications.delete("\(scene.live.defaultApplication)", by: scene.admin)
        }

        #expect(refusal?.code == "default_application")
        await scene.stop()
    }
}

@Suite struct EventTypeServiceTests {
    private func draft(_ change: (inout EventTypeService.Draft) -> Void) -> EventTypeService.Draft {
        var draft = EventTypeService.Draft()
        change(&draft)
        return draft
    }

    @Test func anEntryIsMadeOnceChangedInPartAndDeleted() async throws {
        let scene = try await ServiceScene()
        let full = draft {
            $0.description = "Made."
            $0.group = .some("Property")
            $0.example = .some(#"{"a":1}"#)
        }

        let created = try await scene.eventTypes.create("a.b", full, by: scene.admin)
        let again = try await refusal { _ = try await scene.eventTypes.create("a.b", full, by: scene.admin) }
        let changed = try await scene.eventTypes.update(
            "a.b",
            draft {
                $0.group = .some(nil); $0.isArchived = true
            }, by: scene.admin)
        try await scene.eventTypes.delete("a.b", by: scene.admin)
        let gone = try await refusal { _ = try await scene.eventTypes.eventType("a.b", for: scene.admin) }

        #expect(created.group == "Property")
        #expect(again?.code == "event_type_exists")
        #expect(changed.group == nil)
        #expect(changed.description == "Made.")
        #expect(changed.isArchived)
        #expect(gone?.kind == .notFound)
        await scene.stop()
    }

    @Test func mistakesAreRefusedWithTheirFields() async throws {
        let scene = try await ServiceScene()
        func fields(_ name: String?, _ change: (inout EventTypeService.Draft) -> Void = { _ in }) async throws
            -> [String]?
        {
            let draft = draft(change)
            return try await refusal { _ = try await scene.eventTypes.create(name, draft, by: scene.admin) }?
                .fields.map(\.field)
        }

        #expect(try await fields(nil) == ["name"])
        #expect(try await fields("a b") == ["name"])
        #expect(try await fields("a.*") == ["name"])
        #expect(try await fields("a") { $0.description = String(repeating: "x", count: 2001) } == ["description"])
        #expect(try await fields("a") { $0.group = .some("") } == ["group"])
        #expect(try await fields("a") { $0.example = .some("7") } == ["example"])
        #expect(try await fields("a") { $0.example = .some(#"{"a":{"b":12345678901234567890}}"#) } == ["example.a.b"])
        await scene.stop()
    }

    @Test func pagesFollowOneAnotherThoughManyWereMadeAtOneInstant() async throws {
        let scene = try await ServiceScene()
        for index in 0..<7 { _ = try await scene.eventTypes.create("t\(index)", draft { _ in }, by: scene.admin) }
        var names: [String] = []
        var cursor: String?

        repeat {
            let page = try await scene.eventTypes.eventTypes(
                page: PageRequest(limit: 3, cursor: cursor), for: scene.admin)
            names += page.items.map(\.name)
            cursor = page.next
        } while cursor != nil

        #expect(names == (0..<7).reversed().map { "t\($0)" })
        for nonsense in ["x", "1~", "~a", "1~a b"] {
            let refusal = try await refusal {
                _ = try await scene.eventTypes.eventTypes(
                    page: PageRequest(limit: 3, cursor: nonsense), for: scene.admin)
            }
            #expect(refusal?.fields.map(\.field) == ["cursor"], "\(nonsense)")
        }
        await scene.stop()
    }
}

@Suite struct KeyServiceTests {
    @Test func aKeySaysWhoPresentsItUntilItExpires() async throws {
        let scene = try await ServiceScene()
        let expiresAt = scene.clock.now() + .seconds(60)
        let issued = try await scene.keys.create(
            name: "CI", role: "application", application: "acme", expiresAt: expiresAt, by: scene.admin)

        let principal = try scene.keys.principal(presenting: issued.text)
        scene.clock.advance(to: expiresAt - .milliseconds(1))
        let atTheLast = try await refusal { _ = try scene.keys.principal(presenting: issued.text) }
        scene.clock.advance(to: expiresAt)
        let expired = try await refusal { _ = try scene.keys.principal(presenting: issued.text) }

        #expect(
            principal
                == Principal(
                    environment: scene.live.id, role: .application, application: scene.acme.id, key: issued.key.id))
        #expect(atTheLast == nil)
        #expect(expired?.code == "expired_key")
        await scene.stop()
    }

    @Test func aKeysTextNamesItsEnvironmentAndIsKeptNowhere() async throws {
        let scene = try await ServiceScene()

        let live = try await scene.keys.create(
            name: nil, role: "admin", application: nil, expiresAt: nil, by: scene.admin)
        let test = try await scene.keys.create(
            name: nil, role: "admin", application: nil, expiresAt: nil, by: scene.sandboxAdmin)
        let stored = try await scene.store.configuration().keys

        #expect(live.text.hasPrefix("mk_live_") && live.text.utf8.count == 72)
        #expect(test.text.hasPrefix("mk_test_"))
        #expect(live.text.hasPrefix(live.key.hint) && live.key.hint.utf8.count == 12)
        #expect(stored.allSatisfy { $0.hash.count == 32 && !String(describing: $0).contains(live.text) })
        await scene.stop()
    }

    @Test func unknownAndDeletedKeysAreNobodys() async throws {
        let scene = try await ServiceScene()
        let issued = try await scene.keys.create(
            name: nil, role: "reader", application: nil, expiresAt: nil, by: scene.admin)

        try await scene.keys.delete(issued.key.id, by: scene.admin)

        for text in [issued.text, "", "mk_live_", String(issued.text.dropLast())] {
            let refusal = try await refusal { _ = try scene.keys.principal(presenting: text) }
            #expect(refusal?.code == "invalid_key")
            #expect(refusal.map { !$0.detail.contains(issued.text) } == true)
        }
        await scene.stop()
    }

    @Test func mistakesAreRefusedWithTheirFields() async throws {
        let scene = try await ServiceScene()
        func fields(
            _ role: String?, application: String? = nil, name: String? = nil, expiresAt: Timestamp? = nil
        ) async throws -> [String]? {
            try await refusal {
                _ = try await scene.keys.create(
                    name: name, role: role, application: application, expiresAt: expiresAt, by: scene.admin)
            }?.fields.map(\.field)
        }

        #expect(try await fields(nil) == ["role"])
        #expect(try await fields("root") == ["role"])
        #expect(try await fields("application") == ["application"])
        #expect(try await fields("application", application: "nobody") == ["application"])
        #expect(try await fields("admin", application: "acme") == ["application"])
        #expect(try await fields("admin", name: String(repeating: "x", count: 201)) == ["name"])
        #expect(try await fields("admin", expiresAt: scene.clock.now()) == ["expires_at"])
        await scene.stop()
    }

    @Test func anExpiryCanBeSetAndTakenAway() async throws {
        let scene = try await ServiceScene()
        let key = try await scene.keys.create(
            name: nil, role: "reader", application: nil, expiresAt: nil, by: scene.admin
        ).key
        let at = scene.clock.now() + .seconds(60)

        let limited = try await scene.keys.update(key.id, name: "x", expiresAt: .some(at), by: scene.admin)
        let renamed = try await scene.keys.update(key.id, name: "y", expiresAt: nil, by: scene.admin)
        let unlimited = try await scene.keys.update(key.id, name: nil, expiresAt: .some(nil), by: scene.admin)

        #expect([limited.expiresAt, renamed.expiresAt, unlimited.expiresAt] == [at, at, nil])
        #expect(unlimited.name == "y")
        await scene.stop()
    }
}

@Suite struct ProfileServiceTests {
    private func profile(_ name: String, _ change: (inout Profile) -> Void = { _ in }) -> Profile {
        var profile = Profile.standard
        profile.name = name
        change(&profile)
        return profile
    }

    @Test func onesOwnProfilesAreMadeChangedAndDeletedAndTheBuiltInOnesStay() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.profiles.create(profile("own"), by: scene.admin)

        let again = try await refusal { _ = try await scene.profiles.create(profile("own"), by: scene.admin) }
        let builtIn = try await refusal { _ = try await scene.profiles.create(profile("sharmo"), by: scene.admin) }
        let changing = try await refusal { _ = try await scene.profiles.update(profile("sharmo"), by: scene.admin) }
        let deleting = try await refusal { try await scene.profiles.delete("sharmo", by: scene.admin) }
        let missing = try await refusal { try await scene.profiles.delete("none", by: scene.admin) }
        let listed = try scene.profiles.profiles(page: ServiceScene.page, for: scene.admin).items
        try await scene.profiles.delete("own", by: scene.admin)

        #expect([again, builtIn].map { $0?.code } == ["profile_exists", "profile_exists"])
        #expect([changing, deleting].map { $0?.code } == ["profile_built_in", "profile_built_in"])
        #expect(missing?.kind == .notFound)
        #expect(listed.map(\.profile.name) == ["own"] + Profile.builtIn.map(\.name))
        #expect(listed.map(\.isBuiltIn) == [false] + Profile.builtIn.map { _ in true })
        await scene.stop()
    }

    @Test func aProfileInUseStays() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.profiles.create(profile("own"), by: scene.admin)
        let webhook = try await scene.webhook { $0.profile = .some("own") }

        let used = try await refusal { try await scene.profiles.delete("own", by: scene.admin) }
        try await scene.webhooks.delete(webhook.id, by: scene.admin)
        let free = try await refusal { try await scene.profiles.delete("own", by: scene.admin) }

        #expect(used?.code == "profile_in_use")
        #expect(free == nil)
        await scene.stop()
    }

    @Test func theCourierLearnsOfEveryWebhookThatFollowsAChangedProfile() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.profiles.create(profile("own"), by: scene.admin)
        let follower = try await scene.webhook { $0.profile = .some("own") }
        _ = try await scene.webhook()
        let before = scene.courier.notes.changed.count

        _ = try await scene.profiles.update(profile("own") { $0.timeout = .seconds(3) }, by: scene.admin)

        #expect(Array(scene.courier.notes.changed.dropFirst(before)) == [follower.id])
        #expect(scene.directory.target(follower.id)?.profile.timeout == .seconds(3))
        await scene.stop()
    }

    @Test func mistakesAreRefusedWithTheirFields() async throws {
        let scene = try await ServiceScene()
        func fields(_ profile: Profile) async throws -> [String]? {
            try await refusal { _ = try await scene.profiles.create(profile, by: scene.admin) }?.fields.map(\.field)
        }

        #expect(try await fields(profile("")) == ["name"])
        #expect(try await fields(profile("Own")) == ["name"])
        #expect(try await fields(profile(String(repeating: "x", count: 65))) == ["name"])
        #expect(try await fields(profile("a") { $0.timeout = .zero }) == ["timeout"])
        #expect(try await fields(profile("a") { $0.success = .statuses([]) }) == ["success"])
        #expect(try await fields(profile("a") { $0.retry.jitter = 2 }) == ["retry.jitter"])
        await scene.stop()
    }
}
