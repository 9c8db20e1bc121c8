import MartletCore
import NIOCore
import NIOPosix
import Testing

@testable import MartletDelivery

/// What goes over the wire, and what every way of misbehaving is called.
@Suite(.serialized) struct SenderExchangeTests {
    @Test func aRequestArrivesAsItWasGivenAndItsAnswerIsKept() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send("HTTP/1.1 201 Created\r\nX-Id: 7\r\nContent-Length: 5\r\n\r\nthere")]
        }
        let headers = [
            HeaderField(name: "Content-Type", value: "application/json"), HeaderField(name: "X-B", value: "ü"),
        ]
        let body = Array(#"{"a":"é"}"#.utf8)

        let outcome = try await TestSender.with {
            try await $0.post("http://hooks.example.com:\(receiver.port)/in?x=1", headers: headers, body: body)
        }

        let request = try #require(receiver.requests.first)
        #expect(
            request.head == """
                POST /in?x=1 HTTP/1.1\r
                Host: hooks.example.com:\(receiver.port)\r
                Content-Type: application/json\r
                X-B: ü\r
                Content-Length: 10
                """)
        #expect(request.body == body)
        #expect(
            outcome.response
                == AttemptResponse(
                    status: 201,
                    headers: [HeaderField(name: "X-Id", value: "7"), HeaderField(name: "Content-Length", value: "5")],
                    body: Array("there".utf8), isTruncated: false))
        #expect(outcome.address == IPAddress("127.0.0.1"))
        #expect(outcome.timing.resolve != nil)
        #expect(outcome.timing.connect != nil)
        #expect(outcome.timing.tls == nil)
        #expect(outcome.timing.firstByte != nil)
        try await receiver.stop()
    }

    @Test(arguments: [0, 1, 60_000, 3_000_000]) func bodiesOfAnySizeArriveWhole(size: Int) async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        let statuses = try await TestSender.with { sender in
            let url = "http://127.0.0.1:\(receiver.port)/"
            return [
                try await sender.post(url, body: body).response?.status,
                try await sender.post(url, body: body).response?.status,
            ]
        }

        #expect(statuses == [200, 200])
        #expect(receiver.requests.map(\.body) == [body, body])
        try await receiver.stop()
    }

    @Test(.enabled(if: Loopback.hasIPv6)) func anIPv6AddressIsDialledAndWrittenInBrackets() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(at: "::1")

        let outcome = try await TestSender.with { try await $0.post("http://[::1]:\(receiver.port)/") }

        #expect(outcome.response?.status == 200)
        #expect(outcome.address == IPAddress("::1"))
        #expect(receiver.requests.first?.head.contains("Host: [::1]:\(receiver.port)\r\n") == true)
        try await receiver.stop()
    }

    @Test(arguments: [
        (HeaderField(name: "X", value: "a\r\nHost: other"), "control characters"),
        (HeaderField(name: "X", value: "a\u{0}"), "control characters"),
        (HeaderField(name: "X Y", value: "a"), "characters that names cannot have"),
        (HeaderField(name: "", value: "a"), "characters that names cannot have"),
        (HeaderField(name: "HOST", value: "other"), "for the sender alone"),
        (HeaderField(name: "Content-Length", value: "0"), "for the sender alone"),
        (HeaderField(name: "transfer-encoding", value: "chunked"), "for the sender alone"),
    ])
    func aHeaderThatWouldBendTheRequestIsNotSent(header: HeaderField, phrase: String) async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()

        let failure = try await TestSender.with {
            try await $0.post("http://127.0.0.1:\(receiver.port)/", headers: [header]).failure
        }

        #expect(failure?.code == .misconfigured)
        #expect(failure?.message.contains(phrase) == true)
        #expect(receiver.requests.isEmpty)
        try await receiver.stop()
    }

    // MARK: - Misbehaviour

    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [ScriptedReceiver.Step]
        var code: AttemptFailure.Code
        var phrase: String
        /// Short where the deadline is what ends it.
        var timeout: Duration = .seconds(600)
    }

    /// Long enough for a busy machine to get as far as the receiver lets it.
    static let soon = Duration.seconds(3)

    static let misbehaviours: [Misbehaviour] = [
        Misbehaviour(
            testDescription: "hangs", steps: [], code: .timeout, phrase: "No response within 3 s.", timeout: soon),
        Misbehaviour(
            testDescription: "drips headers", steps: [.send("HTTP/1.1 200 OK\r\n"), .drip("A: b\r\n")], code: .timeout,
            phrase: "headers were not complete within 3 s", timeout: soon),
        Misbehaviour(
            testDescription: "closes before answering", steps: [.close], code: .connectionClosed,
            phrase: "closed the connection before it answered"),
        Misbehaviour(
            testDescription: "closes in the headers", steps: [.send("HTTP/1.1 200 OK\r\nA:"), .close],
            code: .connectionClosed, phrase: "in the middle of the response's headers"),
        Misbehaviour(
            testDescription: "resets before answering", steps: [.reset], code: .connectionReset,
            phrase: "reset the connection before it answered"),
        Misbehaviour(
            testDescription: "speaks SSH", steps: [.send("SSH-2.0-OpenSSH_9.2\r\n")], code: .malformedResponse,
            phrase: "“SSH-2.0-OpenSSH_9.2”"),
        Misbehaviour(
            testDescription: "sends TLS", steps: [.sendBytes([0x15, 0x03, 0x01, 0x00, 0x02])], code: .malformedResponse,
            phrase: "not HTTP/1.1"),
        Misbehaviour(
            testDescription: "has a bad status line", steps: [.send("HTTP/1.1 OK\r\n\r\n")], code: .malformedResponse,
            phrase: "not a status line"),
        Misbehaviour(
            testDescription: "contradicts itself on the length",
            steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")],
            code: .malformedResponse, phrase: "both Content-Length and Transfer-Encoding"),
        Misbehaviour(
            testDescription: "sends headers without end",
            steps: [.send("HTTP/1.1 200 OK\r\n"), .flood("X-Padding: \(String(repeating: "x", count: 1000))\r\n")],
            code: .responseTooLarge, phrase: "more than 32768 bytes of headers"),
        Misbehaviour(
            testDescription: "sends one header without end",
            steps: [.send("HTTP/1.1 200 OK\r\nX: "), .flood(String(repeating: "x", count: 1000))],
            code: .responseTooLarge, phrase: "more than 32768 bytes of headers"),
        Misbehaviour(
            testDescription: "sends a storm of interim responses", steps: [.flood("HTTP/1.1 102 Processing\r\n\r\n")],
            code: .malformedResponse, phrase: "more than 16 interim (1xx) responses"),
    ]

    @Test(arguments: misbehaviours)
    func everyMisbehaviourHasItsReasonAndItsConnectionIsClosed(_ example: Misbehaviour) async throws {
        let receiver = try await ScriptedReceiver.start { _, request in request < 0 ? [] : example.steps }

        let outcome = try await TestSender.with { sender in
            let outcome = try await sender.post("http://127.0.0.1:\(receiver.port)/", timeout: example.timeout)
            await receiver.hasSeen(closed: 1)
            return outcome
        }

        #expect(outcome.failure?.code == example.code)
        #expect(outcome.failure?.message.contains(example.phrase) == true, "\(outcome)")
        #expect(outcome.address == IPAddress("127.0.0.1"))
        #expect(receiver.requests.count == 1)
        try await receiver.stop()
    }

    struct CutOff: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [ScriptedReceiver.Step]
        var body: String
        var timeout: Duration = .seconds(600)
    }

    static let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: [
        CutOff(testDescription: "hangs after the headers", steps: [.send(head)], body: "", timeout: soon),
        CutOff(testDescription: "hangs in the body", steps: [.send(head + "abc")], body: "abc", timeout: soon),
        CutOff(testDescription: "closes after the headers", steps: [.send(head), .close], body: ""),
        CutOff(testDescription: "closes in the body", steps: [.send(head + "abc"), .close], body: "abc"),
        CutOff(testDescription: "closes in a chunk", steps: [.send(chunked + "5\r\nabc"), .close], body: "abc"),
        CutOff(
            testDescription: "breaks off its chunks", steps: [.send(chunked + "3\r\nabc\r\nzzz\r\n")], body: "abc"),
    ])
    func aResponseCountsOnceItsHeadIsIn(_ example: CutOff) async throws {
        let receiver = try await ScriptedReceiver.start { _, request in request < 0 ? [] : example.steps }

        let outcome = try await TestSender.with { sender in
            let outcome = try await sender.post("http://127.0.0.1:\(receiver.port)/", timeout: example.timeout)
            await receiver.hasSeen(closed: 1)
            return outcome
        }

        #expect(outcome.response?.status == 200)
        #expect(outcome.response?.body == Array(example.body.utf8))
        #expect(outcome.response?.isTruncated == true)
        #expect(outcome.timing.firstByte != nil)
        try await receiver.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
    ])
    func aBodyWithoutEndIsCutOffAtItsBound(head: String) async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send(head), .flood(String(repeating: "0123456789", count: 1000))]
        }

        let outcome = try await TestSender.with { sender in
            let outcome = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            await receiver.hasSeen(closed: 1)
            return outcome
        }

        #expect(outcome.response?.body.count == 64 * 1024)
        #expect(outcome.response?.body.starts(with: "01234567890".utf8) == true)
        #expect(outcome.response?.isTruncated == true)
        try await receiver.stop()
    }

    @Test func aDrippedBodyIsKeptUpToTheDeadline() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send("HTTP/1.1 503 Busy\r\n\r\nfirst"), .drip("x")]
        }

        let outcome = try await TestSender.with {
            try await $0.post("http://127.0.0.1:\(receiver.port)/", timeout: Self.soon)
        }

        #expect(outcome.response?.status == 503)
        #expect(outcome.response?.body.starts(with: "first".utf8) == true)
        #expect(outcome.response?.isTruncated == true)
        try await receiver.stop()
    }

    @Test func aCompressedBodyIsKeptAsItCame() async throws {
        // The beginning of what would become megabytes of zeros.
        let bomb: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03] + [UInt8](repeating: 0, count: 50)
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send(head), .sendBytes(bomb)]
        }

        let outcome = try await TestSender.with { try await $0.post("http://127.0.0.1:\(receiver.port)/") }

        #expect(outcome.response?.body == bomb)
        #expect(outcome.response?.isTruncated == false)
        #expect(receiver.requests.first?.head.lowercased().contains("accept-encoding") == false)
        try await receiver.stop()
    }

    @Test func anAnswerBeforeTheRequestIsReadIsAnAnswer() async throws {
        let receiver = try await ScriptedReceiver.start(answersEarly: true) { _, request in
            request < 0 ? [] : [.send("HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n")]
        }

        let outcome = try await TestSender.with {
            try await $0.post("http://127.0.0.1:\(receiver.port)/", body: [UInt8](repeating: 0x61, count: 5_000_000))
        }

        #expect(outcome.response?.status == 413)
        try await receiver.stop()
    }

    @Test func aRedirectIsAResponseAndNotFollowed() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send("HTTP/1.1 307 Again\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")]
        }

        let outcome = try await TestSender.with { try await $0.post("http://127.0.0.1:\(receiver.port)/") }

        #expect(outcome.response?.status == 307)
        #expect(receiver.requests.count == 1)
        try await receiver.stop()
    }

    @Test func interimResponsesAreSkipped() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            guard request >= 0 else { return [] }
            return [
                .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\nA: b\r\n\r\n"), .send(ScriptedReceiver.ok),
            ]
        }

        let outcome = try await TestSender.with { try await $0.post("http://127.0.0.1:\(receiver.port)/") }

        #expect(outcome.response?.status == 200)
        #expect(outcome.response?.headers.count == 1)
        try await receiver.stop()
    }

    // MARK: - Ending

    @Test func shuttingDownInterruptsWhatIsUnderWay() async throws {
        let receiver = try await ScriptedReceiver.start { _, _ in [] }
        let silent = StubResolver(.silence)

        let outcomes = try await TestSender.with(resolver: silent) { sender in
            async let exchanging = sender.post("http://127.0.0.1:\(receiver.port)/")
            async let resolving = sender.post("http://hooks.example.com/")
            await receiver.hasSeen(requests: 1)
            await sender.sender.shutdown()
            let late = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            return [try await exchanging, try await resolving, late]
        }
        await receiver.hasSeen(closed: 1)

        #expect(outcomes.map(\.failure?.code) == [.interrupted, .interrupted, .interrupted])
        #expect(receiver.connections == 1)
        silent.end()
        try await receiver.stop()
    }

    @Test func drainingLetsWhatIsUnderWayEndAndTakesNoMore() async throws {
        let receiver = try await ScriptedReceiver.holdingBack()

        let (first, second) = try await TestSender.with { sender in
            async let first = sender.post("http://127.0.0.1:\(receiver.port)/")
            await receiver.hasSeen(requests: 1)
            async let drained: Void = sender.sender.drain()
            // On the sender's loop, drain goes before what is sent after it was called; until then, ask again.
            var second = try await sender.post("http://127.0.0.1:1/")
            while second.failure?.code != .interrupted { second = try await sender.post("http://127.0.0.1:1/") }
            receiver.proceed()
            await drained
            return (try await first, second)
        }

        #expect(first.response?.status == 200)
        #expect(second.failure?.code == .interrupted)
        try await receiver.stop()
    }

    @Test func everyRequestOfManyEndsOnceWhateverItsReceiverDoes() async throws {
        let receiver = try await ScriptedReceiver.start { connection, request in
            guard request >= 0 else { return request == -1 && connection % 11 == 3 ? [.close] : [] }
            switch (connection + request) % 7 {
            case 0: return [.close]
            case 1: return [.reset]
            case 2: return [.send("HTTP/1.1 200 OK\r\n\r\nuntil"), .close]
            case 3: return [.send("nonsense\r\n")]
            default: return [.send(ScriptedReceiver.ok)]
            }
        }

        let outcomes = try await TestSender.with { sender in
            try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
                for index in 0..<300 {
                    let url = "http://127.0.0.1:\(receiver.port)/\(index)"
                    let request = try TestSender.request(url)
                    let sender = sender.sender
                    group.addTask { await sender.send(request) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }

        #expect(outcomes.count == 300)
        #expect(outcomes.contains { $0.response?.body == Array("ok".utf8) })
        #expect(outcomes.contains { $0.failure != nil })
        try await receiver.stop()
    }
}
