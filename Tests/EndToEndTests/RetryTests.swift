import Foundation
import Testing

/// What becomes of a delivery that is not acknowledged.
@Suite struct RetryTests {
    @Test func aFailedDeliveryIsRetriedByItsWebhooksOwnDelaysAndCanBeReplayed() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let sink = try await stage.sink(["--fail-first", "2"])
            _ = try await martlet.api.register(sink.url, ["retry": ["delays": ["1s", "1s", "1s"]]])

            let event = try await martlet.api.publish("order.created")
            let delivery = try await martlet.api.settled(#require(event["deliveries"][0]["id"].string))

            #expect(delivery["status"] == "succeeded")
            let attempts = delivery["attempts"].elements
            #expect(attempts.map(\.["outcome"].string) == ["failed", "failed", "succeeded"])
            #expect(attempts.map(\.["response"]["status"].integer) == [500, 500, 200])
            #expect(attempts.map(\.["number"].integer) == [1, 2, 3])
            let starts = try attempts.map { try instant($0["started_at"]) }
            #expect(starts[1] - starts[0] >= 1 && starts[2] - starts[1] >= 1)

            let id = try #require(event["id"].string)
            let replay = try await martlet.api.post("/v1/events/\(id)/replay", expecting: 202)
            #expect(replay["delivery_count"] == 1)
            let replayed = try await martlet.api.settled(#require(replay["deliveries"][0]["id"].string))
            #expect(replayed["status"] == "succeeded" && replayed["cause"] == "replay")
            #expect(replayed["id"] != delivery["id"])
            let records = try await sink.records(4)
            #expect(records.map(\.["id"].string) == [id, id, id, id])
        }
    }

    @Test func aDeliveryWhoseScheduleRanOutFailsAndCanBeRetriedByHand() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            try capture.answer(503)
            let webhook = try await martlet.api.register(capture.url(), ["retry": ["delays": ["1s"]]])

            let event = try await martlet.api.publish("order.created")
            let id = try #require(event["deliveries"][0]["id"].string)
            let failed = try await martlet.api.settled(id)

            #expect(failed["status"] == "failed" && failed["reason"]["code"] == "exhausted")
            #expect(failed["attempt_count"] == 2)

            try capture.answer(204)
            let accepted = try await martlet.api.post("/v1/deliveries/\(id)/retry", expecting: 202)
            #expect(accepted["id"].string == id)
            let delivered = try await martlet.api.delivery(id, "succeeds") { $0["status"] == "succeeded" }
            #expect(delivered["attempts"].elements.map(\.["response"]["status"].integer) == [503, 503, 204])
            #expect(try await martlet.api.get(webhook.path)["active"] == true)
            let bodies = try await capture.requests(3).map(\.body)
            #expect(Set(bodies).count == 1)
        }
    }

    @Test func aRestartKeepsTheTimesOfRetries() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            try capture.answer(500)
            _ = try await martlet.api.register(capture.url("/far"), ["retry": ["delays": ["1h"]]])
            _ = try await martlet.api.register(capture.url("/near"), ["retry": ["delays": ["3s"]]])
            let event = try await martlet.api.publish("order.created")
            var before: [JSON] = []
            for told in event["deliveries"].elements {
                before.append(
                    try await martlet.api.delivery(#require(told["id"].string), "waits for its retry") {
                        $0["status"] == "scheduled" && $0["attempt_count"] == 1
                    })
            }

            try capture.answer(200)
            try await martlet.kill()
            try await martlet.restart()

            var retried = 0
            for delivery in before {
                let id = try #require(delivery["id"].string)
                let path = try #require(delivery["attempts"][0]["request"]["url"].string)
                if path.hasSuffix("/far") {
                    let after = try await martlet.api.delivery(id)
                    #expect(after["next_attempt_at"] == delivery["next_attempt_at"])
                    #expect(after["status"] == "scheduled" && after["attempt_count"] == 1)
                } else {
                    let after = try await martlet.api.settled(id)
                    #expect(after["status"] == "succeeded" && after["attempt_count"] == 2)
                    #expect(try instant(after["attempts"][1]["started_at"]) >= instant(delivery["next_attempt_at"]))
                    retried += 1
                }
            }
            #expect(retried == 1 && before.count == 2)
        }
    }

    @Test func aWaitingDeliveryCanBeCancelled() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            try capture.answer(500)
            _ = try await martlet.api.register(capture.url(), ["retry": ["delays": ["1h"]]])
            let event = try await martlet.api.publish("order.created")
            let id = try #require(event["deliveries"][0]["id"].string)
            _ = try await martlet.api.delivery(id, "waits for its retry") { $0["attempt_count"] == 1 }

            let cancelled = try await martlet.api.post("/v1/deliveries/\(id)/cancel")

            #expect(cancelled["status"] == "cancelled" && cancelled["reason"]["code"] == "requested")
            #expect(try await martlet.api.delivery(id)["next_attempt_at"].isNull)
            _ = try await martlet.api.post("/v1/deliveries/\(id)/cancel", expecting: 409)
        }
    }

    @Test func deliveriesOfAnInactiveWebhookAreHeldUntilItIsActiveAgain() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            try capture.answer(500)
            let delays: JSON = .array(Array(repeating: "1s", count: 50))
            let webhook = try await martlet.api.register(capture.url(), ["retry": ["delays": delays]])
            let event = try await martlet.api.publish("order.created")
            let id = try #require(event["deliveries"][0]["id"].string)
            _ = try await martlet.api.delivery(id, "is attempted") { ($0["attempt_count"].integer ?? 0) >= 1 }

            let paused = try await martlet.api.patch(webhook.path, ["active": false])
            let held = try await martlet.api.delivery(id, "is held") { $0["status"] == "held" }
            let meanwhile = try await martlet.api.publish("order.created")
            try await martlet.kill()
            try await martlet.restart()
            let stillHeld = try await martlet.api.delivery(id)
            try capture.answer(200)
            _ = try await martlet.api.patch(webhook.path, ["active": true])
            let released = try await martlet.api.settled(id)

            #expect(paused["active"] == false && paused["inactive_reason"] == "paused")
            #expect(held["reason"]["code"] == "held")
            #expect(meanwhile["delivery_count"] == 0)
            #expect(meanwhile["warnings"].elements.contains { $0["code"] == "no_deliveries" })
            #expect(stillHeld["status"] == "held" && stillHeld["attempt_count"] == held["attempt_count"])
            #expect(released["status"] == "succeeded")
            #expect(released["attempt_count"].integer == held["attempt_count"].integer.map { $0 + 1 })
        }
    }

    /// Seconds since 1970 of an instant as the API writes it.
    private func instant(_ json: JSON) throws -> Double {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try style.parse(#require(json.string)).timeIntervalSince1970
    }
}
