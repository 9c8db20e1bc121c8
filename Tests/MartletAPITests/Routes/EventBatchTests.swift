import MartletCore
import MartletService
import Testing

@Suite struct EventBatchTests {
    @Test func eachEventIsAcceptedOrRefusedByItself() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeWebhook()

            let answer = try await service.admin.post(
                "/v1/events/batch",
                [
                    ["type": "a.b", "data": ["n": 0]], ["type": "a b", "data": [:]], ["type": "a.b"],
                    ["type": "a.b", "data": ["n": 3], "id": "three"], "text",
                ])
            await service.sender.hasSent(2)

            #expect(answer.status == 202)
            #expect(answer.members == ["accepted", "refused", "results"])
            #expect(answer["accepted"] == 2)
            #expect(answer["refused"] == 3)
            let results = answer["results"]?.array ?? []
            #expect(results.map { $0["index"] } == [0, 1, 2, 3, 4])
            #expect(results.map { $0["status"] } == [202, 422, 422, 202, 422])
            #expect(results[1]["errors"]?[0]?["field"] == "type")
            #expect(results[2]["errors"]?[0]?["field"] == "data")
            #expect(results[3]["id"] == "three")
            #expect(results[4]["code"] == "not_an_object")
            #expect(try await service.admin.get("/v1/events").items.count == 2)
        }
    }

    @Test(arguments: ["application/x-ndjson", "application/jsonl", "Application/X-NDJSON; charset=utf-8"])
    func aBatchCanBeOneEventALine(type: String) async throws {
        try await TestService.with { service in
            let lines = """
                {"type":"a.b","data":{"n":0}}\r
                not json

                {"type":"a.b","data":{"n":1}}
                """

            let answer = try await service.admin.send(
                "POST", "/v1/events/batch", Array(lines.utf8), headers: [("Content-Type", type)])

            #expect(answer.status == 202, "\(answer.text)")
            #expect(answer["results"]?.array?.map { $0["status"] } == [202, 422, 202])
            #expect(answer["results"]?[1]?["code"] == "not_json")
            #expect(answer["results"]?[2]?["data"] == ["n": 1])
        }
    }

    @Test func aBatchOfWhichNothingIsAcceptedIsAProblemWithItsResults() async throws {
        try await TestService.with { service in
            let answer = try await service.admin.post("/v1/events/batch", [["type": "a.b"], ["data": [:]]])

            #expect(answer.status == 422)
            #expect(answer.code == "batch_refused")
            #expect(answer.raw.header("content-type") == "application/problem+json")
            #expect(answer["accepted"] == 0)
            #expect(answer["refused"] == 2)
            #expect(answer["results"]?.array?.map { $0["index"] } == [0, 1])
        }
    }

    /// Nobody takes a 202 for all of it.
    @Test func aBatchOfWhichTheStoreTakesAPartSaysWhich() async throws {
        var commits = CommitLimits()
        (commits.sharedBatch, commits.waitingEvents) = (3, 2)
        try await TestService.with(commits: commits) { service in
            let answer = try await service.admin.post(
                "/v1/events/batch", .array(Array(repeating: ["type": "a.b", "data": [:]], count: 5)))
            let stored = try await service.admin.get("/v1/events").items

            #expect(answer.status == 503)
            #expect(answer.code == "batch_incomplete")
            #expect(answer.raw.header("retry-after") == "1")
            #expect(answer["accepted"] == 2)
            #expect(answer["results"]?.array?.map { $0["status"] } == [503, 503, 503, 202, 202])
            #expect(stored.count == 2)
        }
    }

    @Test func aBatchOfTheMostEventsIsTakenAndOneMoreIsNot() async throws {
        try await TestService.with { service in
            func batch(_ count: Int) -> JSONValue {
                .array(Array(repeating: ["type": "a.b", "data": [:]], count: count))
            }

            let refused = try await service.admin.post("/v1/events/batch", batch(1001))
            let before = try await service.admin.get("/v1/events").items.count
            let taken = try await service.admin.post("/v1/events/batch", batch(1000))

            #expect(refused.status == 413)
            #expect(refused.code == "batch_too_long")
            #expect(before == 0)
            #expect(taken.status == 202)
            #expect(taken["accepted"] == 1000)
        }
    }

    @Test func twoOfOneIdInABatchAreOneEventWhereTheyAreTheSame() async throws {
        try await TestService.with { service in
            let answer = try await service.admin.post(
                "/v1/events/batch",
                [
                    ["type": "a.b", "data": ["n": 1], "id": "x"], ["type": "a.b", "data": ["n": 1], "id": "x"],
                    ["type": "a.b", "data": ["n": 2], "id": "x"],
                ])

            #expect(answer["results"]?.array?.map { $0["status"] } == [202, 202, 409])
            #expect(answer["results"]?[2]?["code"] == "event_id_taken")
            #expect(try await service.admin.get("/v1/events").items.count == 1)
        }
    }
}
