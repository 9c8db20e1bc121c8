import MartletCore
import Testing

@Suite struct WebhookSecretTests {
    @Test func theSecretIsShownWhereItIsAskedFor() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post("/v1/webhooks", ["url": "https://example.com/", "events": ["*"]])
            let id = try made.string("id")

            let shown = try await service.admin.get("/v1/webhooks/\(id)/secret")

            #expect(shown.status == 200)
            #expect(shown.raw.header("cache-control") == "no-store")
            #expect(shown.members == ["webhook", "secret", "previous"])
            #expect(shown["secret"] == made["secret"])
            #expect(shown["previous"] == .null)
        }
    }

    @Test func rotatingPutsANewSecretInForceAndKeepsTheOldForADay() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post("/v1/webhooks", ["url": "https://example.com/", "events": ["*"]])
            let id = try made.string("id")

            let rotated = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate")
            let shown = try await service.admin.get("/v1/webhooks/\(id)/secret")

            #expect(rotated.status == 200)
            #expect(rotated["secret"] != made["secret"])
            #expect(try rotated.string("secret").hasPrefix("whsec_"))
            #expect(shown["secret"] == rotated["secret"])
            #expect(shown["previous"]?["secret"] == made["secret"])
            #expect(rotated["secret_rotation_ends_at"] == shown["previous"]?["expires_at"])
            let ends = try #require(shown["previous"]?["expires_at"]?.string.flatMap(Timestamp.init(rfc3339:)))
            let left = ends.since(service.now)
            #expect(left > .seconds(86_000) && left <= .seconds(86_400))
        }
    }

    @Test func anOverlapOfNothingEndsTheOldSecretAtOnce() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let rotated = try await service.admin.post(
                "/v1/webhooks/\(id)/secret/rotate",
                ["secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "overlap": "0s"])
            let shown = try await service.admin.get("/v1/webhooks/\(id)/secret")

            #expect(rotated.status == 200, "\(rotated.text)")
            #expect(shown["secret"] == "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
            #expect(shown["previous"] == .null)
        }
    }

    @Test func aCutOverIsForSchemesWithOneSignatureOnly() async throws {
        try await TestService.with { service in
            let several = try await service.admin.makeWebhook()
            let one = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(one)", ["profile": "fractio"])
            let soon = (service.now + .seconds(3600)).rfc3339

            let refused = try await service.admin.post(
                "/v1/webhooks/\(several)/secret/rotate", ["cut_over_at": .string(soon)])
            let rotated = try await service.admin.post(
                "/v1/webhooks/\(one)/secret/rotate", ["cut_over_at": .string(soon)])
            let tooFar = try await service.admin.post(
                "/v1/webhooks/\(one)/secret/rotate", ["cut_over_at": "2099-01-01T00:00:00Z"])

            #expect(refused.status == 422)
            #expect(refused.culprits == ["cut_over_at"])
            #expect(rotated.status == 200, "\(rotated.text)")
            #expect(tooFar.status == 422)
        }
    }

    @Test func anOverlapBeyondAMonthIsRefused() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let taken = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate", ["overlap": "30d"])
            let refused = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate", ["overlap": "31d"])

            #expect(taken.status == 200)
            #expect(refused.status == 422)
            #expect(refused.culprits == ["overlap"])
        }
    }
}
