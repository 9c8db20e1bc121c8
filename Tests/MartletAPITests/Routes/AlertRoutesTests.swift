import MartletCore
import MartletService
import MartletStore
import Testing

@Suite struct AlertRoutesTests {
    @Test func aNameAndARuleAreEnough() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/alerts", ["name": "Webhooks fail", "rule": ["type": "consecutive_failures"]])

            let id = try made.string("id")
            #expect(made.status == 201)
            #expect(made.raw.header("location") == "/v1/alerts/\(id)")
            #expect(
                made.members == [
                    "id", "name", "rule", "application", "webhook", "active", "emails", "tell_webhooks", "clears_after",
                    "state", "firing_since", "well_since", "incident", "looked_at", "value", "value_text", "culprits",
                    "culprit_count", "created_at", "updated_at",
                ])
            #expect(made["rule"] == ["type": "consecutive_failures", "failures": 10])
            #expect(made["state"] == "ok")
            #expect(made["clears_after"] == "5m")
            #expect(try await service.admin.get("/v1/alerts/\(id)").text == made.text)
            #expect(try await service.admin.get("/v1/alerts").items.count == 1)
        }
    }

    @Test(arguments: [
        #"{"type":"consecutive_failures","failures":3}"#,
        #"{"type":"success_rate","below":0.5,"window":"2h","attempts":7}"#, #"{"type":"oldest_waiting","age":"90s"}"#,
        #"{"type":"endpoint_disabled"}"#, #"{"type":"source_refusing","window":"1h"}"#,
    ]) func everyRuleComesBackAsItWasGiven(rule: String) async throws {
        try await TestService.with { service in
            let rule = try JSONValue(parsing: Array(rule.utf8))

            let made = try await service.admin.post("/v1/alerts", .object([.init("name", "A"), .init("rule", rule)]))

            #expect(made.status == 201)
            #expect(made["rule"]?.bytes == rule.bytes)
        }
    }

    @Test func itIsChangedNarrowedAndDeleted() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            let webhook = try await service.admin.makeWebhook(application: "acme")
            let id = try await service.admin.post(
                "/v1/alerts", ["name": "A", "rule": ["type": "endpoint_disabled"], "application": "acme"]
            ).string("id")
            let path = "/v1/alerts/\(id)"

            let narrowed = try await service.admin.patch(path, ["webhook": .string(webhook), "application": nil])
            let off = try await service.admin.patch(path, ["active": false, "webhook": nil, "tell_webhooks": false])
            let deleted = try await service.admin.delete(path)

            #expect(narrowed.status == 200)
            #expect(narrowed["webhook"]?.string == webhook)
            #expect(narrowed["application"]?.isNull == true)
            #expect(off["state"] == "off")
            #expect(off["webhook"]?.isNull == true)
            #expect(deleted.status == 204)
            #expect(try await service.admin.get(path).status == 404)
            #expect(application.hasPrefix("app_"))
        }
    }

    @Test func whatItFiredForIsListed() async throws {
        try await TestService.with { service in
            let webhook = try #require(EndpointID(try await service.admin.makeWebhook()))
            let id = try await service.admin.post(
                "/v1/alerts", ["name": "A", "rule": ["type": "consecutive_failures", "failures": 2]]
            ).string("id")
            let environment = try #require(service.context.directory.environment(named: "sandbox"))
            try await service.context.store.putHealth([
                EndpointHealth(endpoint: webhook, environment: environment.id, failingSince: service.now, failures: 2)
            ])

            try await AlertKeeper(service.context).look()

            let firing = try await service.admin.get("/v1/alerts/\(id)")
            let incidents = try await service.admin.get("/v1/incidents?alert=\(id)")
            let incident = try #require(incidents.items.first)
            #expect(firing["state"] == "firing")
            #expect(firing["culprits"] == [.string(webhook.description)])
            #expect(firing["value_text"] == "2 in a row")
            #expect(incidents.items.count == 1)
            #expect(incident["id"] == firing["incident"])
            #expect(incident["until"]?.isNull == true)
            #expect(try await service.foreigner.get("/v1/incidents").items.isEmpty)
            #expect(try await service.admin.get("/v1/incidents?since=2999-01-01T00:00:00Z").items.isEmpty)
        }
    }

    @Test func aTestSaysWhoWasTold() async throws {
        try await TestService.with { service in
            let id = try await service.admin.post(
                "/v1/alerts", ["name": "A", "rule": ["type": "endpoint_disabled"]]
            ).string("id")
            _ = try await service.admin.post(
                "/v1/webhooks",
                ["url": "https://example.com/", "events": ["alert.test"], "application": "@operations"])

            let trial = try await service.admin.post("/v1/alerts/\(id)/test", [:])

            #expect(trial.status == 200)
            #expect(trial["webhooks"] == 1)
            #expect(trial["emails"] == [])
        }
    }
}
