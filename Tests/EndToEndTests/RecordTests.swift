import Foundation
import Testing

/// What the API tells of what was sent, and whom it tells.
@Suite struct RecordTests {
    @Test func aDeliveryShowsTheRequestAsSentAndTheResponseAsReceived() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            _ = try await martlet.api.register(
                capture.url("/hook?a=1"), ["headers": ["X-Tenant": "t1"], "events": ["order.*"]])

            let event = try await martlet.api.publish("order.created", ["text": "Zürich ✓", "n": .number("1.50")])
            let delivery = try await martlet.api.settled(#require(event["deliveries"][0]["id"].string))

            let sent = try await capture.requests(1)[0]
            let attempt = delivery["attempts"][0]
            #expect(delivery["event"] == event["id"] && delivery["event_type"] == "order.created")
            #expect(attempt["request"]["method"] == "POST")
            #expect(attempt["request"]["url"].string == capture.url("/hook?a=1"))
            #expect(attempt["request"]["body"].string == String(decoding: sent.body, as: UTF8.self))
            for name in ["content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"] {
                #expect(sent[name] != nil && attempt["request"].header(name) == sent[name])
            }
            // The owner's own headers may be credentials: their values are sent and not recorded.
            #expect(sent["x-tenant"] == "t1" && attempt["request"].header("x-tenant") == "•••")
            #expect(sent["content-type"] == "application/json")
            #expect(sent["user-agent"]?.hasPrefix("Martlet/") == true)
            #expect(sent["webhook-id"] == event["id"].string)
            let body = try JSON(parsing: sent.body)
            #expect(body["data"].text == #"{"text":"Zürich ✓","n":1.5}"#)
            #expect(body["id"] == event["id"] && body["created"] == event["created"])

            #expect(attempt["outcome"] == "succeeded" && attempt["error"].isNull)
            #expect(attempt["response"]["status"] == 200 && attempt["response"]["body"] == "captured\n")
            #expect(attempt["response"].header("content-type") == "text/plain")
            #expect(attempt["response"]["truncated"] == false)
            #expect(attempt["reason"].string?.contains("200") == true)
            #expect(attempt["address"].string?.hasPrefix("127.0.0.1") == true)
            let timing = attempt["timing_ms"]
            let firstByte = try #require(timing["first_byte"].double)
            #expect(firstByte >= 0)
            #expect(try #require(timing["total"].double) >= firstByte)
            #expect(timing["tls"].isNull)
        }
    }

    @Test func aTestEventAnswersWithItsAttempt() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "real-estate")
            let capture = try await stage.capture()
            let webhook = try await martlet.api.register(capture.url("/"), ["events": ["property.created"]])

            let example = try await martlet.api.post("\(webhook.path)/test", ["type": "property.created"])
            let own = try await martlet.api.post(
                "\(webhook.path)/test", ["type": "anything.else", "data": ["mine": true]])

            for tested in [example, own] {
                #expect(tested["attempt"]["outcome"] == "succeeded")
                #expect(tested["attempt"]["response"]["status"] == 200)
                #expect(tested["delivery"]["cause"] == "test" && tested["delivery"]["status"] == "succeeded")
            }
            let bodies = try await capture.requests(2).map { try JSON(parsing: $0.body) }
            let catalogued = try await martlet.api.get("/v1/event-types/property.created")["example"]
            #expect(bodies[0]["data"] == catalogued)
            #expect(bodies[1]["data"] == ["mine": true])
            #expect(bodies.map(\.["id"]) == [example["event"], own["event"]])
        }
    }

    @Test func anotherApplicationsKeySeesNothing() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            try capture.answer(500)
            let (ours, theirs) = (try await tenant("ours", martlet), try await tenant("theirs", martlet))
            let webhook = try await ours.register(capture.url())

            let event = try await martlet.api.publish("order.created", ["secret": "plans"], ["application": "ours"])
            let eventID = try #require(event["id"].string)
            let deliveryID = try #require(event["deliveries"][0]["id"].string)
            _ = try await ours.delivery(deliveryID, "is attempted") { $0["attempt_count"] == 1 }

            let strangers = [theirs, martlet.api(key: martlet.keys.live)]
            for stranger in strangers {
                for path in [
                    "/v1/events/\(eventID)", "/v1/deliveries/\(deliveryID)", webhook.path, "\(webhook.path)/secret",
                    "\(webhook.path)/stats",
                ] {
                    _ = try await stranger.get(path, expecting: 404)
                }
                for path in [
                    "/v1/deliveries/\(deliveryID)/retry", "/v1/deliveries/\(deliveryID)/cancel",
                    "/v1/events/\(eventID)/replay", "\(webhook.path)/secret/rotate",
                ] {
                    _ = try await stranger.post(path, expecting: 404)
                }
                _ = try await stranger.post("\(webhook.path)/test", ["type": "order.created"], expecting: 404)
                _ = try await stranger.patch(webhook.path, ["active": false], expecting: 404)
                _ = try await stranger.answer(to: stranger.request("DELETE", webhook.path), expecting: 404)
                for path in ["/v1/events", "/v1/deliveries", "/v1/webhooks"] {
                    #expect(try await stranger.list(path) == [])
                }
            }
            let nobody = martlet.api(key: "mk_test_" + String(repeating: "0", count: 64))
            _ = try await nobody.get("/v1/events/\(eventID)", expecting: 401)
            #expect(try await ours.get("/v1/events/\(eventID)")["data"] == ["secret": "plans"])
            #expect(try await ours.get(webhook.path)["active"] == true)
        }
    }

    /// An application, and the API with a key of its own.
    private func tenant(_ uid: String, _ martlet: MartletServer) async throws -> API {
        _ = try await martlet.api.post("/v1/applications", ["name": .string(uid), "uid": .string(uid)], expecting: 201)
        let key = try await martlet.api.post(
            "/v1/keys", ["name": .string(uid), "role": "application", "application": .string(uid)], expecting: 201)
        return martlet.api(key: try #require(key["key"].string))
    }
}
