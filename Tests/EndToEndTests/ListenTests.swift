import Foundation
import Testing

/// `martlet listen`, with a network in between that goes away.
@Suite struct ListenTests {
    /// The ids that a sink received, in their order.
    private func ids(_ sink: Sink) throws -> [String] { try sink.records().compactMap { $0["id"].string } }

    private func publish(_ count: Int, _ api: API) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            let event = try await api.publish("order.created", ["number": .string("\(number)")])
            ids.append(try #require(event["id"].string))
        }
        return ids
    }

    @Test func aCutInTheMiddleLosesNothingAndDoublesNothing() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let network = try stage.network()
            let proxy = try await network.lead(to: martlet)
            let webhook = try await martlet.api.register("listen:laptop")
            let sink = try await stage.sink(["--delay", "50ms", "--verify", webhook.secret])
            let listener = try stage.listen(network.url, key: martlet.keys.sandbox, to: sink.url + "/hook")
            try await listener.news("connected", 1)

            let before = try await publish(60, martlet.api)
            try await listener.news("forwarded", 10)
            proxy.send(SIGKILL)
            let during = try await publish(20, martlet.api)
            try await listener.news("lost", 1)
            let stranger = try await network.answer(404)
            let losses = try listener.news("lost").count
            try await listener.news("lost", losses + 1)
            await stranger.stop()
            _ = try await network.lead(to: martlet)
            try await listener.news("connected", 2)
            let after = try await publish(20, martlet.api)
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)

            let all = before + during + after
            let records = try sink.records()
            #expect(deliveries.count == all.count)
            #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 })
            #expect(records.compactMap { $0["id"].string }.sorted() == all.sorted())
            #expect(records.allSatisfy { $0["verified"] == true && $0["path"] == "/hook" })
            listener.program.send(SIGTERM)
            #expect(try await listener.program.ended() == .status(0))
        }
    }

    @Test func anAnswerOutlivesTheListenerThatCouldNotGiveIt() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let network = try stage.network()
            let proxy = try await network.lead(to: martlet)
            let webhook = try await martlet.api.register("listen:laptop")
            let sink = try await stage.sink(["--delay", "1s", "--status", "201"])
            let first = try stage.listen(network.url, key: martlet.keys.sandbox, to: sink.url)
            try await first.news("connected", 1)

            let published = try await publish(5, martlet.api)
            _ = try await sink.records(5)
            proxy.send(SIGKILL)
            try await first.news("owed", 5)
            try await first.kill()
            _ = try await network.lead(to: martlet)
            let second = try stage.listen(network.url, key: martlet.keys.sandbox, to: sink.url)
            try await second.news("recorded", 5)
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)

            #expect(try second.news("resumed").first?["count"] == 5)
            #expect(deliveries.count == 5)
            #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 })
            #expect(try ids(sink).sorted() == published.sorted())
        }
    }

    @Test func aServerThatIsKilledHandsOutNothingThatWasForwarded() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let network = try stage.network()
            let proxy = try await network.lead(to: martlet)
            let webhook = try await martlet.api.register("listen:laptop")
            let sink = try await stage.sink(["--delay", "1s"])
            let listener = try stage.listen(network.url, key: martlet.keys.sandbox, to: sink.url)
            try await listener.news("connected", 1)

            let published = try await publish(5, martlet.api)
            _ = try await sink.records(5)
            try await martlet.kill()
            proxy.send(SIGKILL)
            try await listener.news("forwarded", 5)
            try await martlet.restart()
            _ = try await network.lead(to: martlet)
            try await listener.news("recorded", 5)
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)

            #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 })
            #expect(try ids(sink).sorted() == published.sorted())
        }
    }

    @Test func whatIsPublishedWhileNobodyListensWaits() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"
            let webhook = try await martlet.api.register("listen:laptop")
            let sink = try await stage.sink()

            let published = try await publish(30, martlet.api)
            let waiting = try await martlet.api.get("\(webhook.path)/stats")
            let listener = try stage.listen(url, key: martlet.keys.sandbox, to: sink.url)
            try await listener.news("recorded", 30)
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)

            #expect(waiting["backlog"] == 30)
            #expect(waiting["listening"] == false)
            #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 })
            #expect(try ids(sink).sorted() == published.sorted())
        }
    }

    @Test func aClosedPortIsAnAttemptsFailureAndIsRetried() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"
            let port = try stage.freePort()
            let webhook = try await martlet.api.register(
                "listen:laptop", ["retry": ["delays": .array(.init(repeating: "1s", count: 50))]])
            let listener = try stage.listen(url, key: martlet.keys.sandbox, to: "http://127.0.0.1:\(port)/")
            try await listener.news("connected", 1)

            let event = try await martlet.api.publish("order.created")
            let told = try await listener.news("recorded", 1)
            let sink = try await stage.sink(port: port)
            let delivery = try await martlet.api.settled(try #require(event["deliveries"][0]["id"].string))

            #expect(told[0]["error"] == "connection_refused")
            #expect(delivery["status"] == "succeeded")
            #expect(delivery["webhook"].string == webhook.id)
            let first = delivery["attempts"].elements.first
            #expect(first?["error"]["code"] == "connection_refused")
            #expect(first?["error"]["message"].string?.contains("\(port)") == true)
            #expect(try await sink.records(1).count == 1)
        }
    }

    @Test func anotherWebhooksEventsAreHeardWithItsSecret() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"
            let deployed = try await stage.sink(name: "deployed")
            let original = try await martlet.api.register(
                deployed.url, ["events": ["order.*"], "filter": ["data.total": ["gte": 10]]])
            let sink = try await stage.sink(["--verify", original.secret])
            let listener = try stage.listen(
                url, key: martlet.keys.sandbox, to: sink.url, flags: ["--webhook", original.id])
            try await listener.news("connected", 1)

            _ = try await martlet.api.publish("order.created", ["total": 5])
            _ = try await martlet.api.publish("user.created", ["total": 20])
            let wanted = try await martlet.api.publish("order.created", ["total": 20])
            let records = try await sink.records(1)

            #expect(records.map(\.["id"].string) == [wanted["id"].string])
            #expect(records[0]["verified"] == true)
            #expect(try await deployed.records(1)[0]["id"] == wanted["id"])
        }
    }

    @Test func whatCannotWorkIsSaidAtOnce() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"
            let away = "http://127.0.0.1:\(try stage.freePort())"

            let unreachable = try stage.listen(away, key: martlet.keys.sandbox, to: "http://127.0.0.1:1/")
            let stranger = try stage.listen(url, key: "mk_test_nobody", to: "http://127.0.0.1:1/")
            let ends = [try await unreachable.program.ended(), try await stranger.program.ended()]

            #expect(ends == [.status(1), .status(1)])
            let errors = unreachable.program.errors
            #expect(errors.contains("Connection refused"))
            #expect(errors.contains("(401 invalid_key)"))
        }
    }
}
