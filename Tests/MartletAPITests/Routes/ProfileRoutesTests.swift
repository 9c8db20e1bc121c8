import MartletCore
import Testing

@Suite struct ProfileRoutesTests {
    @Test func aProfileSaysWhatDiffersFromItsBase() async throws {
        try await TestService.with { service in
            let base = try await service.admin.get("/v1/profiles/sharmo")

            let made = try await service.admin.post(
                "/v1/profiles",
                [
                    "name": "acme", "base": "sharmo", "timeout": "10s",
                    "signature": ["signature_header": "Acme-Signature"],
                ])
            let shown = try await service.admin.get("/v1/profiles/acme")

            #expect(made.status == 201, "\(made.text)")
            #expect(made.raw.header("location") == "/v1/profiles/acme")
            #expect(
                made.members == [
                    "name", "envelope", "signature", "success", "timeout", "retry", "built_in", "created_at",
                    "updated_at",
                ])
            #expect(shown.json == made.json)
            #expect(made["timeout"] == "10s")
            #expect(made["built_in"] == false)
            #expect(made["signature"]?["signature_header"] == "Acme-Signature")
            #expect(made["signature"]?["scheme"] == base["signature"]?["scheme"])
            #expect(made["retry"] == base["retry"])
        }
    }

    @Test func webhooksFollowAChangedProfileAtOnce() async throws {
        try await TestService.with { service in
            _ = try await service.admin.post("/v1/profiles", ["name": "acme", "success": [200]])
            let webhook = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(webhook)", ["profile": "acme"])
            service.sender.status = 201

            let before = try await service.admin.post("/v1/webhooks/\(webhook)/test", ["type": "a.b", "data": [:]])
            let changed = try await service.admin.patch("/v1/profiles/acme", ["success": "2xx"])
            let after = try await service.admin.post("/v1/webhooks/\(webhook)/test", ["type": "a.b", "data": [:]])

            #expect(before["attempt"]?["outcome"] == "failed")
            #expect(changed.status == 200)
            #expect(after["attempt"]?["outcome"] == "succeeded")
        }
    }

    @Test func aBuiltInProfileStaysAsItIs() async throws {
        try await TestService.with { service in
            let changed = try await service.admin.patch("/v1/profiles/standard", ["timeout": "5s"])
            let deleted = try await service.admin.delete("/v1/profiles/standard")
            let made = try await service.admin.post("/v1/profiles", ["name": "standard"])

            #expect(changed.status == 409)
            #expect(changed.code == "profile_built_in")
            #expect(deleted.code == "profile_built_in")
            #expect(made.status == 409)
            #expect(made.code == "profile_exists")
        }
    }

    @Test func aProfileInUseIsNotDeleted() async throws {
        try await TestService.with { service in
            _ = try await service.admin.post("/v1/profiles", ["name": "acme"])
            let webhook = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(webhook)", ["profile": "acme"])

            let refused = try await service.admin.delete("/v1/profiles/acme")
            _ = try await service.admin.delete("/v1/webhooks/\(webhook)")
            let deleted = try await service.admin.delete("/v1/profiles/acme")

            #expect(refused.status == 409)
            #expect(refused.code == "profile_in_use")
            #expect(deleted.status == 204)
        }
    }

    @Test(arguments: [
        (#"{}"#, "name"), (#"{"name":"A b"}"#, "name"), (#"{"name":"acme","base":"nobody"}"#, "base"),
        (#"{"name":"acme","signature":{"scheme":"md5"}}"#, "signature.scheme"),
        (#"{"name":"acme","signature":{"hash":"md5"}}"#, "signature.hash"),
        (#"{"name":"acme","signature":{"key":"rot13"}}"#, "signature.key"),
        (#"{"name":"acme","signature":{"nonsense":1}}"#, "signature.nonsense"),
        (#"{"name":"acme","signature":{"signature_header":"a b"}}"#, "signature.signature_header"),
        (#"{"name":"acme","envelope":"paper"}"#, "envelope"), (#"{"name":"acme","timeout":"0s"}"#, "timeout"),
        (#"{"name":"acme","success":[]}"#, "success"),
        (#"{"name":"acme","retry":{"delays":["5s","soon"]}}"#, "retry.delays[1]"),
    ])
    func aProfileThatCannotBeIsRefused(body: String, culprit: String) async throws {
        try await TestService.with { service in
            let refused = try await service.admin.send("POST", "/v1/profiles", Array(body.utf8))

            #expect(refused.status == 422, "\(refused.text)")
            #expect(refused.culprits == [culprit])
        }
    }

    @Test func aListIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            for name in ["one", "two", "three"] {
                _ = try await service.admin.post("/v1/profiles", ["name": .string(name)])
            }

            let walked = try await service.admin.walk("/v1/profiles", limit: 2).compactMap { $0["name"]?.string }

            #expect(Set(walked).count == walked.count)
            #expect(Set(walked).isSuperset(of: ["one", "two", "three", "standard", "fractio", "sharmo", "getequity"]))
        }
    }
}
