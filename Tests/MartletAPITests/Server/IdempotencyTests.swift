import MartletCore
import Testing

@Suite struct IdempotencyTests {
    private static let key = ("Idempotency-Key", "3f1c-77")

    @Test func publishingAgainIsAnsweredAsTheFirstTime() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            let body: JSONValue = ["type": "a.b", "data": ["n": 1]]

            let first = try await service.admin.post("/v1/events", body, headers: [Self.key])
            let second = try await service.admin.post("/v1/events", body, headers: [Self.key])
            await service.sender.hasSent(1)

            #expect(first.status == 202)
            #expect(first.raw.header("idempotent-replayed") == nil)
            #expect(second.status == 202)
            #expect(second.raw.body == first.raw.body)
            #expect(second.raw.header("idempotent-replayed") == "true")
            #expect(try await service.admin.get("/v1/events").items.count == 1)
        }
    }

    @Test func aBatchAgainIsAnsweredAsTheFirstTimeItsRefusalsToo() async throws {
        try await TestService.with { service in
            let body: JSONValue = [
                ["type": "a.b", "data": ["n": 0]], ["type": "a b", "data": [:]], ["type": "a.b", "data": ["n": 2]],
            ]

            let first = try await service.admin.post("/v1/events/batch", body, headers: [Self.key])
            let second = try await service.admin.post("/v1/events/batch", body, headers: [Self.key])

            #expect(first.status == 202)
            #expect(second.raw.body == first.raw.body)
            #expect(second.raw.header("idempotent-replayed") == "true")
            #expect(try await service.admin.get("/v1/events").items.count == 2)
        }
    }

    @Test(arguments: [
        ("/v1/webhooks", #"{"url":"https://example.com/","events":["*"]}"#), ("/v1/keys", #"{"role":"reader"}"#),
        ("/v1/applications", #"{"name":"Acme","uid":"acme"}"#), ("/v1/event-types", #"{"name":"flat.let"}"#),
        ("/v1/profiles", #"{"name":"acme"}"#),
    ])
    func whatWasMadeIsNotMadeAgainAndItsAnswerIsTheSameSecretsIncluded(path: String, body: String) async throws {
        try await TestService.with { service in
            let before = try await service.admin.get("\(path)?limit=250").items.count

            let first = try await service.admin.send("POST", path, Array(body.utf8), headers: [Self.key])
            let second = try await service.admin.send("POST", path, Array(body.utf8), headers: [Self.key])

            #expect(first.status == 201)
            #expect(first.raw.header("idempotent-replayed") == nil)
            #expect(second.status == 201)
            #expect(second.raw.body == first.raw.body)
            #expect(second.raw.header("location") == first.raw.header("location"))
            #expect(second.raw.header("idempotent-replayed") == "true")
            #expect(try await service.admin.get("\(path)?limit=250").items.count == before + 1)
        }
    }

    @Test(arguments: [
        ("/v1/events", #"{"type":"a.b","data":{"n":1}}"#, #"{"type":"a.b","data":{"n":2}}"#),
        ("/v1/events/batch", #"[{"type":"a.b","data":{"n":1}}]"#, #"[{"type":"a.b","data":{"n":2}}]"#),
        (
            "/v1/webhooks", #"{"url":"https://example.com/","events":["*"]}"#,
            #"{"url":"https://example.com/","events":["a"]}"#
        ),
        ("/v1/keys", #"{"role":"reader"}"#, #"{"role":"admin"}"#),
        ("/v1/applications", #"{"name":"Acme"}"#, #"{"name":"Other"}"#),
    ])
    func theKeyWithAnotherBodyIsAConflict(path: String, body: String, other: String) async throws {
        try await TestService.with { service in
            _ = try await service.admin.send("POST", path, Array(body.utf8), headers: [Self.key])

            let conflict = try await service.admin.send("POST", path, Array(other.utf8), headers: [Self.key])

            #expect(conflict.status == 409)
            #expect(conflict.code == "idempotency_key_reused")
        }
    }

    @Test func theKeyOnAnotherPathIsAConflict() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate", [:], headers: [Self.key])

            let conflict = try await service.admin.post("/v1/keys", [:], headers: [Self.key])

            #expect(conflict.status == 409)
        }
    }

    @Test func aRotationAgainDoesNotRotateAgain() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let first = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate", headers: [Self.key])
            let second = try await service.admin.post("/v1/webhooks/\(id)/secret/rotate", headers: [Self.key])

            #expect(second["secret"] == first["secret"])
            #expect(try await service.admin.get("/v1/webhooks/\(id)/secret")["secret"] == first["secret"])
        }
    }

    @Test func aReplayAgainDeliversNothingMore() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            let id = try await service.admin.publish().string("id")

            let first = try await service.admin.post("/v1/events/\(id)/replay", headers: [Self.key])
            let second = try await service.admin.post("/v1/events/\(id)/replay", headers: [Self.key])

            #expect(second.raw.body == first.raw.body)
            #expect(try await service.admin.get("/v1/events/\(id)")["deliveries"]?.array?.count == 2)
        }
    }

    @Test func aRefusedRequestGivesItsKeyBack() async throws {
        try await TestService.with { service in
            let refused = try await service.admin.post("/v1/applications", ["name": ""], headers: [Self.key])
            let made = try await service.admin.post("/v1/applications", ["name": "Acme"], headers: [Self.key])
            let publishing = ("Idempotency-Key", "other")
            let unpublished = try await service.admin.post("/v1/events", ["type": "a b"], headers: [publishing])
            let published = try await service.admin.post(
                "/v1/events", ["type": "a.b", "data": [:]], headers: [publishing])

            #expect(refused.status == 422)
            #expect(made.status == 201)
            #expect(unpublished.status == 422)
            #expect(published.status == 202)
        }
    }

    @Test func environmentsAndApplicationsHaveTheirOwnKeys() async throws {
        try await TestService.with { service in
            let body: JSONValue = ["url": "https://example.com/", "events": ["*"]]
            _ = try await service.admin.makeApplication(uid: "acme")
            let own = try await service.newClient("application", application: "acme")

            let here = try await service.admin.post("/v1/webhooks", body, headers: [Self.key])
            let there = try await service.foreigner.post("/v1/webhooks", body, headers: [Self.key])
            let theirs = try await own.post("/v1/webhooks", body, headers: [Self.key])

            #expect(here.status == 201)
            #expect(there.status == 201)
            #expect(there["secret"] != here["secret"])
            #expect(theirs["secret"] != here["secret"])
        }
    }

    @Test(arguments: ["", " ", "a b", "\u{00E9}", String(repeating: "x", count: 256)])
    func whatIsNoKeyIsRefused(key: String) async throws {
        try await TestService.with { service in
            let answer = try await service.admin.post(
                "/v1/keys", ["role": "reader"], headers: [("Idempotency-Key", key)])

            #expect(answer.status == 422)
            #expect(answer.culprits == ["Idempotency-Key"])
            #expect(try await service.admin.get("/v1/keys").items.count == 1)
        }
    }

    @Test func aKeyOfTheMostCharactersIsTaken() async throws {
        try await TestService.with { service in
            let key = String(repeating: "x", count: 255)

            let answer = try await service.admin.post(
                "/v1/keys", ["role": "reader"], headers: [("Idempotency-Key", key)])

            #expect(answer.status == 201)
        }
    }
}
