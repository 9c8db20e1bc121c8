import MartletCore
import Testing

@Suite struct DocumentRoutesTests {
    @Test func theDocumentIsServedWithoutAKeyAndMayBeKept() async throws {
        try await TestService.with { service in
            let answer = try await service.client(nil).get("/openapi.json")

            #expect(answer.status == 200)
            #expect(answer.raw.header("content-type") == "application/json")
            #expect(answer.raw.header("cache-control") == "public, max-age=300")
            #expect(answer.json == service.contract.document)
            #expect(answer["openapi"] == "3.1.1")
            #expect(answer["info"]?["version"] == "1.2.3")
        }
    }

    @Test(arguments: [("TAG", 304), ("W/TAG", 304), ("*", 304), (#""other", TAG"#, 304), (#""other""#, 200)])
    func whoeverHasItIsNotSentItAgain(condition: String, status: Int) async throws {
        try await TestService.with { service in
            let tag = try #require(try await service.client(nil).get("/openapi.json").raw.header("etag"))
            let value = condition.split(separator: "TAG", omittingEmptySubsequences: false).joined(separator: tag)

            let answer = try await service.client(nil).send("GET", "/openapi.json", headers: [("If-None-Match", value)])

            #expect(answer.status == status)
            #expect(answer.raw.header("etag") == tag)
            #expect(answer.raw.body.isEmpty == (status == 304))
        }
    }
}
