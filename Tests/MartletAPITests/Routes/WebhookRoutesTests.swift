import MartletCore
import Testing

@Suite struct WebhookRoutesTests {
    // MARK: Registering

    @Test func aUrlAndEventsAreEnough() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/webhooks",
                ["url": "https://example.com/webhook", "events": ["property.updated", "transaction.*"]])

            #expect(made.status == 201)
            #expect(made.raw.header("location") == "/v1/webhooks/\(try made.string("id"))")
            #expect(made.raw.header("cache-control") == "no-store")
            #expect(
                made.members == [
                    "id", "application", "kind", "url", "events", "source", "active", "inactive_reason",
                    "deactivated_at",
                    "reactivated_at", "description", "profile", "headers", "max_in_flight", "filter", "rate_limit",
                    "ordered", "retry", "timeout", "success", "metadata", "secret_rotation_ends_at", "created_at",
                    "updated_at", "secret",
                ])
            #expect(try made.string("id").hasPrefix("ep_"))
            #expect(try made.string("application").hasPrefix("app_"))
            #expect(made["url"] == "https://example.com/webhook")
            #expect(made["events"] == ["property.updated", "transaction.*"])
            #expect(made["source"] == .null)
            #expect(made["active"] == true)
            #expect(made["profile"] == .null)
            #expect(made["headers"] == .object([]))
            #expect(made["rate_limit"] == .null)
            #expect(made["ordered"] == false)
            #expect(made["retry"] == .null)
            #expect(try made.string("secret").hasPrefix("whsec_"))
        }
    }

    @Test func everySettingIsKeptAndShownAsItWasGiven() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            let settings: [JSONValue.Member] = [
                .init("url", "https://example.com/webhook"), .init("events", ["*"]), .init("active", false),
                .init("description", "The café’s"), .init("profile", "sharmo"),
                .init("headers", ["X-Tenant": "acme", "Authorization": "Basic eDp5"]), .init("max_in_flight", 7),
                .init("rate_limit", ["rate": 50, "per": "1m", "burst": 75]), .init("ordered", true),
                .init("retry", ["delays": ["5s", "5m"], "jitter": .number("0.1"), "window": "15m"]),
                .init("timeout", "2500ms"), .init("success", [200, 204]), .init("metadata", ["team": "payments"]),
            ]

            let made = try await service.admin.post(
                "/v1/webhooks",
                .object(settings + [.init("application", "acme"), .init("secret", "my-own-secret-string-0123456789")]))
            let shown = try await service.admin.get("/v1/webhooks/\(made.string("id"))")

            #expect(made.status == 201, "\(made.text)")
            for setting in settings { #expect(shown[setting.key] == setting.value, "\(setting.key)") }
            #expect(shown["application"]?.string == application)
            #expect(shown["inactive_reason"] == "paused")
            #expect(shown["secret"] == nil)
            #expect(made["secret"] == "my-own-secret-string-0123456789")
        }
    }

    @Test func aRateLimitIsShownWithItsDefaults() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/webhooks", ["url": "https://example.com/", "events": ["*"], "rate_limit": ["rate": 20]])

            #expect(made["rate_limit"] == ["rate": 20, "per": "1s", "burst": 20])
        }
    }

    @Test func anExponentialScheduleIsShownWithItsDefaults() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/webhooks",
                [
                    "url": "https://example.com/", "events": ["*"],
                    "retry": ["exponential": ["first": "5s", "longest": "1h"], "window": "1d"],
                ])

            #expect(
                made["retry"] == [
                    "exponential": ["first": "5s", "factor": 2, "longest": "1h"], "jitter": 0, "window": "1d",
                ])
        }
    }

    @Test func allThatIsWrongIsNamedAtOnce() async throws {
        try await TestService.with { service in
            let refused = try await service.admin.post(
                "/v1/webhooks",
                [
                    "url": "https://10.0.0.1.example/", "events": ["a b", "property.created"], "timeout": "61s",
                    "max_in_flight": 0, "success": [199], "profile": "nobody",
                    "headers": ["Host": "x", "X-Bad": "a\u{0D}\u{0A}b"],
                    "retry": ["delays": ["0s", "8d"], "jitter": 2],
                ])

            #expect(refused.status == 422)
            #expect(refused.code == "invalid_request")
            #expect(
                Set(refused.culprits) == [
                    "events[0]", "timeout", "max_in_flight", "success", "profile", "headers.Host", "headers.X-Bad",
                    "retry.delays[0]", "retry.delays[1]", "retry.jitter",
                ])
        }
    }

    /// What a field takes at its limit, and what is one beyond it.
    struct Limit: Sendable, CustomTestStringConvertible {
        let field: String
        let within: String
        let beyond: String

        init(_ field: String, _ within: String, _ beyond: String) {
            self.field = field
            self.within = within
            self.beyond = beyond
        }

        /// A limit on how many there may be.
        init(_ field: String, most: Int, _ write: (Int) -> String) {
            self.init(field, write(most), write(most + 1))
        }

        var testDescription: String { "\(field): \(beyond.prefix(60))" }

        static let all = [
            Limit("max_in_flight", "1", "0"), Limit("max_in_flight", "1000", "1001"),
            Limit("rate_limit", #"{"rate":1}"#, #"{"rate":0}"#),
            Limit("rate_limit", #"{"rate":1000000}"#, #"{"rate":1000001}"#),
            Limit("rate_limit", #"{"rate":1,"per":"1s"}"#, #"{"rate":1,"per":"999ms"}"#),
            Limit("rate_limit", #"{"rate":1,"per":"1d"}"#, #"{"rate":1,"per":"86401s"}"#),
            Limit("rate_limit", #"{"rate":1,"burst":1}"#, #"{"rate":1,"burst":0}"#),
            Limit("rate_limit", #"{"rate":1,"burst":1000000}"#, #"{"rate":1,"burst":1000001}"#),
            Limit("timeout", #""100ms""#, #""99ms""#), Limit("timeout", #""60s""#, #""60001ms""#),
            Limit("description", most: 1000) { "\"\(String(repeating: "x", count: $0))\"" },
            Limit("success", "[200]", "[199]"), Limit("success", "[599]", "[600]"),
            Limit("events", most: 100) { count in "[\((0..<count).map { "\"t\($0)\"" }.joined(separator: ","))]" },
            Limit("headers", most: 20) { count in "{\((0..<count).map { "\"X-\($0)\":\"v\"" }.joined(separator: ","))}"
            },
            Limit("headers", most: 4096) { "{\"X-Long\":\"\(String(repeating: "x", count: $0))\"}" },
            Limit("metadata", most: 50) { count in "{\((0..<count).map { "\"m\($0)\":\"v\"" }.joined(separator: ","))}"
            },
            Limit("metadata", most: 500) { "{\"m\":\"\(String(repeating: "x", count: $0))\"}" },
            Limit("metadata", most: 64) { "{\"\(String(repeating: "x", count: $0))\":\"v\"}" },
            Limit("retry", most: 50) { count in
                "{\"delays\":[\(Array(repeating: "\"1s\"", count: count).joined(separator: ","))]}"
            },
            Limit("retry", #"{"delays":["7d"]}"#, #"{"delays":["604801s"]}"#),
            Limit("retry", #"{"delays":["1s"]}"#, #"{"delays":["999ms"]}"#),
            Limit("retry", #"{"delays":["1s"],"jitter":1}"#, #"{"delays":["1s"],"jitter":1.01}"#),
            Limit("retry", #"{"delays":["1s"],"window":"30d"}"#, #"{"delays":["1s"],"window":"2592001s"}"#),
            Limit(
                "retry", #"{"exponential":{"first":"1s","factor":10,"longest":"7d"},"window":"1d"}"#,
                #"{"exponential":{"first":"1s","factor":11,"longest":"7d"},"window":"1d"}"#),
        ]
    }

    @Test(arguments: Limit.all)
    func aLimitIsTakenAndOneBeyondItIsRefused(limit: Limit) async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()

            let taken = try await service.admin.send(
                "PATCH", "/v1/webhooks/\(webhook)", Array("{\"\(limit.field)\":\(limit.within)}".utf8))
            let refused = try await service.admin.send(
                "PATCH", "/v1/webhooks/\(webhook)", Array("{\"\(limit.field)\":\(limit.beyond)}".utf8))

            #expect(taken.status == 200, "\(taken.text)")
            #expect(refused.status == 422)
            #expect(refused.culprits.allSatisfy { $0.hasPrefix(limit.field) }, "\(refused.text)")
            #expect(!refused.culprits.isEmpty)
        }
    }

    @Test func plainHTTPIsRefusedInLiveAndTakenInTheSandbox() async throws {
        try await TestService.with { service in
            let body: JSONValue = ["url": "http://example.com/webhook", "events": ["*"]]

            let live = try await service.foreigner.post("/v1/webhooks", body)
            let sandbox = try await service.admin.post("/v1/webhooks", body)

            #expect(live.status == 422)
            #expect(live.culprits == ["url"])
            #expect(sandbox.status == 201)
        }
    }

    // MARK: Changing

    @Test func aChangeTouchesOnlyWhatItNames() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook(events: ["a.*"])
            let before = try await service.admin.get("/v1/webhooks/\(id)")

            let after = try await service.admin.patch("/v1/webhooks/\(id)", ["timeout": "3s"])

            #expect(after.status == 200)
            #expect(after["timeout"] == "3s")
            for name in ["id", "application", "url", "events", "active", "headers", "retry", "created_at"] {
                #expect(after[name] == before[name], "\(name)")
            }
        }
    }

    @Test func nullTakesASettingBackToTheProfile() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.patch(
                "/v1/webhooks/\(id)",
                [
                    "timeout": "3s", "retry": ["delays": ["5s"]], "success": [200], "profile": "fractio",
                    "max_in_flight": 3, "rate_limit": ["rate": 5],
                ])

            let after = try await service.admin.patch(
                "/v1/webhooks/\(id)",
                [
                    "timeout": nil, "retry": nil, "success": nil, "profile": nil, "max_in_flight": nil,
                    "rate_limit": nil,
                ])

            for name in ["timeout", "retry", "success", "profile", "max_in_flight", "rate_limit"] {
                #expect(after[name] == .null, "\(name)")
            }
        }
    }

    @Test func whatMakesItActiveAgainOffersToRecoverWhatItMissed() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let paused = try await service.admin.patch("/v1/webhooks/\(id)", ["active": false])
            let active = try await service.admin.patch("/v1/webhooks/\(id)", ["active": true])
            let shown = try await service.admin.get("/v1/webhooks/\(id)")
            let since = try #require(paused["deactivated_at"]?.string)
            let until = try #require(active["reactivated_at"]?.string)

            #expect(paused["reactivated_at"] == .null)
            #expect(paused["gap"] == nil)
            #expect(
                active["gap"] == [
                    "since": .string(since), "until": .string(until),
                    "recover": ["since": .string(since), "until": .string(until), "only": "missed"],
                ])
            #expect(shown["deactivated_at"]?.string == since)
            #expect(shown["reactivated_at"]?.string == until)
            #expect(shown["gap"] == nil)
        }
    }

    @Test func aSourceIsNamedChangedAndTakenBack() async throws {
        try await TestService.with { service in
            func source(by client: APIClient) async throws -> String {
                try await client.post("/v1/sources", ["name": "GitHub", "preset": "github", "secret": "s"]).string("id")
            }
            let here = try await source(by: service.admin)
            let elsewhere = try await source(by: service.foreigner)
            let url: JSONValue = "https://example.com/webhook"
            let made = try await service.admin.post(
                "/v1/webhooks", ["url": url, "events": ["*"], "source": .string(here)])
            let path = "/v1/webhooks/\(try made.string("id"))"
            _ = try await service.admin.makeApplication(uid: "acme")
            let customer = try await service.newClient("application", application: "acme")

            let foreign = try await service.admin.patch(path, ["source": .string(elsewhere)])
            let unknown = try await service.admin.patch(path, ["source": "src_nothing"])
            let wrong = try await service.admin.patch(path, ["source": 7])
            let forbidden = try await customer.post(
                "/v1/webhooks", ["url": url, "events": ["*"], "source": .string(here)])
            let unchanged = try await service.admin.get(path)
            let cleared = try await service.admin.patch(path, ["source": .null])

            #expect(made.status == 201, "\(made.text)")
            #expect(made["source"]?.string == here)
            #expect([foreign.status, unknown.status, wrong.status] == [422, 422, 422])
            for refused in [foreign, unknown, wrong] { #expect(refused["errors"]?[0]?["field"] == "source") }
            #expect(foreign["errors"]?[0]?["message"]?.string?.contains(elsewhere) == true)
            #expect(forbidden.status == 403)
            #expect(unchanged["source"]?.string == here)
            #expect(cleared["source"] == .null)
        }
    }

    @Test func aSecretAndAnApplicationCannotBePatched() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let refused = try await service.admin.patch(
                "/v1/webhooks/\(id)", ["secret": "another-secret-0123456789", "application": "acme"])

            #expect(refused.status == 422)
            #expect(refused.culprits == ["secret", "application"])
        }
    }

    @Test func aDeletedWebhookIsGone() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()

            let deleted = try await service.admin.delete("/v1/webhooks/\(id)")

            #expect(deleted.status == 204)
            #expect(deleted.raw.body.isEmpty)
            #expect(try await service.admin.get("/v1/webhooks/\(id)").status == 404)
            #expect(try await service.admin.delete("/v1/webhooks/\(id)").status == 404)
            #expect(try await service.admin.get("/v1/webhooks").items.isEmpty)
        }
    }

    // MARK: Listing

    @Test func aListIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            var made: [String] = []
            for _ in 0..<7 { made.append(try await service.admin.makeWebhook()) }

            let walked = try await service.admin.walk("/v1/webhooks", limit: 3)

            #expect(walked.compactMap { $0["id"]?.string } == made.reversed())
        }
    }

    @Test func aListCanBeOfOneApplication() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeWebhook()
            let own = try await service.admin.makeWebhook(application: "acme")

            let byUID = try await service.admin.get("/v1/webhooks?application=acme")
            let byID = try await service.admin.get("/v1/webhooks?application=\(application)")
            let unknown = try await service.admin.get("/v1/webhooks?application=nobody")

            #expect(byUID.items.map { $0["id"]?.string } == [own])
            #expect(byID.items.map { $0["id"]?.string } == [own])
            #expect(unknown.status == 422)
            #expect(unknown.code == "unknown_application")
        }
    }

    @Test func aReaderIsShownNeitherSecretsNorTheValuesOfHeaders() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(id)", ["headers": ["Authorization": "Basic eDp5"]])
            let reader = try await service.newClient("reader")

            let shown = try await reader.get("/v1/webhooks/\(id)")
            let listed = try await reader.get("/v1/webhooks")
            let secret = try await reader.get("/v1/webhooks/\(id)/secret")

            #expect(shown["headers"] == ["Authorization": "•••"])
            #expect(!shown.text.contains("eDp5") && !listed.text.contains("eDp5"))
            #expect(secret.status == 403)
        }
    }

    // MARK: Sums

    @Test func statsSumUpTheAttempts() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            _ = try await service.admin.makeDelivery()

            let stats = try await service.admin.get("/v1/webhooks/\(id)/stats?window=7d")

            #expect(stats.status == 200)
            #expect(stats["webhook"]?.string == id)
            #expect(stats["backlog"] == 0)
            #expect(
                stats.members == [
                    "webhook", "since", "attempts", "succeeded", "failed", "success_rate", "latency_ms", "backlog",
                    "health", "breaker", "listening", "in_flight", "allowance", "paced_until", "order",
                ])
        }
    }
}
