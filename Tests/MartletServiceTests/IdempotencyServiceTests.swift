import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct IdempotencyServiceTests {
    private func stamp(
        _ scene: ServiceScene, key: String = "key", method: String = "POST", path: String = "/v1/webhooks",
        body: String = "{}", by principal: Principal? = nil
    ) throws -> IdempotencyStamp {
        try Array(body.utf8).withUnsafeBytes { bytes in
            try scene.idempotency.stamp(
                key: key, method: method, path: path, body: bytes, by: principal ?? scene.admin)
        }
    }

    @Test func aRequestSentAgainGetsTheFirstAnswerWhichRestsEncrypted() async throws {
        let scene = try await ServiceScene()
        let stamp = try stamp(scene)

        let first = try await scene.idempotency.begin(stamp)
        await scene.idempotency.finish(stamp, answer: Array("whsec_x".utf8))
        let again = try await scene.idempotency.begin(stamp)
        let stored = try await scene.store.reserve(stamp, at: scene.clock.now())

        #expect(first == nil)
        #expect(again == Array("whsec_x".utf8))
        guard case .answered(let bytes) = stored else {
            Issue.record("It was answered.")
            return
        }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("whsec"))
        await scene.stop()
    }

    @Test func anotherRequestUnderTheKeyAndOneStillUnderWayAreConflicts() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.idempotency.begin(try stamp(scene))

        let underWay = try await refusal { _ = try await scene.idempotency.begin(try stamp(scene)) }
        let others = [
            try stamp(scene, method: "PUT"), try stamp(scene, path: "/v1/keys"), try stamp(scene, body: "[]"),
            try stamp(scene, by: scene.principal(.application)),
        ]

        #expect(underWay?.code == "idempotency_key_in_use")
        for other in others {
            let refusal = try await refusal { _ = try await scene.idempotency.begin(other) }
            #expect(refusal?.code == "idempotency_key_reused")
        }
        await scene.stop()
    }

    @Test func anAbandonedKeyIsFreeAgain() async throws {
        let scene = try await ServiceScene()
        let stamp = try stamp(scene)
        _ = try await scene.idempotency.begin(stamp)

        await scene.idempotency.abandon(stamp)
        let again = try await scene.idempotency.begin(stamp)

        #expect(again == nil)
        await scene.stop()
    }

    @Test(arguments: ["", "a b", "\u{e9}", "a\n", String(repeating: "x", count: 256)])
    func aKeyIsUpTo255PrintableCharacters(key: String) async throws {
        let scene = try await ServiceScene()

        let refused = try await refusal { _ = try stamp(scene, key: key) }
        let longest = try await refusal { _ = try stamp(scene, key: String(repeating: "~", count: 255)) }

        #expect(refused?.fields.map(\.field) == ["Idempotency-Key"])
        #expect(longest == nil)
        await scene.stop()
    }
}
