import MartletCore
import Testing

@Suite struct JobRoutesTests {
    private static let long: JSONValue = "2023-06-15T10:30:00Z"

    @Test func aRecoveryIsCountedThenMadeAndWatched() async throws {
        try await TestService.with { service in
            _ = try await service.admin.publish()
            let webhook = try await service.admin.makeWebhook()
            try await service.tick()

            let forecast = try await service.admin.post(
                "/v1/webhooks/\(webhook)/recover", ["since": Self.long, "only": "missed", "dry_run": true])
            let made = try await service.admin.post(
                "/v1/webhooks/\(webhook)/recover", ["since": Self.long, "only": "missed", "rate": 500])
            let ended = try await service.admin.hasEnded(made.string("id"))

            #expect(forecast.status == 200)
            #expect(forecast["dry_run"] == true && forecast["count"]?.integer == 1 && forecast["exact"] == true)
            #expect(made.status == 202)
            #expect(made["kind"] == "recover" && made["status"] == "running" && made["reason"] == .null)
            #expect(made["webhook"]?.string == webhook && made["requested_by"] == "environment")
            #expect(made["selection"]?["only"] == "missed" && made["rate"]?.integer == 500)
            #expect(made["progress"]?["total"]?.integer == 1 && made["progress"]?["created"]?.integer == 0)
            #expect(ended["status"] == "completed" && ended["progress"]?["created"]?.integer == 1)
            #expect(ended["ended_at"]?.string != nil && ended["waiting_for"] == .null)
            await service.sender.hasSent(1)
            let deliveries = try await service.admin.get("/v1/deliveries?webhook=\(webhook)")
            #expect(deliveries.items.map { $0["cause"] } == ["replay"])
            let metrics = try await service.client(nil).get("/metrics").text
            #expect(metrics.contains("martlet_jobs_running 0\n"))
            #expect(metrics.contains("martlet_job_deliveries_total 1\n"))
        }
    }

    @Test func aSelectionIsReplayed() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            _ = try await service.admin.publish(type: "a.b")
            _ = try await service.admin.publish(type: "a.c")
            try await service.tick()

            let made = try await service.admin.post("/v1/events/replay", ["since": Self.long, "type": "a.b"])
            let ended = try await service.admin.hasEnded(made.string("id"))

            #expect(made["kind"] == "replay" && made["selection"]?["type"] == "a.b" && made["webhook"] == .null)
            #expect(made["rate"]?.integer == 100)
            #expect(ended["progress"]?["created"]?.integer == 1)
            let listed = try await service.admin.walk("/v1/jobs", limit: 1)
            #expect(listed.map { $0["id"]?.string } == [try made.string("id")])
        }
    }

    @Test func aJobIsCancelledOnce() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()
            for _ in 0..<3 { _ = try await service.admin.publish() }
            try await service.tick()
            let made = try await service.admin.post("/v1/events/replay", ["since": Self.long, "rate": 1])
            let path = "/v1/jobs/\(try made.string("id"))"

            let cancelled = try await service.admin.post("\(path)/cancel")
            let again = try await service.admin.post("\(path)/cancel")

            #expect(cancelled.status == 200)
            #expect(cancelled["status"] == "cancelled" && cancelled["reason"]?["code"] == "requested")
            #expect(again.status == 409 && again.code == "job_cancelled")
            #expect(try await service.admin.get(path)["status"] == "cancelled")
        }
    }

    @Test func theSameKeyMakesOneJob() async throws {
        try await TestService.with { service in
            try await service.tick()
            let key = [("Idempotency-Key", "once")]
            let body: JSONValue = ["since": Self.long]

            let first = try await service.admin.post("/v1/events/replay", body, headers: key)
            let second = try await service.admin.post("/v1/events/replay", body, headers: key)
            let other = try await service.admin.post(
                "/v1/events/replay", ["since": Self.long, "rate": 5], headers: key)

            #expect(try first.string("id") == second.string("id"))
            #expect(second.raw.header("idempotent-replayed") == "true")
            #expect(other.code == "idempotency_key_reused")
            #expect(try await service.admin.get("/v1/jobs").items.count == 1)
        }
    }

    @Test func whatCannotBeIsRefusedByName() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            let webhook = try await service.admin.makeWebhook()
            let paused = try await service.admin.makeWebhook()
            _ = try await service.admin.patch("/v1/webhooks/\(paused)", ["active": false])
            let recover = "/v1/webhooks/\(webhook)/recover"
            let cases: [(String, JSONValue, Int, String, [String])] = [
                (recover, [:], 422, "invalid_request", ["since"]),
                (recover, ["since": "2999-01-01T00:00:00Z"], 422, "invalid_request", ["since"]),
                (recover, ["since": Self.long, "only": "some"], 422, "invalid_request", ["only"]),
                (recover, ["since": Self.long, "rate": 1001], 422, "invalid_request", ["rate"]),
                (recover, ["since": Self.long, "sinc": 1], 422, "unknown_field", ["sinc"]),
                ("/v1/webhooks/\(paused)/recover", ["since": Self.long], 409, "webhook_inactive", []),
                ("/v1/events/replay", ["since": Self.long, "webhook": "x"], 422, "invalid_request", ["webhook"]),
                ("/v1/events/replay", ["since": Self.long, "status": "x"], 422, "invalid_request", ["status"]),
                ("/v1/events/replay", ["since": Self.long, "type": "a b"], 422, "invalid_request", ["type"]),
                (
                    "/v1/events/replay", ["since": Self.long, "application": "x"], 422, "unknown_application",
                    ["application"]
                ),
                (
                    "/v1/events/replay",
                    ["since": Self.long, "application": "acme", "webhook": .string(webhook)], 422, "invalid_request",
                    ["webhook"]
                ),
            ]

            for (path, body, status, code, culprits) in cases {
                let answer = try await service.admin.post(path, body)

                #expect(answer.status == status, "\(path) \(body)")
                #expect(answer.code == code, "\(path) \(body)")
                #expect(answer.culprits == culprits, "\(path) \(body)")
            }
            for path in ["/v1/jobs/job_1", "/v1/jobs/evt_00000000000000000000000000"] {
                #expect(try await service.admin.get(path).status == 404)
            }
        }
    }

    @Test func aSecondRecoveryOfAWebhookIsAConflict() async throws {
        try await TestService.with { service in
            for _ in 0..<3 { _ = try await service.admin.publish() }
            let webhook = try await service.admin.makeWebhook()
            try await service.tick()
            let body: JSONValue = ["since": Self.long, "only": "missed", "rate": 1]
            _ = try await service.admin.post("/v1/webhooks/\(webhook)/recover", body)

            let second = try await service.admin.post("/v1/webhooks/\(webhook)/recover", body)

            #expect(second.status == 409 && second.code == "recovery_running")
        }
    }
}

extension TestService {
    /// Returns in another millisecond than it was called in: a window that ends now has what was published before.
    fileprivate func tick() async throws {
        let start = now
        while now == start { await Task.yield() }
    }
}

extension APIClient {
    /// A job, once it has ended.
    fileprivate func hasEnded(_ id: String) async throws -> APIAnswer {
        while true {
            let job = try await get("/v1/jobs/\(id)")
            guard job["status"] == "running" else { return job }
        }
    }
}
