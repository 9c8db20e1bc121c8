import Foundation
import Testing

/// What failed for good is delivered again by a job that outlives its process.
@Suite struct RecoveryTests {
    @Test func whatFailedArrivesOnceMoreThoughTheServerIsKilledInTheMiddle() async throws {
        try await withStage { stage in
            // With the breaker closed for good, everything fails as soon as its schedule has run out.
            let martlet = try await stage.martlet(flags: ["--breaker-minimum", "1000000"])
            let capture = try await stage.capture()
            try capture.answer(500)
            let webhook = try await martlet.api.register(capture.url(), ["retry": ["delays": ["1s"]]])
            let since = Date.now.addingTimeInterval(-60).ISO8601Format()
            var ids: [String] = []
            for number in 0..<120 {
                let event = try await martlet.api.publish(
                    "order.created", ["number": .number("\(number)"), "place": "Zürich/1e3"])
                ids.append(try #require(event["id"].string))
            }
            let failed = try await martlet.api.settledDeliveries(to: webhook)
            #expect(failed.count == 120 && failed.allSatisfy { $0["status"] == "failed" })
            let before = try capture.requests()
            try capture.answer(200)
            let fresh = try await martlet.api.publish("order.created")
            _ = try await martlet.api.settled(#require(fresh["deliveries"][0]["id"].string))

            let ask: JSON = ["since": .string(since), "only": "failed", "rate": 40]
            let forecast = try await martlet.api.post("\(webhook.path)/recover", ask.with(["dry_run": true]))
            #expect(forecast["count"] == 120 && forecast["exact"] == true)
            let job = try await martlet.api.post("\(webhook.path)/recover", ask, expecting: 202)
            let path = "/v1/jobs/\(try #require(job["id"].string))"
            for goal in [20, 60] {
                try await waitUntil("\(goal) were made") {
                    try await martlet.api.get(path)["progress"]["created"].integer ?? 0 >= goal
                }
                try await martlet.kill()
                try await martlet.restart()
            }
            let ended = try await waitUntil("the job ends") { () async throws -> JSON? in
                let job = try await martlet.api.get(path)
                return job["status"] == "running" ? nil : job
            }
            #expect(ended["status"] == "completed")
            #expect(ended["progress"]["created"] == 120 && ended["progress"]["total"] == 120)
            let deliveries = try await martlet.api.settledDeliveries(to: webhook)
            #expect(try await martlet.terminate() == .status(0))

            let replays = deliveries.filter { $0["cause"] == "replay" }
            #expect(replays.allSatisfy { $0["status"] == "succeeded" })
            #expect(replays.compactMap { $0["event"].string }.sorted() == ids.sorted())
            // An attempt that a kill cut short is made again: at-least-once. Beyond those, each arrives exactly once more.
            let again = try capture.requests().dropFirst(before.count).filter { ids.contains($0["webhook-id"] ?? "") }
            let bodies = Dictionary(before.map { ($0["webhook-id"] ?? "", $0.body) }) { first, _ in first }
            #expect(Set(again.compactMap { $0["webhook-id"] }) == Set(ids))
            #expect(again.allSatisfy { bodies[$0["webhook-id"] ?? ""] == $0.body })
            #expect(again.count - ids.count <= 2 * 16)
        }
    }
}
