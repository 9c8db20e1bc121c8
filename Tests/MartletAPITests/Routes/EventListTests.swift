import MartletCore
import Testing

@Suite struct EventListTests {
    @Test func aListIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            var made: [String] = []
            for _ in 0..<7 { made.append(try await service.admin.publish().string("id")) }

            let walked = try await service.admin.walk("/v1/events", limit: 2)

            #expect(walked.compactMap { $0["id"]?.string } == made.reversed())
        }
    }

    @Test func aListCanBeNarrowed() async throws {
        try await TestService.with { service in
            let admin = service.admin
            _ = try await admin.makeApplication(uid: "acme")
            _ = try await admin.post("/v1/events", ["type": "a.b", "data": ["city": "Lagos"], "id": "one"])
            _ = try await admin.post(
                "/v1/events", ["type": "a.c", "data": ["city": "a + b"], "id": "two", "application": "acme"])
            func ids(_ query: String) async throws -> [String] {
                let answer = try await admin.get("/v1/events?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return answer.items.compactMap { $0["id"]?.string }
            }
            let past = "2020-01-01T00:00:00Z"

            #expect(try await ids("type=a.b") == ["one"])
            #expect(try await ids("application=acme") == ["two"])
            #expect(try await ids("q=Lagos") == ["one"])
            #expect(try await ids("q=a+%2B+b") == ["two"])
            #expect(try await ids("q=a%20%2b%20b") == ["two"])
            #expect(try await ids("since=\(past)") == ["two", "one"])
            #expect(try await ids("until=\(past)") == [])
            #expect(try await ids("since=2020-01-01T02:00:00+02:00") == ["two", "one"])
            #expect(try await ids("status=succeeded") == [])
            #expect(try await ids("type=a.b&q=nowhere") == [])
        }
    }

    @Test func anEventIsFoundByEitherOfItsIds() async throws {
        try await TestService.with { service in
            _ = try await service.admin.post("/v1/events", ["type": "a.b", "data": [:], "id": "order:42"])

            let plain = try await service.admin.get("/v1/events/order:42")
            let encoded = try await service.admin.get("/v1/events/order%3A42")
            let slashed = try await service.admin.get("/v1/events/order:42/")

            #expect(plain.status == 200)
            #expect(encoded["id"] == "order:42")
            #expect(slashed["id"] == "order:42")
        }
    }

    @Test func aReplayIsANewDeliveryOfTheSameBytes() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            let published = try await service.admin.publish()
            let id = try published.string("id")
            await service.sender.hasSent(1)

            let replayed = try await service.admin.post("/v1/events/\(id)/replay")
            let toOne = try await service.admin.post("/v1/events/\(id)/replay", ["webhook": .string(webhook)])
            await service.sender.hasSent(3)

            #expect(replayed.status == 202)
            #expect(replayed.members == ["delivery_count", "deliveries"])
            #expect(replayed["delivery_count"] == 1)
            #expect(replayed["deliveries"]?[0]?["webhook"]?.string == webhook)
            #expect(toOne["deliveries"]?[0]?["id"] != replayed["deliveries"]?[0]?["id"])
            #expect(Set(service.sender.bodies).count == 1)
            #expect(try await service.admin.get("/v1/events/\(id)")["deliveries"]?.array?.count == 3)
        }
    }

    @Test func aReplayNeedsSomebodyToGoTo() async throws {
        try await TestService.with { service in
            let id = try await service.admin.publish().string("id")
            let paused = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(paused)", ["active": false])

            let nobody = try await service.admin.post("/v1/events/\(id)/replay")
            let inactive = try await service.admin.post("/v1/events/\(id)/replay", ["webhook": .string(paused)])
            let garbage = try await service.admin.post("/v1/events/\(id)/replay", ["webhook": "ep_1"])
            let unknown = try await service.admin.post(
                "/v1/events/\(id)/replay", ["webhook": "ep_00000000000000000000000000"])

            #expect(nobody.status == 409)
            #expect(nobody.code == "no_subscribers")
            #expect(inactive.code == "webhook_inactive")
            #expect(garbage.status == 422)
            #expect(garbage.culprits == ["webhook"])
            #expect(unknown.status == 404)
        }
    }

    @Test func anApplicationSeesWhatWasMeantForItAlone() async throws {
        try await TestService.with { service in
            let application = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeApplication(uid: "other")
            let own = try await service.newClient("application", application: application)
            let foreign = try await service.newClient("application", application: "other")
            let meant = try await service.admin.publish(application: "acme").string("id")

            let seen = try await own.get("/v1/events")
            let unseen = try await foreign.get("/v1/events")

            #expect(seen.items.map { $0["id"]?.string } == [meant])
            #expect(unseen.items.isEmpty)
            #expect(try await own.get("/v1/events/\(meant)").status == 200)
            #expect(try await foreign.get("/v1/events/\(meant)").status == 404)
            #expect(try await foreign.post("/v1/events/\(meant)/replay").status == 404)
        }
    }
}
