import MartletCore
import Testing

@Suite struct WebhookFilterTests {
    @Test func aFilterIsShownAsItWasGivenAndTakenBackWithNull() async throws {
        try await TestService.with { service in
            let filter: JSONValue = [
                "data.amount": ["gte": .number("1.50e2")], "any": [["data.a": "x"], ["not": ["data.b": nil]]],
            ]

            let made = try await service.admin.post(
                "/v1/webhooks", ["url": "https://example.com/", "events": ["*"], "filter": filter])
            let id = try made.string("id")
            let shown = try await service.admin.get("/v1/webhooks/\(id)")
            let untouched = try await service.admin.patch("/v1/webhooks/\(id)", ["timeout": "3s"])
            let changed = try await service.admin.patch("/v1/webhooks/\(id)", ["filter": ["data.a": 1]])
            let without = try await service.admin.patch("/v1/webhooks/\(id)", ["filter": nil])

            #expect(made["filter"] == filter)
            #expect(shown["filter"] == filter)
            #expect(untouched["filter"] == filter)
            #expect(changed["filter"] == ["data.a": 1])
            #expect(without["filter"] == .null)
        }
    }

    @Test func everyMistakeOfAFilterIsNamedByItsPlace() async throws {
        try await TestService.with { service in
            let refused = try await service.admin.post(
                "/v1/webhooks",
                [
                    "url": "https://example.com/", "events": ["*"],
                    "filter": ["amount": 1, "data.a": ["gte": true, "like": "x"], "any": [["data.b": [1]]]],
                ])

            #expect(refused.status == 422)
            #expect(refused.code == "invalid_request")
            #expect(
                Set(refused.culprits) == [
                    "filter.amount", #"filter["data.a"].gte"#, #"filter["data.a"].like"#,
                    #"filter.any[0]["data.b"]"#,
                ])
        }
    }

    @Test func explainTellsOfTheConditionThatFailedAtThePublishAndLater() async throws {
        try await TestService.with { service in
            let made = try await service.admin.post(
                "/v1/webhooks",
                ["url": "https://example.com/", "events": ["*"], "filter": ["data.number": ["gt": 5]]])
            let webhook = try made.string("id")

            let published = try await service.admin.post(
                "/v1/events?explain=true", ["type": "a.b", "data": ["number": 1]])
            let shown = try await service.admin.get("/v1/events/\(published.string("id"))?explain=true")
            let reaching = try await service.admin.post("/v1/events", ["type": "a.b", "data": ["number": 6]])

            #expect(published["delivery_count"] == 0)
            #expect(
                published["unmatched"] == [
                    [
                        "webhook": .string(webhook),
                        "reason": "Its filter does not want it: data.number is 1, and has to be more than 5.",
                        "filter": ["condition": #"filter["data.number"].gt"#, "found": "1"],
                    ]
                ])
            #expect(shown["unmatched"] == published["unmatched"])
            #expect(reaching["deliveries"]?[0]?["webhook"]?.string == webhook)
        }
    }

    @Test func aBatchIsJudgedEventByEvent() async throws {
        try await TestService.with { service in
            _ = try await service.admin.post(
                "/v1/webhooks",
                ["url": "https://example.com/", "events": ["*"], "filter": ["data.tags[*]": ["in": ["vip", "new"]]]])
            let lines = #"""
                {"type":"a.b","data":{"tags":["old","new"]}}
                {"type":"a.b","data":{"tags":["old"]}}
                {"type":"a.b","data":{"tags":"vip"}}
                """#

            let answer = try await service.admin.send(
                "POST", "/v1/events/batch", Array(lines.utf8), headers: [("Content-Type", "application/x-ndjson")])

            #expect(answer["results"]?.array?.map { $0["delivery_count"]?.integer } == [1, 0, 0])
        }
    }

    @Test func anApplicationLearnsWhyItsOwnWebhookDidNotGetAnEvent() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeWebhook()
            let client = try await service.newClient("application", application: application)
            let own = try await client.post(
                "/v1/webhooks",
                ["url": "https://example.com/", "events": ["*"], "filter": ["data.number": 2]]
            ).string("id")
            let event = try await service.admin.publish(application: "acme").string("id")

            let shown = try await client.get("/v1/events/\(event)?explain=true")

            #expect(shown["unmatched"]?.array?.map { $0["webhook"]?.string } == [own])
            #expect(shown["unmatched"]?[0]?["filter"]?["found"] == "1")
        }
    }

    @Test func aTestEventIsSentWhateverTheFilter() async throws {
        try await TestService.with { service in
            let id = try await service.admin.post(
                "/v1/webhooks", ["url": "https://example.com/", "events": ["*"], "filter": ["data.number": 2]]
            ).string("id")

            let tested = try await service.admin.post(
                "/v1/webhooks/\(id)/test", ["type": "a.b", "data": ["number": 1]])

            #expect(tested.status == 200)
        }
    }
}
