import MartletCore
import MartletService
import Testing
import WebhookSigning

@Suite struct SourceRoutesTests {
    @Test func aSourceIsMadeShownListedChangedAndDeleted() async throws {
        try await TestService.with { service in
            let admin = service.admin
            let made = try await admin.post(
                "/v1/sources",
                [
                    "name": "Stripe", "preset": "stripe", "secret": "whsec_abc", "type_prefix": "stripe",
                    "rate_limit": ["rate": 50], "forward_headers": ["X-Own"], "metadata": ["team": "pay"],
                ])
            let path = "/v1/sources/\(try made.string("id"))"

            let shown = try await admin.get(path)
            let listed = try await admin.walk("/v1/sources", limit: 1)
            let changed = try await admin.patch(
                path, ["name": "Other", "active": false, "rate_limit": nil, "tolerance": "1m"])
            let url = try made.string("url")
            let deleted = try await admin.delete(path)
            let gone = try await admin.get(path)

            #expect(made.status == 201)
            #expect(made.raw.header("location") == path)
            #expect(url.hasPrefix("http://localhost/in/"))
            #expect(made["secret"] == nil)
            #expect(shown.json == made.json)
            #expect(listed.count == 1)
            #expect(shown["forward_headers"]?[0] == "x-own")
            #expect(shown["duplicate_window"] == "1d")
            #expect(changed["name"] == "Other")
            #expect(changed["active"] == false)
            #expect(changed["rate_limit"]?.isNull ?? false)
            #expect(changed["tolerance"] == "1m")
            #expect(changed["type_prefix"] == "stripe")
            #expect([deleted.status, gone.status] == [204, 404])
        }
    }

    @Test func aSecretIsShownToAdminsAloneAndRotated() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/sources", ["name": "GitHub", "preset": "github", "generate_secret": true])
            let path = "/v1/sources/\(try made.string("id"))"
            let first = try made.string("secret")
            let reader = try await service.newClient("reader")

            let denied = try await reader.get("\(path)/secret")
            let before = try await service.admin.get("\(path)/secret")
            let rotated = try await service.admin.post("\(path)/secret/rotate", ["secret": "second", "overlap": "1h"])
            let after = try await service.admin.get("\(path)/secret")

            #expect(denied.status == 403)
            #expect(before["secret"]?.string == first)
            #expect(before["previous"]?.isNull ?? false)
            #expect(rotated["secret"] == nil)
            #expect(rotated["secret_rotation_ends_at"]?.string != nil)
            #expect(after["secret"] == "second")
            #expect(after["previous"]?["secret"]?.string == first)
        }
    }

    @Test func aTestRequestGoesAllTheWayAndSaysWhatWasSent() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook(events: ["github.*"])
            let made = try await service.admin.post(
                "/v1/sources",
                ["name": "GitHub", "preset": "github", "generate_secret": true, "type_prefix": "github"])
            let path = "/v1/sources/\(try made.string("id"))"

            let tested = try await service.admin.post("\(path)/test", ["type": "push", "body": ["ref": "main"]])
            let signed = tested["sent"]?["headers"]?.array?.compactMap { $0["name"]?.string?.lowercased() } ?? []

            #expect(tested.status == 200)
            #expect(tested["request"]?["verdict"] == "accepted")
            #expect(tested["own_key"] == false)
            #expect(signed.contains("x-hub-signature-256"))
            await service.sender.hasSent(1)
            #expect(service.sender.bodies == [#"{"ref":"main"}"#])
            let event = try await service.admin.get("/v1/events/\(tested["request"]?["event"]?.string ?? "")")
            #expect(event["type"] == "github.push")
            #expect(event["data"]?["ref"] == "main")
        }
    }

    @Test func aRequestIsListedShownReplayedAndVerifiedAgain() async throws {
        try await TestService.with { service in
            let admin = service.admin
            _ = try await admin.makeWebhook()
            let made = try await admin.post("/v1/sources", ["name": "a", "preset": "github", "secret": "right"])
            let source = try made.string("id")
            let accepted = try await admin.post("/v1/sources/\(source)/test", [:])
            let refused = try await admin.post("/v1/sources/\(source)/test", ["secret": "wrong"])
            let good = accepted["request"]?["id"]?.string ?? ""
            let bad = refused["request"]?["id"]?.string ?? ""

            let listed = try await admin.walk("/v1/requests?source=\(source)", limit: 1)
            let narrowed = try await admin.get("/v1/requests?source=\(source)&verdict=refused")
            let shown = try await admin.get("/v1/requests/\(bad)")
            let replayed = try await admin.post("/v1/requests/\(good)/replay")
            let notReplayed = try await admin.post("/v1/requests/\(bad)/replay")
            let unmended = try await admin.post("/v1/requests/\(bad)/verify")
            _ = try await admin.patch("/v1/sources/\(source)", ["secret": "wrong"])
            let verified = try await admin.post("/v1/requests/\(bad)/verify")

            #expect(listed.map { $0["id"]?.string } == [bad, good])
            #expect(narrowed.items.map { $0["id"]?.string } == [bad])
            #expect(shown["code"] == "wrong_secret")
            #expect(shown["body"]?.string?.isEmpty == false)
            #expect(replayed.status == 202)
            #expect(replayed["delivery_count"]?.integer == 1)
            #expect(notReplayed.code == "request_not_accepted")
            #expect(unmended["verdict"] == "refused")
            #expect(verified["verdict"] == "accepted")
            #expect(verified["event"]?.string?.hasPrefix("evt_") == true)
        }
    }

    @Test func aSecretParameterIsNeverShown() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/sources",
                ["name": "Meta", "preset": "meta", "secret": "s", "parameters": ["verify_token": "hidden"]])
            let path = "/v1/sources/\(try made.string("id"))"

            let changed = try await service.admin.patch(path, ["parameters": ["verify_token": "•••"]])

            #expect(!made.text.contains("hidden"))
            #expect(!changed.text.contains("hidden"))
            #expect(changed.status == 200)
        }
    }
}
