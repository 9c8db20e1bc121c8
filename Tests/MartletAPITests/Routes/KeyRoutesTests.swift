import MartletCore
import Testing

@Suite struct KeyRoutesTests {
    @Test func aKeysTextIsShownWhenItIsMadeAndNeverAgain() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post("/v1/keys", ["name": "Checkout", "role": "publisher"])
            let id = try made.string("id")
            let text = try made.string("key")

            let shown = try await service.admin.get("/v1/keys/\(id)")
            let listed = try await service.admin.get("/v1/keys")

            #expect(made.status == 201)
            #expect(made.raw.header("location") == "/v1/keys/\(id)")
            #expect(text.hasPrefix("mk_test_"))
            #expect(text.utf8.count == "mk_test_".utf8.count + 64)
            #expect(made.members == ["id", "name", "role", "application", "hint", "created_at", "expires_at", "key"])
            #expect(shown.members == made.members.dropLast())
            #expect(text.hasPrefix(try shown.string("hint")))
            #expect(!listed.text.contains(text))
            #expect(listed.items.contains { $0["id"]?.string == id })
        }
    }

    @Test func liveKeysLookLikeIt() async throws {
        try await TestService.with { service in
            let made = try await service.foreigner.post("/v1/keys", ["role": "reader"])

            #expect(try made.string("key").hasPrefix("mk_live_"))
            #expect(made["name"] == "")
        }
    }

    @Test func aKeyThatWasWithdrawnOrHasExpiredCountsNoLonger() async throws {
        try await TestService.with { service in
            let withdrawn = try await service.admin.post("/v1/keys", ["role": "reader"])
            let expired = try await service.admin.post("/v1/keys", ["role": "reader"])
            let past = (service.now - .seconds(1)).rfc3339

            let deleted = try await service.admin.delete("/v1/keys/\(withdrawn.string("id"))")
            let ended = try await service.admin.patch("/v1/keys/\(expired.string("id"))", ["expires_at": .string(past)])
            let first = try await service.client(withdrawn.string("key")).get("/v1/webhooks")
            let second = try await service.client(expired.string("key")).get("/v1/webhooks")

            #expect(deleted.status == 204)
            #expect(ended["expires_at"]?.string == past)
            #expect(first.status == 401)
            #expect(first.code == "invalid_key")
            #expect(first.raw.header("www-authenticate") == "Bearer")
            #expect(second.status == 401)
            #expect(second.code == "expired_key")
        }
    }

    @Test func anEndCanBeTakenBack() async throws {
        try await TestService.with { service in
            let soon = (service.now + .seconds(60)).rfc3339
            let made = try await service.admin.post(
                "/v1/keys", ["role": "reader", "expires_at": .string(soon), "name": "before"])

            let changed = try await service.admin.patch(
                "/v1/keys/\(made.string("id"))", ["expires_at": nil, "name": "after"])

            #expect(made["expires_at"]?.string == soon)
            #expect(changed["expires_at"] == .null)
            #expect(changed["name"] == "after")
            #expect(try await service.client(made.string("key")).get("/v1/webhooks").status == 200)
        }
    }

    @Test(arguments: [
        (#"{}"#, "role"), (#"{"role":"root"}"#, "role"), (#"{"role":"application"}"#, "application"),
        (#"{"role":"application","application":"nobody"}"#, "application"),
        (#"{"role":"admin","application":"acme"}"#, "application"),
        (#"{"role":"reader","expires_at":"2020-01-01T00:00:00Z"}"#, "expires_at"),
        (#"{"role":"reader","expires_at":"tomorrow"}"#, "expires_at"),
    ])
    func aKeyThatCannotBeIsRefused(body: String, culprit: String) async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")

            let refused = try await service.admin.send("POST", "/v1/keys", Array(body.utf8))

            #expect(refused.status == 422)
            #expect(refused.culprits == [culprit])
        }
    }

    @Test func aListIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            for _ in 0..<4 { _ = try await service.newClient("reader") }

            let walked = try await service.admin.walk("/v1/keys", limit: 2).compactMap { $0["id"]?.string }

            #expect(walked == walked.sorted(by: >))
            #expect(Set(walked).count == 5)
        }
    }
}
