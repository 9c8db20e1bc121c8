import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct DirectoryTests {
    @Test func whatIsLoadedIsWhatChangesHadMade() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.application = "acme" }
        let key = try await scene.keys.create(
            name: nil, role: "reader", application: nil, expiresAt: nil, by: scene.admin)
        _ = try await scene.eventTypes.create("a", EventTypeService.Draft(), by: scene.admin)
        let fresh = Directory(vault: scene.context.vault)

        fresh.load(try await scene.store.configuration())

        #expect(fresh.endpoint(webhook.id, in: scene.live.id) == webhook)
        #expect(fresh.endpoints(in: scene.live.id, application: scene.acme.id).map(\.id) == [webhook.id])
        #expect(fresh.key(hash: key.key.hash) == key.key)
        #expect(fresh.isInCatalogue("a", in: scene.live.id))
        #expect(!fresh.isInCatalogue("a", in: scene.sandbox.id))
        #expect(fresh.application(named: "acme", in: scene.live.id) == scene.acme)
        #expect(fresh.environment(named: "sandbox") == scene.sandbox)
        await scene.stop()
    }

    @Test func aTargetHasTheEndpointsOwnSettingsInThePlaceOfTheProfiles() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook {
            $0.profile = .some("getequity")
            $0.timeout = .some(.seconds(2))
        }

        let target = try #require(scene.directory.target(webhook.id))

        #expect(target.profile.timeout == .seconds(2))
        #expect(target.profile.success == .statuses([200]))
        #expect(target.profile.retry == Profile.getequity.retry)
        #expect(target.requiresHTTPS)
        await scene.stop()
    }

    @Test func aTargetFollowsEveryChangeOfWhatItIsMadeFrom() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let before = scene.directory.target(webhook.id)?.profile.name
        var environment = scene.live
        environment.profile = "sharmo"

        scene.directory.apply([.putEnvironment(environment)])
        let after = scene.directory.target(webhook.id)?.profile.name
        scene.directory.apply([.deleteEndpoint(environment: scene.live.id, id: webhook.id, at: scene.clock.now())])

        #expect(before == "standard")
        #expect(after == "sharmo")
        #expect(scene.directory.target(webhook.id) == nil)
        await scene.stop()
    }

    @Test func aTargetWhoseProfileIsGoneSaysSo() async throws {
        let scene = try await ServiceScene()
        var webhook = try await scene.webhook()
        webhook.profile = "vanished"
        scene.directory.apply([.putEndpoint(webhook)])

        let target = try #require(scene.directory.target(webhook.id))

        #expect(throws: DeliveryTarget.Misconfiguration.self) { try target.url.get() }
        do throws(DeliveryTarget.Misconfiguration) {
            _ = try target.url.get()
        } catch {
            #expect(error.message.contains("vanished"))
        }
        await scene.stop()
    }

    @Test func aTargetWhoseSecretAnotherMasterKeySealedSignsNothing() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let otherKey = [UInt8](repeating: 9, count: SecretVault.keyLength)
        let directory = Directory(vault: try #require(SecretVault(masterKey: otherKey)))
        directory.load(try await scene.store.configuration())

        let target = try #require(directory.target(webhook.id))

        #expect(throws: DeliveryTarget.Misconfiguration.self) { try target.signer(at: scene.clock.now()) }
        await scene.stop()
    }
}
