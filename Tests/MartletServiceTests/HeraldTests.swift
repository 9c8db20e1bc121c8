import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

@Suite struct HeraldTests {
    /// Records that a webhook was disabled.
    @discardableResult
    private func record(
        _ endpoint: Endpoint, _ count: Int = 1, in scene: ServiceScene
    ) async throws -> [OperationalEvent] {
        let now = scene.clock.now()
        let events = (0..<count).map { _ in
            OperationalEvent.disabled(
                endpoint, for: .gone, FailureWatch(), id: scene.context.identifiers.next(at: now), at: now)
        }
        try await scene.store.record(events)
        return events
    }

    private func published(in scene: ServiceScene) async throws -> [Event] {
        try await scene.store.events(EventQuery(environment: scene.live.id, limit: 250)).items
    }

    private func listener(_ events: [String] = ["*"], in scene: ServiceScene) async throws -> Endpoint {
        try await scene.webhook {
            $0.application = "@operations"
            $0.events = events
        }
    }

    @Test func aWebhookThatSubscribedIsToldUnderTheEventsOwnID() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        let listener = try await listener(["endpoint.*"], in: scene)
        _ = try await self.listener(["alert.*"], in: scene)
        let recorded = try await record(acmes, in: scene)[0]

        let count = try await Herald(scene.context).tell()

        let event = try await scene.events.event(named: recorded.id.description, for: scene.admin)
        let deliveries = try await scene.store.deliveries(of: event.id, in: scene.live.id, limit: 10)
        let body = String(decoding: event.body.bytes, as: UTF8.self)
        #expect(count == 1)
        #expect(event.type == "endpoint.disabled")
        #expect(deliveries.map(\.endpoint) == [listener.id])
        #expect(
            body
                == #"{"id":"\#(recorded.id)","type":"endpoint.disabled","created":"\#(recorded.createdAt.rfc3339Short)","#
                + #""data":{"application":"\#(scene.acme.id)","webhook":"\#(acmes.id)","reason":"gone","#
                + #""failing_since":null,"failures":0,"last_success_at":null}}"#)
        await scene.stop()
    }

    @Test func nobodyIsToldTwice() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        _ = try await listener(in: scene)
        try await record(acmes, in: scene)

        _ = try await Herald(scene.context).tell()
        let again = try await Herald(scene.context).tell()

        #expect(again == 0)
        #expect(try await published(in: scene).count == 1)
        await scene.stop()
    }

    @Test func aCrashBetweenPublishingAndMarkingRepeatsNothing() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        _ = try await listener(in: scene)
        try await record(acmes, 3, in: scene)
        // The look, the commit, and then the mark that fails.
        scene.store.fail(after: 2, .before)

        let failure = try await refusal { _ = try await Herald(scene.context).tell() }
        let untold = try await scene.store.untoldOperationalEvents(limit: 10).count
        let again = try await Herald(scene.context).tell()

        #expect(failure != nil)
        #expect(untold == 3)
        #expect(again == 3)
        #expect(try await published(in: scene).count == 3)
        #expect(try await scene.store.waiting() == [scene.live.id: 3])
        #expect(try await scene.store.untoldOperationalEvents(limit: 10).isEmpty)
        await scene.stop()
    }

    @Test func whatHappensToThoseWhoListenIsToldToNoneOfThem() async throws {
        let scene = try await ServiceScene()
        let listener = try await listener(in: scene)
        let other = try await self.listener(in: scene)
        try await record(listener, in: scene)
        try await record(other, in: scene)

        let count = try await Herald(scene.context).tell()

        #expect(count == 2)
        #expect(try await published(in: scene).isEmpty)
        #expect(try await scene.store.untoldOperationalEvents(limit: 10).isEmpty)
        await scene.stop()
    }

    @Test func tenThousandThatComeTogetherGoOutInBoundedSteps() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        _ = try await listener(in: scene)
        try await record(acmes, 1050, in: scene)

        var steps: [Int] = []
        repeat { steps.append(try await Herald(scene.context).tell()) } while steps.last != 0

        #expect(steps == [Int](repeating: Herald.step, count: 10) + [50, 0])
        #expect(try await scene.store.waiting() == [scene.live.id: 1050])
        await scene.stop()
    }

    @Test func whatTheBacklogHasNoRoomForIsToldLater() async throws {
        var intake = IntakeLimits()
        intake.backlog = 1
        let scene = try await ServiceScene(intake: intake)
        let acmes = try await scene.webhook { $0.application = "acme" }
        _ = try await listener(in: scene)
        try await record(acmes, 2, in: scene)

        let refused = try await refusal { _ = try await Herald(scene.context).tell() }

        #expect(refused?.code == "backlog_full")
        #expect(try await scene.store.untoldOperationalEvents(limit: 10).count == 2)
        await scene.stop()
    }

    @Test func anotherEnvironmentHearsNothing() async throws {
        let scene = try await ServiceScene()
        let acmes = try await scene.webhook { $0.application = "acme" }
        let foreign = try await scene.webhook(by: scene.sandboxAdmin) { $0.application = "@operations" }
        try await record(acmes, in: scene)

        _ = try await Herald(scene.context).tell()

        #expect(try await scene.store.backlog(of: foreign.id) == 0)
        await scene.stop()
    }

    @Test func whatIsPublishedToEverybodyDoesNotReachThoseWhoListen() async throws {
        let scene = try await ServiceScene()
        let listener = try await listener(in: scene)
        let other = try await scene.webhook()

        let published = try await scene.publish("endpoint.disabled", explain: true)

        #expect(published.deliveries.map(\.endpoint) == [other.id])
        #expect(published.unmatched?.map(\.endpoint) == [listener.id])
        #expect(published.unmatched?.first?.reason == EventRules.hearsOperations)
        await scene.stop()
    }

    @Test func nobodyElsePublishesToThoseWhoListen() async throws {
        let scene = try await ServiceScene()
        let listener = try await listener(in: scene)

        let byUID = try await refusal {
            _ = try await scene.publish("endpoint.disabled", application: "@operations")
        }
        let byID = try await refusal {
            _ = try await scene.publish("endpoint.disabled", application: listener.application.description)
        }

        #expect(byUID?.code == "reserved_application")
        #expect(byID?.code == "reserved_application")
        await scene.stop()
    }

    @Test func theApplicationIsMadeOnceAndKeepsItsUID() async throws {
        let scene = try await ServiceScene()

        let listeners = [try await listener(in: scene), try await listener(in: scene)]
        let id = listeners[0].application.description
        let renamed = try await refusal {
            _ = try await scene.applications.update(
                id, name: nil, uid: .some("mine"), metadata: nil, by: scene.admin)
        }
        let key = try await refusal {
            _ = try await scene.keys.create(
                name: nil, role: "application", application: id, expiresAt: nil, by: scene.admin)
        }
        let stolen = try await refusal {
            _ = try await scene.applications.create(
                name: "Mine", uid: "@operations", metadata: [], by: scene.sandboxAdmin)
        }
        let foreign = try await refusal {
            _ = try await scene.webhook(by: scene.principal(.application)) { $0.application = "@operations" }
        }

        #expect(Set(listeners.map(\.application)).count == 1)
        #expect(renamed?.fields.map(\.field) == ["uid"])
        #expect(key?.fields.map(\.field) == ["application"])
        #expect(stolen?.fields.map(\.field) == ["uid"])
        #expect(foreign?.code == "unknown_application")
        await scene.stop()
    }
}
