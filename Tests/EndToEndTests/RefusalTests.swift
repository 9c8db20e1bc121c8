import Foundation
import Testing

/// What counts as a failure, and how the API tells of it.
@Suite struct RefusalTests {
    @Test func a410EndsTheDeliveryAndDeactivatesTheWebhook() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let sink = try await stage.sink(["--status", "410"])
            let webhook = try await martlet.api.register(sink.url)

            let event = try await martlet.api.publish("order.created")
            let delivery = try await martlet.api.settled(#require(event["deliveries"][0]["id"].string))

            #expect(delivery["status"] == "failed" && delivery["reason"]["code"] == "gone")
            #expect(delivery["attempt_count"] == 1)
            try await waitUntil("the webhook is not active") {
                try await martlet.api.get(webhook.path)["active"] == false
            }
            #expect(try await martlet.api.get(webhook.path)["inactive_reason"] == "gone")
            #expect(try await martlet.api.publish("order.created")["delivery_count"] == 0)
            try await martlet.kill()
            try await martlet.restart()
            #expect(try await martlet.api.get(webhook.path)["inactive_reason"] == "gone")
            #expect(try sink.records().count == 1)
        }
    }

    @Test(arguments: [301, 302, 303, 304, 307, 308])
    func aRedirectIsAFailureAndIsNotFollowed(status: Int) async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let sink = try await stage.sink(["--status", "\(status)"])
            _ = try await martlet.api.register(sink.url, ["retry": ["delays": []]])

            let event = try await martlet.api.publish("order.created")
            let delivery = try await martlet.api.settled(#require(event["deliveries"][0]["id"].string))

            #expect(delivery["status"] == "failed")
            let attempt = delivery["attempts"][0]
            #expect(attempt["outcome"] == "failed" && attempt["response"]["status"].integer == status)
            #expect(attempt["reason"].string?.contains("redirect") == true)
            #expect(try sink.records().count == 1)
        }
    }

    @Test func onlyTheStatusesThatAWebhookNamesAcknowledge() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "getequity")
            let sink = try await stage.sink(["--status", "201"])
            let strict = try await martlet.api.register(sink.url, ["retry": ["delays": []]])
            let lenient = try await martlet.api.register(sink.url, ["success": "2xx"])
            let type = try #require(try await martlet.api.list("/v1/event-types").first?["name"].string)

            let event = try await martlet.api.publish(type)

            #expect(event["delivery_count"] == 2)
            let refused = try await martlet.api.settledDeliveries(to: strict)
            #expect(refused.map(\.["status"].string) == ["failed"])
            let detail = try await martlet.api.delivery(#require(refused[0]["id"].string))
            #expect(detail["attempts"][0]["reason"].string?.contains("only 200") == true)
            let accepted = try await martlet.api.settledDeliveries(to: lenient)
            #expect(accepted.map(\.["status"].string) == ["succeeded"])
        }
    }

    @Test func everyWayToFailIsToldApart() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let ways: [(url: String, code: String)] = [
                (try await stage.sink(["--hang"], name: "hang").url, "timeout"),
                (try await stage.sink(["--drip"], name: "drip").url, "timeout"),
                (try await stage.sink(["--reset"], name: "reset").url, "reset"),
                ("http://127.0.0.1:\(try stage.freePort())/", "refused"),
                ("http://no-such-host.invalid/", "dns"),
            ]

            for way in ways {
                let webhook = try await martlet.api.register(way.url, ["timeout": "3s"])
                let tested = try await martlet.api.post("\(webhook.path)/test", ["type": "order.created"])

                let attempt = tested["attempt"]
                #expect(attempt["outcome"] == "failed")
                #expect(attempt["error"]["code"].string?.contains(way.code) == true, "\(way.url): \(attempt.text)")
                #expect(attempt["reason"] == attempt["error"]["message"])
                #expect(tested["delivery"]["status"] == "failed" && tested["delivery"]["reason"]["code"] == "single")
            }
        }
    }

    @Test func addressesOfOnesOwnNetworkAreRefusedUnlessAllowed() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(flags: ["--no-allow-private-networks"])
            let sink = try await stage.sink()

            let refusal = try await martlet.api.post(
                "/v1/webhooks", ["url": .string(sink.url), "events": ["*"]], expecting: 422)

            #expect(refusal["errors"].elements.map(\.["field"].string) == ["url"])
            _ = try await martlet.api(key: martlet.keys.live).post(
                "/v1/webhooks", ["url": "http://example.com/", "events": ["*"]], expecting: 422)
            _ = try await martlet.api(key: martlet.keys.live).register("https://example.com/")
        }
    }
}
