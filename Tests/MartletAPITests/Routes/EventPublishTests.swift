import MartletCore
import MartletService
import Testing

@Suite struct EventPublishTests {
    @Test func aPublishedEventIsAnsweredOnceItIsDurable() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook(events: ["property.*"])

            let published = try await service.admin.post(
                "/v1/events", ["type": "property.created", "data": ["b": 1, "a": .number("2.50")]])
            let stored = try await service.admin.get("/v1/events/\(published.string("id"))")

            #expect(published.status == 202)
            #expect(
                published.members == [
                    "id", "type", "created", "application", "ordering_key", "deliver_at", "accepted_at", "test",
                    "delivery_count", "data", "deliveries", "warnings",
                ])
            #expect(try published.string("id").hasPrefix("evt_"))
            #expect(published["type"] == "property.created")
            #expect(published["application"] == .null)
            #expect(published["delivery_count"] == 1)
            #expect(published["deliveries"]?[0]?["webhook"]?.string == webhook)
            #expect(published["deliveries"]?[0]?["id"]?.string?.hasPrefix("dlv_") ?? false)
            #expect(published["data"] == ["b": 1, "a": .number("2.5")])
            #expect(stored["data"] == published["data"])
            #expect(stored["deliveries"]?[0]?["id"] == published["deliveries"]?[0]?["id"])
        }
    }

    @Test func whatIsSentIsTheEventInItsFourFields() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()

            let published = try await service.admin.post(
                "/v1/events",
                [
                    "type": "property.created", "data": ["n": 1], "id": "order:42",
                    "created": "2023-06-15T12:30:00+02:00",
                    "ordering_key": "42",
                ])
            await service.sender.hasSent(1)

            #expect(published["id"] == "order:42")
            #expect(published["created"] == "2023-06-15T10:30:00.000Z")
            #expect(published["ordering_key"] == "42")
            #expect(
                service.sender.bodies == [
                    #"{"id":"order:42","type":"property.created","created":"2023-06-15T10:30:00Z","data":{"n":1}}"#
                ])
        }
    }

    @Test func anApplicationsEventGoesToItsWebhooksOnly() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeWebhook()
            let own = try await service.admin.makeWebhook(application: "acme")

            let byUID = try await service.admin.publish(application: "acme")
            let byID = try await service.admin.publish(application: application)
            let toAll = try await service.admin.publish()

            #expect(byUID["application"]?.string == application)
            #expect(byUID["deliveries"]?.array?.map { $0["webhook"]?.string } == [own])
            #expect(byID["deliveries"]?.array?.map { $0["webhook"]?.string } == [own])
            #expect(toAll["delivery_count"] == 2)
        }
    }

    @Test func explainTellsWhyAWebhookDoesNotGetIt() async throws {
        try await TestService.with { service in
            let other = try await service.admin.makeWebhook(events: ["payment.*"])
            let paused = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(paused)", ["active": false])

            let published = try await service.admin.post(
                "/v1/events?explain=true", ["type": "property.created", "data": [:]])
            let shown = try await service.admin.get("/v1/events/\(published.string("id"))?explain=true")

            #expect(published["unmatched"]?.array?.map { $0["webhook"]?.string } == [paused, other])
            #expect(published["unmatched"]?[0]?["reason"]?.string?.contains("paused") ?? false)
            #expect(published["unmatched"]?[1]?["reason"]?.string?.contains("payment.*") ?? false)
            #expect(shown["unmatched"] == published["unmatched"])
            #expect(published["warnings"]?[0]?["code"] == "no_deliveries")
        }
    }

    @Test func whatMaySurpriseAReceiverIsWarnedOf() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()

            let published = try await service.admin.post(
                "/v1/events", ["type": "nobody.knows", "data": ["zero": .number("-0")]])

            let warnings = published["warnings"]?.array ?? []
            #expect(warnings.map { $0["code"]?.string } == ["negative_zero", "unknown_event_type"])
            #expect(warnings.map { $0["path"]?.string } == ["$.data.zero", "$.type"])
        }
    }

    @Test func theVerySameEventUnderItsChosenIdGetsItsFirstAnswer() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            let body: JSONValue = ["type": "property.created", "data": ["n": 1], "id": "order-42"]

            let first = try await service.admin.post("/v1/events", body)
            let second = try await service.admin.post("/v1/events", body)
            let other = try await service.admin.post(
                "/v1/events", ["type": "property.created", "data": ["n": 2], "id": "order-42"])
            await service.sender.hasSent(1)

            #expect(second.status == 202)
            #expect(second["deliveries"] == first["deliveries"])
            #expect(second["accepted_at"] == first["accepted_at"])
            #expect(other.status == 409)
            #expect(other.code == "event_id_taken")
            #expect(try await service.admin.get("/v1/events").items.count == 1)
        }
    }

    @Test func aChosenIdIsFreeInAnotherEnvironment() async throws {
        try await TestService.with { service in
            let here: JSONValue = ["type": "a.b", "data": ["here": true], "id": "order-42"]
            let there: JSONValue = ["type": "a.b", "data": ["here": false], "id": "order-42"]

            let first = try await service.admin.post("/v1/events", here)
            let second = try await service.foreigner.post("/v1/events", there)

            #expect(first.status == 202)
            #expect(second.status == 202)
            #expect(try await service.admin.get("/v1/events/order-42")["data"] == ["here": true])
            #expect(try await service.foreigner.get("/v1/events/order-42")["data"] == ["here": false])
        }
    }

    @Test func anEventCanWaitForItsTime() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            let later = (service.now + .seconds(3600)).rfc3339

            let published = try await service.admin.post(
                "/v1/events", ["type": "a.b", "data": [:], "deliver_at": .string(later)])
            let delivery = try #require(published["deliveries"]?[0]?["id"]?.string)
            let shown = try await service.admin.get("/v1/deliveries/\(delivery)")
            let tooFar = try await service.admin.post(
                "/v1/events", ["type": "a.b", "data": [:], "deliver_at": "2199-01-01T00:00:00Z"])

            #expect(published["deliver_at"]?.string == later)
            #expect(shown["status"] == "scheduled")
            #expect(shown["next_attempt_at"]?.string == later)
            #expect(service.sender.requests.isEmpty)
            #expect(tooFar.status == 422)
            #expect(tooFar.culprits == ["deliver_at"])
        }
    }

    @Test func nullStandsForLeftOut() async throws {
        try await TestService.with { service in
            let published = try await service.admin.post(
                "/v1/events",
                [
                    "type": "a.b", "data": [], "application": nil, "id": nil, "created": nil, "ordering_key": nil,
                    "deliver_at": nil,
                ])

            #expect(published.status == 202)
            #expect(published["data"] == [])
            #expect(try published.string("id").hasPrefix("evt_"))
        }
    }

    @Test func anEventOfTheMostBytesIsTakenAndOneMoreIsNot() async throws {
        let limits = Self.limits(eventBytes: 2000)
        try await TestService.with(limits: limits) { service in
            let envelope = #"{"id":"0","type":"a.b","created":"2023-06-15T10:30:00Z","data":{"s":""}}"#.utf8.count
            func body(_ count: Int) -> JSONValue {
                [
                    "type": "a.b", "id": "1", "created": "2023-06-15T10:30:00Z",
                    "data": ["s": .string(String(repeating: "x", count: count - envelope))],
                ]
            }

            let refused = try await service.admin.post("/v1/events", body(2001))
            let taken = try await service.admin.post("/v1/events", body(2000))

            #expect(refused.status == 413)
            #expect(refused.code == "event_too_large")
            #expect(taken.status == 202, "\(taken.text)")
        }
    }

    private static func limits(eventBytes: Int) -> ServiceLimits {
        var limits = ServiceLimits()
        limits.eventBytes = eventBytes
        return limits
    }
}
