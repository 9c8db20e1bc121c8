import MartletCore
import Testing

/// How an order, and what blocks it, is shown.
@Suite struct OrderRoutesTests {
    /// A webhook that gets its events in order.
    private func makeOrderedWebhook(_ service: TestService) async throws -> String {
        let answer = try await service.admin.post(
            "/v1/webhooks",
            [
                "url": "https://example.com/webhook", "events": ["*"], "ordered": true,
                // However slow the machine is, the next attempt is not made meanwhile.
                "retry": ["delays": ["1h"]],
            ])
        return try answer.string("id")
    }

    private func publish(_ key: String?, _ service: TestService) async throws -> String {
        var body: [JSONValue.Member] = [.init("type", "property.created"), .init("data", ["n": 1])]
        if let key { body.append(.init("ordering_key", .string(key))) }
        let answer = try await service.admin.post("/v1/events", .object(body))
        return try #require(answer["deliveries"]?[0]?["id"]?.string)
    }

    @Test func aDeliveryThatWaitsNamesTheOneAheadAndCancellingThatSkipsIt() async throws {
        try await TestService.with { service in
            let webhook = try await makeOrderedWebhook(service)
            service.sender.status = 500
            let head = try await publish("customer-1", service)
            await service.sender.hasSent(1)
            try await service.admin.hasSettled(head)
            let second = try await publish("customer-1", service)

            let blocked = try await service.admin.get("/v1/deliveries/\(second)")
            let first = try await service.admin.get("/v1/deliveries/\(head)")
            let stats = try await service.admin.get("/v1/webhooks/\(webhook)/stats")
            let skipped = try await service.admin.post("/v1/deliveries/\(head)/cancel")
            let after = try await service.admin.get("/v1/deliveries/\(second)")
            let statsAfter = try await service.admin.get("/v1/webhooks/\(webhook)/stats")

            #expect(blocked["blocked_by"]?.string == head)
            #expect(blocked["ordering_key"] == "customer-1")
            #expect(first["blocked_by"] == .null)
            #expect(first["ordering_key"] == "customer-1")
            let told = try #require(stats["order"]?["blocked"]?.array)
            #expect(told.count == 1)
            #expect(
                told.first?.object?.map(\.key) == [
                    "ordering_key", "delivery", "attempts", "next_attempt_at", "waiting",
                ])
            #expect(told.first?["ordering_key"] == "customer-1")
            #expect(told.first?["delivery"]?.string == head)
            #expect(told.first?["attempts"] == 1)
            #expect(told.first?["next_attempt_at"] == first["next_attempt_at"])
            #expect(told.first?["waiting"] == 1)
            #expect(skipped.status == 200)
            #expect(skipped["ordering_key"] == "customer-1")
            #expect(after["blocked_by"] == .null)
            #expect(statsAfter["order"]?["blocked"]?.array?.contains { $0["delivery"]?.string == head } == false)
        }
    }

    @Test func withoutAnOrderThereIsNothingToShowOfOne() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            let id = try await publish("customer-1", service)

            let shown = try await service.admin.get("/v1/deliveries/\(id)")
            let stats = try await service.admin.get("/v1/webhooks/\(webhook)/stats")

            #expect(shown["ordering_key"] == .null)
            #expect(shown["blocked_by"] == .null)
            #expect(stats["order"] == .null)
        }
    }

    @Test func anEventWithoutAKeyGoesOutInTheOrderOfTheEmptyOne() async throws {
        try await TestService.with { service in
            let webhook = try await makeOrderedWebhook(service)
            let id = try await publish(nil, service)

            let shown = try await service.admin.get("/v1/deliveries/\(id)")
            let stats = try await service.admin.get("/v1/webhooks/\(webhook)/stats")

            #expect(shown["ordering_key"] == "")
            #expect(stats["order"] == ["blocked": []])
        }
    }
}
