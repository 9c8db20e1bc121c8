import Logging
import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

@Suite struct ErasureTests {
    private func eraser(_ scene: ServiceScene) -> Eraser {
        Eraser(
            store: scene.store, intake: scene.context.committer.intake, time: scene.clock, log: scene.context.log,
            pause: { _ in })
    }

    private func service(_ scene: ServiceScene) -> ErasureService { ErasureService(scene.context) }

    @Test func everythingOfAnApplicationGoesAndNothingOfAnother() async throws {
        let scene = try await ServiceScene()
        let own = try await scene.webhook { $0.application = "acme" }
        let foreign = try await scene.webhook { $0.application = "other" }
        let meant = try await scene.publish(application: "acme")
        let broadcast = try await scene.publish()

        let asked = try await service(scene).erase("acme", by: scene.admin)
        try await eraser(scene).work()
        let meanwhile = try await service(scene).erasure(of: scene.acme.id.description, for: scene.admin)
        scene.clock.advance(by: Eraser.settling)
        try await eraser(scene).work()
        let done = try await service(scene).erasure(of: scene.acme.id.description, for: scene.admin)

        #expect(asked.finishedAt == nil)
        #expect(scene.courier.notes.deleted == [own.id])
        #expect(meanwhile.finishedAt == nil)
        #expect(meanwhile.deliveries == 2)
        #expect(done.finishedAt == scene.clock.now())
        #expect(done.events == 1)
        #expect(scene.directory.application(named: "acme", in: scene.live.id) == nil)
        #expect(try await scene.store.event(meant.event.id, in: scene.live.id) == nil)
        let left = try await scene.store.deliveries(of: broadcast.event.id, in: scene.live.id, limit: 5)
        #expect(left.map(\.endpoint) == [foreign.id])
        // What had been waiting waits no more.
        #expect(scene.context.committer.intake.snapshot.backlog == 1)
        await scene.stop()
    }

    @Test func askingAgainTellsHowFarItIsAndChangesNothing() async throws {
        let scene = try await ServiceScene()

        let first = try await service(scene).erase("acme", by: scene.admin)
        scene.clock.advance(by: .seconds(5))
        let second = try await service(scene).erase(scene.acme.id.description, by: scene.admin)

        #expect(second == first)
        await scene.stop()
    }

    @Test func anApplicationThatWasDeletedIsErasedByItsID() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.application = "acme" }
        let event = try await scene.publish(application: "acme").event
        try await scene.applications.delete("acme", by: scene.admin)

        _ = try await service(scene).erase(scene.acme.id.description, by: scene.admin)
        scene.clock.advance(by: Eraser.settling)
        try await eraser(scene).work()

        #expect(try await scene.store.event(event.id, in: scene.live.id) == nil)
        await scene.stop()
    }

    @Test func onlyAnAdminOfItsEnvironmentErasesAndTheDefaultApplicationStays() async throws {
        let scene = try await ServiceScene()
        let erasures = service(scene)
        let id = scene.acme.id.description

        for role in [APIKey.Role.publisher, .application, .reader] {
            let refused = try await refusal { _ = try await erasures.erase(id, by: scene.principal(role)) }
            #expect(refused?.kind == .forbidden)
        }
        let foreign = try await refusal { _ = try await erasures.erase(id, by: scene.sandboxAdmin) }
        let unknown = try await refusal { _ = try await erasures.erase("nobody", by: scene.admin) }
        let unasked = try await refusal { _ = try await erasures.erasure(of: id, for: scene.admin) }
        let fallback = try await refusal {
            _ = try await erasures.erase(scene.live.defaultApplication.description, by: scene.admin)
        }

        #expect(foreign?.kind == .notFound)
        #expect(unknown?.kind == .notFound)
        #expect(unasked?.kind == .notFound)
        #expect(fallback?.code == "default_application")
        #expect(scene.directory.application(scene.acme.id, in: scene.live.id) != nil)
        await scene.stop()
    }

    @Test func anErasureThatWasCutShortGoesOnWithWhateverComesNext() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.application = "acme" }
        for _ in 0..<20 { _ = try await scene.publish(application: "acme") }
        _ = try await service(scene).erase("acme", by: scene.admin)
        scene.clock.advance(by: Eraser.settling)
        scene.store.fail(share: 0.5, seed: 9)

        for _ in 0..<50 { try? await eraser(scene).work() }
        scene.store.recover()
        try await eraser(scene).work()

        #expect(try await scene.store.events(EventQuery(environment: scene.live.id, limit: 50)).items.isEmpty)
        #expect(try await scene.store.erasures(limit: 5).isEmpty)
        await scene.stop()
    }
}
