import MartletCore
import MartletService
import MartletStore
import Testing

@Suite struct EnvironmentRoutesTests {
    @Test func aKeySeesItsOwnEnvironment() async throws {
        try await TestService.with { service in
            let sandbox = try await service.admin.get("/v1/environment")
            let live = try await service.foreigner.get("/v1/environment")

            #expect(
                sandbox.members == [
                    "id", "name", "profile", "payload_form", "require_https", "default_application", "retention",
                    "pages",
                ])
            #expect(sandbox["name"] == "sandbox")
            #expect(sandbox["retention"]?["payloads"]?.isNull == true)
            #expect(live["name"] == "live")
        }
    }

    @Test func whatIsGivenChangesAndTheRestStays() async throws {
        try await TestService.with { service in
            let first = try await service.admin.patch(
                "/v1/environment", ["retention": ["payloads": "7d", "history": "30d"], "payload_form": "verbatim"])
            let second = try await service.admin.patch("/v1/environment", ["retention": ["payloads": .null]])
            let stored = try await service.context.store.configuration().environments.first { $0.name == "sandbox" }
            let live = try await service.foreigner.get("/v1/environment")

            #expect(first.status == 200, "\(first.text)")
            #expect(first["retention"]?["history"] == "30d")
            #expect(second["retention"]?["payloads"]?.isNull == true)
            #expect(second["retention"]?["history"] == "30d")
            #expect(second["payload_form"] == "verbatim")
            #expect(stored?.retention == Retention(history: .seconds(30 * 86_400)))
            #expect(live["payload_form"] == "stable")
        }
    }

    @Test func webhooksWithoutAProfileOfTheirOwnFollowTheEnvironments() async throws {
        try await TestService.with { service in
            let follower = try await service.admin.makeWebhook()
            let settled = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(settled)", ["profile": "standard"])

            _ = try await service.admin.patch("/v1/environment", ["profile": "getequity"])
            service.sender.status = 201
            let first = try await service.admin.post("/v1/webhooks/\(follower)/test", ["type": "a.b", "data": [:]])
            let second = try await service.admin.post("/v1/webhooks/\(settled)/test", ["type": "a.b", "data": [:]])

            #expect(first["attempt"]?["outcome"] == "failed", "getequity takes 200 alone: \(first.text)")
            #expect(second["attempt"]?["outcome"] == "succeeded", "\(second.text)")
        }
    }
}
