import MartletCore
import Testing

@Suite struct DeliveryRoutesTests {
    @Test func aDeliveryIsShownWithItsAttempts() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook(url: "https://example.com/hook")
            let id = try await service.admin.makeDelivery()

            let shown = try await service.admin.get("/v1/deliveries/\(id)")

            #expect(shown.status == 200)
            #expect(
                shown.members == [
                    "id", "event", "webhook", "application", "status", "cause", "ordering_key", "attempt_count",
                    "created_at", "first_attempt_at", "next_attempt_at", "completed_at", "reason", "event_type",
                    "blocked_by", "attempts",
                ])
            #expect(shown["webhook"]?.string == webhook)
            #expect(shown["status"] == "succeeded")
            #expect(shown["cause"] == "publish")
            #expect(shown["event_type"] == "property.created")
            let attempt = try #require(shown["attempts"]?[0])
            #expect(
                attempt.object?.map(\.key) == [
                    "id", "number", "started_at", "outcome", "reason", "request", "response", "error", "address",
                    "timing_ms",
                ])
            #expect(attempt["number"] == 1)
            #expect(attempt["request"]?["method"] == "POST")
            #expect(attempt["request"]?["body"]?.string == service.sender.bodies.first)
            #expect(attempt["response"]?["body"] == "ok")
            #expect(attempt["address"] == "127.0.0.1")
            #expect(
                attempt["timing_ms"] == [
                    "resolve": nil, "connect": .number("0.1"), "tls": nil, "first_byte": .number("0.2"),
                    "total": .number("0.3"),
                ])
        }
    }

    @Test func aFailedDeliveryIsRetriedByHandAndTheNextAttemptIsMadeNow() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            service.sender.status = 500
            let id = try await service.admin.makeDelivery()
            let before = try await service.admin.get("/v1/deliveries/\(id)")
            service.sender.status = 200

            let retried = try await service.admin.post("/v1/deliveries/\(id)/retry")
            await service.sender.hasSent(2)
            try await service.admin.hasSettled(id)
            let after = try await service.admin.get("/v1/deliveries/\(id)")

            #expect(before["status"] == "scheduled")
            #expect(before["attempts"]?[0]?["reason"]?.string?.contains("500") ?? false)
            #expect(retried.status == 202)
            #expect(after["status"] == "succeeded")
            #expect(after["attempts"]?.array?.map { $0["number"] } == [1, 2])
        }
    }

    @Test func aScheduledDeliveryIsCancelledForGood() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            service.sender.status = 500
            let id = try await service.admin.makeDelivery()

            let cancelled = try await service.admin.post("/v1/deliveries/\(id)/cancel")
            let again = try await service.admin.post("/v1/deliveries/\(id)/cancel")
            let retried = try await service.admin.post("/v1/deliveries/\(id)/retry")

            #expect(cancelled.status == 200)
            #expect(cancelled["status"] == "cancelled")
            #expect(cancelled["reason"]?["code"] == "requested")
            #expect(again.status == 409)
            #expect(again.code == "delivery_cancelled")
            #expect(retried.code == "delivery_cancelled")
        }
    }

    @Test func whatIsUnderWayOrDoneIsNotRetried() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            service.sender.hold()
            let published = try await service.admin.publish()
            let id = try #require(published["deliveries"]?[0]?["id"]?.string)
            await service.sender.hasSent(1)

            let underWay = try await service.admin.get("/v1/deliveries/\(id)")
            let early = try await service.admin.post("/v1/deliveries/\(id)/retry")
            service.sender.release()
            try await service.admin.hasSettled(id)
            let late = try await service.admin.post("/v1/deliveries/\(id)/retry")

            #expect(underWay["status"] == "in_flight")
            #expect(early.status == 409)
            #expect(early.code == "delivery_in_flight")
            #expect(late.status == 409)
            #expect(late.code == "delivery_succeeded")
        }
    }

    @Test func cancellingLetsAnAttemptUnderWayFinishAndRecordsIt() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            service.sender.hold()
            let published = try await service.admin.publish()
            let id = try #require(published["deliveries"]?[0]?["id"]?.string)
            await service.sender.hasSent(1)

            let cancelled = try await service.admin.post("/v1/deliveries/\(id)/cancel")
            service.sender.release()
            try await service.admin.hasSettled(id)
            let after = try await service.admin.get("/v1/deliveries/\(id)")

            #expect(cancelled.status == 200)
            #expect(after["status"] == "cancelled")
            #expect(after["attempts"]?.array?.count == 1)
        }
    }

    @Test func whatHasNowhereToGoIsNotRetried() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            service.sender.status = 410
            let id = try await service.admin.makeDelivery()
            _ = try await service.admin.delete("/v1/webhooks/\(webhook)")

            let refused = try await service.admin.post("/v1/deliveries/\(id)/retry")

            #expect(refused.status == 409)
            #expect(refused.code == "webhook_deleted")
        }
    }

    @Test func whatWaitsForAnInactiveWebhookIsHeld() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            service.sender.status = 500
            let id = try await service.admin.makeDelivery()
            _ = try await service.admin.patch("/v1/webhooks/\(webhook)", ["active": false])

            let shown = try await service.admin.get("/v1/deliveries/\(id)")
            let retried = try await service.admin.post("/v1/deliveries/\(id)/retry")

            #expect(shown["status"] == "held")
            #expect(shown["reason"]?["code"] == "held")
            #expect(retried.status == 409)
            #expect(retried.code == "delivery_held")
        }
    }

    @Test func aListIsNarrowedAndWalkedToItsEnd() async throws {
        try await TestService.with { service in
            let admin = service.admin
            _ = try await admin.makeApplication(uid: "acme")
            let all = try await admin.makeWebhook()
            let own = try await admin.makeWebhook(application: "acme")
            var events: [String] = []
            for _ in 0..<4 { events.append(try await admin.publish().string("id")) }
            await service.sender.hasSent(8)
            func webhooks(_ query: String) async throws -> [String?] {
                let answer = try await admin.get("/v1/deliveries?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return answer.items.map { $0["webhook"]?.string }
            }

            let walked = try await admin.walk("/v1/deliveries", limit: 3)

            #expect(Set(walked.compactMap { $0["id"]?.string }).count == 8)
            #expect(walked.count == 8)
            let ids = walked.compactMap { $0["id"]?.string }
            #expect(ids == ids.sorted(by: >))
            #expect(try await webhooks("webhook=\(all)") == Array(repeating: all, count: 4))
            #expect(try await webhooks("application=acme") == Array(repeating: own, count: 4))
            #expect(Set(try await webhooks("event=\(events[0])")) == [all, own])
            #expect(try await webhooks("event=nobody") == [])
            #expect(try await webhooks("status=cancelled") == [])
            #expect(try await webhooks("until=2020-01-01T00:00:00Z") == [])
        }
    }
}
