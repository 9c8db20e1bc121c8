import MartletCore
import Testing

@Suite struct WebhookTestEventTests {
    @Test func aTestEventIsAnsweredWithItsAttempt() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook(url: "https://example.com/hook")

            let tested = try await service.admin.post(
                "/v1/webhooks/\(id)/test", ["type": "property.created", "data": ["b": 1, "a": .number("1.0")]])

            #expect(tested.status == 200, "\(tested.text)")
            #expect(tested.members == ["event", "delivery", "attempt"])
            #expect(tested["delivery"]?["status"] == "succeeded")
            #expect(tested["delivery"]?["cause"] == "test")
            #expect(tested["attempt"]?["outcome"] == "succeeded")
            #expect(tested["attempt"]?["response"]?["status"] == 200)
            #expect(tested["attempt"]?["request"]?["url"] == "https://example.com/hook")
            let body = try #require(tested["attempt"]?["request"]?["body"]?.string)
            #expect(body.hasSuffix(#""data":{"b":1,"a":1}}"#))
            #expect(service.sender.bodies == [body])
        }
    }

    @Test func aFailureIsAnAnswerTooAndIsNotTriedAgain() async throws {
        try await TestService.with { service in
            service.sender.status = 500
            let id = try await service.admin.makeWebhook()

            let tested = try await service.admin.post(
                "/v1/webhooks/\(id)/test", ["type": "property.created", "data": ["a": 1]])

            #expect(tested.status == 200)
            #expect(tested["delivery"]?["status"] == "failed")
            #expect(tested["delivery"]?["reason"]?["code"] == "single")
            #expect(tested["attempt"]?["outcome"] == "failed")
            #expect(tested["attempt"]?["response"]?["status"] == 500)
        }
    }

    @Test func theCataloguesExampleIsSentUnlessAPayloadIsGiven() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.post(
                "/v1/event-types", ["name": "flat.let", "example": ["rooms": 3]])

            let tested = try await service.admin.post("/v1/webhooks/\(id)/test", ["type": "flat.let"])
            let without = try await service.admin.post("/v1/webhooks/\(id)/test", ["type": "nobody.knows"])

            #expect(tested["attempt"]?["request"]?["body"]?.string?.hasSuffix(#""data":{"rooms":3}}"#) ?? false)
            #expect(without.status == 422)
            #expect(without.culprits == ["data"])
        }
    }

    @Test func anInactiveWebhookIsNotTested() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(id)", ["active": false])

            let refused = try await service.admin.post("/v1/webhooks/\(id)/test", ["type": "a.b", "data": [:]])

            #expect(refused.status == 409)
            #expect(refused.code == "webhook_inactive")
            #expect(service.sender.requests.isEmpty)
        }
    }

    @Test func aPayloadMustBeAnObjectOrAnArray() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let refused = try await service.admin.post("/v1/webhooks/\(id)/test", ["type": "a.b", "data": "text"])

            #expect(refused.status == 422)
            #expect(refused.code == "top_level_not_object_or_array")
            #expect(refused.culprits == ["$.data"])
        }
    }
}
