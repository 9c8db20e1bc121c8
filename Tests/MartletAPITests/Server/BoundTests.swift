import MartletCore
import MartletService
import MartletStore
import Testing

@testable import MartletAPI

/// What the API answers at its bounds.
@Suite struct BoundTests {
    private static let probe = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static func publish(_ service: TestService) async throws -> APIAnswer {
        try await service.admin.post("/v1/events", try JSONValue(parsing: #"{"type":"a.b","data":{"n":1}}"#))
    }

    @Test func oneConnectionTooManyIsToldSoAndClosedAndItsPlaceIsFreeAgainLater() async throws {
        var limits = ConnectionLimits.patient
        limits.clients = 2
        try await TestService.with(connections: limits) { service in
            let refused = try await RawConnection.with(port: service.port) { first in
                try await first.send(Self.probe)
                let welcome = try await first.answer()
                #expect(welcome?.status == 200)
                return try await RawConnection.with(port: service.port) { second in
                    try await second.send(Self.probe)
                    #expect(try await second.answer()?.status == 200)
                    let refused = try await RawConnection.with(port: service.port) { third in
                        try await third.send(Self.probe)
                        return (try await third.answer(), try await third.endsSilently())
                    }
                    try await first.send(Self.probe)
                    #expect(try await first.answer()?.status == 200)
                    return refused
                }
            }
            // A closed connection's place is free once the server has seen the closing.
            var status: Int?
            while status != 200 {
                status = try await RawConnection.with(port: service.port) { connection in
                    try await connection.send(Self.probe)
                    return try await connection.answer()?.status
                }
            }

            #expect(refused.0?.status == 503)
            #expect(refused.0?.header("retry-after") == "1")
            #expect(refused.0?.header("connection") == "close")
            #expect(refused.0.map { APIAnswer(raw: $0).code } == "too_many_connections")
            #expect(refused.1)
        }
    }

    @Test func bodiesThatDoNotFitIntoMemoryTogetherAreRefusedBeforeTheyAreRead() async throws {
        var limits = ConnectionLimits.patient
        limits.bodyBytes = 1 << 20
        var service = ServiceLimits()
        service.batchBytes = 1 << 20
        service.requestBytes = 1 << 20
        try await TestService.with(connections: limits, limits: service) { service in
            let head =
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(service.keys.sandbox)\r\n"
            var refused: APIAnswer?
            while refused == nil {
                refused = try await RawConnection.with(port: service.port) { slow in
                    // Asked to go on, it takes its share a moment later; unless another had some of it then.
                    try await slow.send(head + "Expect: 100-continue\r\nContent-Length: \(1 << 20)\r\n\r\n")
                    #expect(try await slow.answer()?.status == 100)
                    for _ in 0..<100 {
                        let answer = try await Self.publish(service)
                        if answer.status == 503 { return answer }
                    }
                    return nil
                }
            }
            var later: Int?
            while later != 202 { later = try await Self.publish(service).status }

            #expect(refused?.code == "overloaded")
            #expect(refused?.raw.header("retry-after") == "1")
        }
    }

    @Test func aFullBacklogIs429WithRetryAfter() async throws {
        var intake = IntakeLimits()
        intake.backlog = 2
        try await TestService.with(intake: intake) { service in
            _ = try await service.admin.post(
                "/v1/webhooks", .object([.init("url", "https://127.0.0.1/"), .init("events", .array(["*"]))]))
            let later = service.now + .seconds(3600)
            let event = #"{"type":"a.b","data":{},"deliver_at":"\#(later.rfc3339)"}"#
            func publish() async throws -> APIAnswer {
                try await service.admin.post("/v1/events", try JSONValue(parsing: event))
            }

            let first = try await publish()
            let second = try await publish()
            let metrics = try await service.client(nil).get("/metrics")

            #expect(first.status == 202)
            #expect(second.status == 429)
            #expect(second.code == "backlog_full")
            #expect(second.raw.header("retry-after") == "10")
            #expect(metrics.text.contains("martlet_backlog_deliveries 1\n"))
            #expect(metrics.text.contains(#"martlet_publishing_refused_total{reason="backlog_full"} 1"#))
        }
    }

    @Test func anEventWithoutItsPayloadIsShownAndNotSentAgain() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            let delivery = try await service.admin.makeDelivery()
            let event = try await service.admin.get("/v1/deliveries/\(delivery)").string("event")
            let environment = try #require(service.context.directory.environment(named: "sandbox")?.id)
            _ = try await service.context.store.dropPayloads(
                in: environment, before: service.now + .seconds(1), limit: 100)

            let shown = try await service.admin.get("/v1/events/\(event)")
            let listed = try await service.admin.get("/v1/events")
            let attempts = try await service.admin.get("/v1/deliveries/\(delivery)")
            let replayed = try await service.admin.post("/v1/events/\(event)/replay", [:])

            #expect(shown["data"] == .null)
            #expect(shown["payload_dropped"] == true)
            #expect(listed["data"]?[0]?["data"] == .null)
            #expect(attempts["attempts"]?[0]?["request"]?["body"] == nil)
            #expect(replayed.status == 409)
            #expect(replayed.code == "payload_dropped")
        }
    }

    @Test func aDiskThatIsNearlyFullShowsInEveryProbe() async throws {
        struct Full: StorageProbe {
            func room() -> StorageRoom { StorageRoom(disk: 0) }
        }
        try await TestService.with { service in
            let watch = StorageWatch(
                intake: service.context.committer.intake, probe: Full(), log: service.context.log)

            await watch.look()
            let published = try await Self.publish(service)
            let ready = try await service.client(nil).get("/readyz")
            let alive = try await service.client(nil).get("/healthz")
            let metrics = try await service.client(nil).get("/metrics")

            #expect(published.status == 503)
            #expect(published.code == "disk_nearly_full")
            #expect(published.raw.header("retry-after") == "30")
            #expect(ready.status == 503)
            #expect(ready.code == "disk_nearly_full")
            #expect(alive.status == 200)
            #expect(metrics.text.contains("martlet_storage_short 1\n"))
            #expect(metrics.text.contains("martlet_storage_room_bytes 0\n"))
        }
    }
}
