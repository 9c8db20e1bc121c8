import Foundation
import Testing

/// Publishing once, twice and many at a time.
@Suite struct PublishingTests {
    @Test func aRepeatedPublicationIsOneEvent() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            let webhook = try await martlet.api.register(capture.url())
            let key = [(name: "Idempotency-Key", value: "order-17-created")]

            let first = try await martlet.api.publish("order.created", ["n": 1], headers: key)
            let again = try await martlet.api.publish("order.created", ["n": 1], headers: key)
            let event: JSON = ["type": "order.created", "data": ["n": 2]]
            let reused = try await martlet.api.post("/v1/events", event, headers: key, expecting: 409)
            try await martlet.kill()
            try await martlet.restart()
            let afterwards = try await martlet.api.publish("order.created", ["n": 1], headers: key)
            let chosen = try await martlet.api.publish("order.created", ["n": 3], ["id": "order-18"])
            let chosenAgain = try await martlet.api.publish("order.created", ["n": 3], ["id": "order-18"])
            let other = event.with(["id": "order-18"])
            let taken = try await martlet.api.post("/v1/events", other, expecting: 409)

            #expect(again["id"] == first["id"] && afterwards["id"] == first["id"])
            #expect(again["deliveries"] == first["deliveries"])
            #expect(reused["code"] == "idempotency_key_reused")
            #expect(chosen["id"] == "order-18" && chosenAgain["deliveries"] == chosen["deliveries"])
            #expect(taken["code"] == "event_id_taken")
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)
            #expect(deliveries.count == 2)
            let arrived = try capture.requests().map { $0["webhook-id"] }
            #expect(Set(arrived) == [first["id"].string, "order-18"])
        }
    }

    @Test(arguments: ["application/json", "application/x-ndjson"])
    func aBatchIsAcceptedOrRefusedEventByEvent(type: String) async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            _ = try await martlet.api.register(capture.url())
            var events = (0..<100).map { #"{"type":"order.created","data":{"n":\#($0)}}"# }
            events[40] = #"{"type":"order.created","data":{"n":12345678901234567890}}"#
            events[41] = #"{"type":"order.created","data":{"n":41},"surprise":true}"#
            let isArray = type == "application/json"
            let body = isArray ? "[\(events.joined(separator: ","))]" : events.joined(separator: "\n")

            let request = martlet.api.request("POST", "/v1/events/batch", body: body, type: type)
            let answer = try await martlet.api.answer(to: request, expecting: 202)

            #expect(answer["accepted"] == 98 && answer["refused"] == 2)
            let results = answer["results"].elements
            #expect(results.map(\.["index"].integer) == Array(0..<100))
            #expect(results.indices.filter { results[$0]["status"] != 202 } == [40, 41])
            #expect(results[40]["errors"][0]["field"].string?.contains("n") == true)
            let requests = try await capture.requests(98)
            #expect(Set(requests.map { $0["webhook-id"] }) == Set(results.compactMap(\.["id"].string)))
            let numbers = try requests.map { try JSON(parsing: $0.body)["data"]["n"].integer }
            #expect(numbers.compactMap { $0 }.sorted() == (0..<100).filter { ![40, 41].contains($0) })
        }
    }

    @Test func anEventForLaterIsNotSentBefore() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            _ = try await martlet.api.register(capture.url())
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let due = Date.now.addingTimeInterval(2)

            let event = try await martlet.api.publish(
                "order.created", ["n": 1], ["deliver_at": .string(due.formatted(style))])
            let delivery = try await martlet.api.settled(#require(event["deliveries"][0]["id"].string))

            #expect(delivery["status"] == "succeeded")
            let started = try style.parse(#require(delivery["attempts"][0]["started_at"].string))
            #expect(started.timeIntervalSince1970 >= due.timeIntervalSince1970 - 0.001)
        }
    }
}
