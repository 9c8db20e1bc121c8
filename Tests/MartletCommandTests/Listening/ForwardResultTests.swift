import MartletCore
import Testing

@testable import martlet

@Suite struct ForwardResultTests {
    private let key = ListenedAttempt.Key(delivery: "dlv_1", number: 3)

    private func result(_ result: AttemptOutcome.Result) -> ForwardResult {
        ForwardResult(
            key,
            AttemptOutcome(
                result: result, timing: AttemptTiming(connect: 1500, firstByte: 12_000, total: 14_000),
                address: IPAddress("127.0.0.1")))
    }

    @Test func aResponseIsToldAsItCame() throws {
        let response = AttemptResponse(
            status: 418, headers: [HeaderField(name: "X-A", value: "1"), HeaderField(name: "X-A", value: "2")],
            body: [0, 0xFF, 0x61], isTruncated: true)

        let told = result(.response(response))
        let answer = try JSONValue(parsing: told.answer)

        #expect(answer["delivery"] == "dlv_1")
        #expect(answer["number"] == 3)
        #expect(answer["response"]?["status"] == 418)
        #expect(answer["response"]?["headers"] == [["name": "X-A", "value": "1"], ["name": "X-A", "value": "2"]])
        #expect(answer["response"]?["body_base64"] == "AP9h")
        #expect(answer["response"]?["truncated"] == true)
        #expect(answer["address"] == "127.0.0.1")
        #expect(answer["timing_ms"]?["connect"]?.double == 1.5)
        #expect(told.body == [0, 0xFF, 0x61])
        #expect(ForwardResult(answer: answer)?.answer == told.answer)
    }

    @Test func aFailureIsToldWithItsReason() throws {
        let told = result(.failure(AttemptFailure(.connectionRefused, "Nobody is there.")))
        let answer = try JSONValue(parsing: told.answer)

        #expect(answer["error"] == ["code": "connection_refused", "message": "Nobody is there."])
        #expect(answer["response"] == nil)
        #expect(ForwardResult(answer: answer)?.failure == AttemptFailure(.connectionRefused, "Nobody is there."))
    }

    @Test func whatIsTooLongForTheServerIsCut() throws {
        let headers = (0..<300).map { HeaderField(name: "X-\($0)", value: String(repeating: "v", count: 1000)) }
        let long = AttemptResponse(
            status: 200, headers: headers, body: [UInt8](repeating: 0, count: 70 << 10), isTruncated: false)

        let response = try #require(try JSONValue(parsing: result(.response(long)).answer)["response"])
        let failure = result(.failure(AttemptFailure(.timeout, String(repeating: "ä", count: 2000))))

        let headerCount = try #require(response["headers"]?.array?.count)
        let body = try #require(response["body_base64"]?.string)
        let message = try #require(failure.failure?.message)
        #expect(headerCount < 200)
        #expect(response["truncated"] == true)
        // Four characters every three bytes of 64 KiB.
        #expect(body.utf8.count == 87_384)
        #expect(message.utf8.count <= 1000)
    }
}
