import MartletCore
import MartletTesting
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MartletDelivery

struct ResponseParserTests {
    /// What a parser made of some bytes, cut into pieces, and then perhaps the end of them.
    private struct Reading: Equatable {
        var verdict: ResponseParser.Verdict
        var response: AttemptResponse?
        var allowsReuse: Bool
    }

    private func read(
        _ pieces: [ArraySlice<UInt8>], closing: Bool = false, limits: SenderLimits = SenderLimits()
    ) -> Reading {
        var parser = ResponseParser(limits: limits)
        var verdict = ResponseParser.Verdict.incomplete
        for piece in pieces where verdict == .incomplete { verdict = parser.consume(Array(piece).span) }
        if closing, verdict == .incomplete { verdict = parser.end() }
        let allowsReuse = parser.allowsReuse && verdict == .complete
        return Reading(
            verdict: verdict, response: parser.isHeadComplete ? parser.takeResponse() : nil, allowsReuse: allowsReuse)
    }

    private func read(_ text: String, closing: Bool = false, limits: SenderLimits = SenderLimits()) -> Reading {
        read([Array(text.utf8)[...]], closing: closing, limits: limits)
    }

    struct Wellformed: Sendable {
        var text: String
        var status: Int
        var body = ""
        var headers: [HeaderField] = []
        var allowsReuse = true
        var closing = false
    }

    static let wellformed: [Wellformed] = [
        Wellformed(
            text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok",
            headers: [HeaderField(name: "Content-Length", value: "2")]),
        Wellformed(
            text: "HTTP/1.1 200\nContent-Length:2\n\nok", status: 200, body: "ok",
            headers: [HeaderField(name: "Content-Length", value: "2")]),
        Wellformed(
            text: "HTTP/1.1 204 No Content\r\nX: \t a b \t\r\n\r\n", status: 204,
            headers: [HeaderField(name: "X", value: "a b")]),
        Wellformed(
            text: "HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n", status: 304,
            headers: [HeaderField(name: "Content-Length", value: "5")]),
        Wellformed(
            text: "HTTP/1.1 999 Odd\r\nContent-Length: 0, 0\r\nConnection: foo , CLOSE\r\n\r\n", status: 999,
            headers: [
                HeaderField(name: "Content-Length", value: "0, 0"),
                HeaderField(name: "Connection", value: "foo , CLOSE"),
            ], allowsReuse: false),
        Wellformed(
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;name=\"v\"\r\nabc\r\n0A \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            status: 200, body: "abc0123456789", headers: [HeaderField(name: "Transfer-Encoding", value: "Chunked")]),
        Wellformed(
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nrest", status: 200, body: "rest",
            headers: [HeaderField(name: "Transfer-Encoding", value: "gzip")], allowsReuse: false, closing: true),
        Wellformed(text: "HTTP/1.1 500 No\r\n\r\nuntil", status: 500, body: "until", allowsReuse: false, closing: true),
        Wellformed(text: "HTTP/1.0 200 OK\r\n\r\nold", status: 200, body: "old", allowsReuse: false, closing: true),
        Wellformed(
            text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", status: 200, body: "x",
            headers: [
                HeaderField(name: "Connection", value: "Keep-Alive"), HeaderField(name: "Content-Length", value: "1"),
            ]),
        Wellformed(
            text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", status: 200, body: "x",
            headers: [HeaderField(name: "Content-Length", value: "1")], allowsReuse: false),
        Wellformed(
            text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 202 Fine\r\n"
                + "Content-Length: 0\r\n\r\n",
            status: 202, headers: [HeaderField(name: "Content-Length", value: "0")]),
        Wellformed(
            text: "HTTP/1.1 200 OK\r\nX: one\r\n  two\r\n\tthree\r\nContent-Length: 0\r\n\r\n", status: 200,
            headers: [HeaderField(name: "X", value: "one two three"), HeaderField(name: "Content-Length", value: "0")]),
        Wellformed(
            text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", status: 101,
            headers: [HeaderField(name: "Upgrade", value: "h2c")], allowsReuse: false),
        Wellformed(
            text: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", status: 302,
            headers: [
                HeaderField(name: "Location", value: "http://127.0.0.1/"),
                HeaderField(name: "Content-Length", value: "0"),
            ]),
    ]

    @Test(arguments: wellformed)
    func aWellFormedResponseReadsTheSameInWhateverPiecesItArrives(_ example: Wellformed) {
        let bytes = Array(example.text.utf8)
        let expected = Reading(
            verdict: .complete,
            response: AttemptResponse(
                status: example.status, headers: example.headers, body: Array(example.body.utf8), isTruncated: false),
            allowsReuse: example.allowsReuse)

        let whole = read([bytes[...]], closing: example.closing)
        let single = read(bytes.indices.map { bytes[$0...$0] }, closing: example.closing)
        let halves = bytes.indices.map { read([bytes[..<$0], bytes[$0...]], closing: example.closing) }

        #expect(whole == expected)
        #expect(single == expected)
        #expect(halves.allSatisfy { $0 == expected })
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "which is not a status line"),
        ("HTTP/2 200\r\n\r\n", "which is not a status line"),
        ("HTTP/1.1 20 OK\r\n\r\n", "which is not a status line"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "which is not a status line"),
        ("HTTP/1.1 099 OK\r\n\r\n", "which is not a status line"),
        ("HTTP/1.1  200 OK\r\n\r\n", "which is not a status line"),
        ("HTTP/1.x 200 OK\r\n\r\n", "which is not a status line"),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", "which is not a status line"),
        ("\u{0}\u{1}\u{2}", "“\\x00\\x01\\x02”, which is not HTTP/1.1"),
        ("<html>", "“<html>”, which is not HTTP/1.1"),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "“no colon”, which is no name and value"),
        ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "which is no name and value"),
        ("HTTP/1.1 200 OK\r\nA : x\r\n\r\n", "which is no name and value"),
        ("HTTP/1.1 200 OK\r\nA: x\u{0}y\r\n\r\n", "which is no name and value"),
        ("HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n", "which is no name and value"),
        ("HTTP/1.1 200 OK\r\n folded\r\n\r\n", "which continues nothing"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", "two different Content-Lengths"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "a Content-Length that is no number"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "a Content-Length that is no number"),
        ("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "an empty Content-Length"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
            "both Content-Length and Transfer-Encoding"
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "in which chunked is not the last"),
    ])
    func whatIsNoResponseIsMalformedAndSaysWhy(text: String, phrase: String) throws {
        let reading = read(text)

        guard case .invalid(let code, let fault) = reading.verdict else {
            Issue.record("\(reading)")
            return
        }
        #expect(code == .malformedResponse)
        #expect(fault.contains(phrase), "\(fault)")
        #expect(reading.response == nil)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nffffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n\r\n",
    ])
    func aBrokenBodyLeavesAResponseThatCounts(text: String) {
        let reading = read(text)

        #expect(reading.verdict == .complete)
        #expect(reading.response?.status == 200)
        #expect(reading.response?.body.starts(with: "ok".utf8) == true)
        #expect(reading.response?.isTruncated == true)
        #expect(!reading.allowsReuse)
    }

    @Test func aBodyIsKeptUpToTheBoundWithoutWaitingForMore() {
        var limits = SenderLimits()
        limits.bodyBytes = 4

        let exact = read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", limits: limits)
        let sized = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd", limits: limits)
        let chunked = read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde", limits: limits)
        let open = read("HTTP/1.1 200 OK\r\n\r\nabcde", limits: limits)

        #expect(exact.response?.isTruncated == false)
        #expect(exact.allowsReuse)
        for reading in [sized, chunked, open] {
            #expect(reading.verdict == .complete)
            #expect(reading.response?.body == Array("abcd".utf8))
            #expect(reading.response?.isTruncated == true)
            #expect(!reading.allowsReuse)
        }
    }

    @Test func aHeadBeyondItsBoundIsTooLargeWhereverItsBytesAre() {
        var limits = SenderLimits()
        limits.headBytes = 200
        let long = String(repeating: "a", count: 300)
        let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9)
        limits.headerFields = 3
        let many = String(repeating: "a: b\r\n", count: 4)

        let verdicts = [
            read("HTTP/1.1 200 \(long)", limits: limits), read("HTTP/1.1 200 OK\r\n\(long)", limits: limits),
            read("HTTP/1.1 200 OK\r\nA: \(long)\r\n\r\n", limits: limits), read(interim, limits: limits),
            read("HTTP/1.1 200 OK\r\n\(many)\r\n", limits: limits),
        ].map(\.verdict)

        for verdict in verdicts {
            guard case .invalid(.responseTooLarge, _) = verdict else {
                Issue.record("\(verdict)")
                continue
            }
        }
    }

    @Test func trailersAndChunkExtensionsAreBoundedToo() {
        var limits = SenderLimits()
        limits.headBytes = 200
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let long = String(repeating: "a", count: 2000)

        let trailers = read("\(head)2\r\nok\r\n0\r\nT: \(long)", limits: limits)
        let extensions = read("\(head)2\r\nok\r\n1;\(long)", limits: limits)

        for reading in [trailers, extensions] {
            #expect(reading.verdict == .complete)
            #expect(reading.response?.body == Array("ok".utf8))
            #expect(reading.response?.isTruncated == true)
        }
    }

    @Test func aStormOfInterimResponsesIsMalformed() {
        let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17)

        let reading = read(interim)

        #expect(
            reading.verdict == .invalid(.malformedResponse, "sent more than 16 interim (1xx) responses"))
    }

    @Test func bytesAfterAResponseForbidReuse() {
        let reading = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")

        #expect(reading.verdict == .complete)
        #expect(reading.response?.body == Array("ok".utf8))
        #expect(!reading.allowsReuse)
    }

    @Test func closingIsNamedByWhatHadArrived() {
        let nothing = read("", closing: true)
        let inHead = read("HTTP/1.1 200 OK\r\nA: b", closing: true)
        let inSized = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", closing: true)
        let inChunk = read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", closing: true)

        #expect(nothing.verdict == .invalid(.connectionClosed, "closed the connection before it answered"))
        #expect(
            inHead.verdict
                == .invalid(.connectionClosed, "closed the connection in the middle of the response's headers"))
        for reading in [inSized, inChunk] {
            #expect(reading.verdict == .complete)
            #expect(reading.response?.body == Array("abc".utf8))
            #expect(reading.response?.isTruncated == true)
            #expect(!reading.allowsReuse)
        }
    }

    @Test(arguments: [("timeout=5, max=100", 5), ("max=3,timeout=0", 0), ("timeout=x", nil), ("timeout=-1", nil)])
    func theReceiversIdleTimeoutIsRead(value: String, seconds: Int?) {
        var parser = ResponseParser(limits: SenderLimits())

        _ = parser.consume(Array("HTTP/1.1 200 OK\r\nkeep-alive: \(value)\r\nContent-Length: 0\r\n\r\n".utf8).span)

        #expect(parser.idleSeconds == seconds)
    }

    @Test func aParserReadsOneResponseAfterAnother() {
        var parser = ResponseParser(limits: SenderLimits())
        let first = Array("HTTP/1.1 500 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno".utf8)
        let second = Array("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n".utf8)

        _ = parser.consume(first.span)
        _ = parser.takeResponse()
        parser.reset()
        let verdict = parser.consume(second.span)

        #expect(verdict == .complete)
        #expect(parser.allowsReuse)
        let response = parser.takeResponse()
        #expect(response.status == 200)
        #expect(response.headers.map(\.name) == ["A", "Content-Length"])
        #expect(response.body.isEmpty)
    }

    // MARK: - Against NIO's decoder

    /// A response that two parsers should agree on, from a seed.
    private func randomResponse(_ random: inout SeededRandom) -> [UInt8] {
        var text = ""
        for _ in 0..<Int.random(in: 0...2, using: &random) { text += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" }
        let status = [200, 201, 202, 204, 301, 304, 400, 410, 429, 500, 503].randomElement(using: &random) ?? 200
        text += "HTTP/1.\(Bool.random(using: &random) ? 1 : 0) \(status) Reason\r\n"
        for index in 0..<Int.random(in: 0...5, using: &random) {
            let length = Int.random(in: 0...40, using: &random)
            let letters = (0..<length).map { _ in UInt8.random(in: 0x21...0x7E, using: &random) }
            let value = String(decoding: letters, as: UTF8.self)
            text += "X-Field-\(index):\(Bool.random(using: &random) ? " " : "")\(value)\r\n"
        }
        var bytes: [UInt8]
        let body = (0..<Int.random(in: 0...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        if status == 204 || status == 304 { return Array("\(text)\r\n".utf8) }
        switch Int.random(in: 0...2, using: &random) {
        case 0:
            bytes = Array("\(text)Content-Length: \(body.count)\r\n\r\n".utf8) + body
        case 1:
            bytes = Array("\(text)Transfer-Encoding: chunked\r\n\r\n".utf8)
            var rest = body[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(Int.random(in: 1...1000, using: &random))
                bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
                rest = rest.dropFirst(chunk.count)
            }
            bytes += Array("0\r\n\r\n".utf8)
        default:
            bytes = Array("\(text)Connection: close\r\n\r\n".utf8) + body
        }
        return bytes
    }

    private func pieces(of bytes: [UInt8], _ random: inout SeededRandom) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...500, using: &random))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func ourParserAgreesWithNIOs(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<100 {
            let bytes = randomResponse(&random)

            let expected = try readWithNIO(pieces(of: bytes, &random))
            let reading = read(pieces(of: bytes, &random), closing: true)

            #expect(reading.verdict == .complete, "round \(round)")
            #expect(reading.response == expected, "round \(round)")
        }
    }

    private func readWithNIO(_ pieces: [ArraySlice<UInt8>]) throws -> AttemptResponse {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeOutbound(
            HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
        try channel.writeOutbound(HTTPClientRequestPart.end(nil))
        for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        _ = try channel.finish(acceptAlreadyClosed: true)
        var response = AttemptResponse(status: 0, headers: [], body: [], isTruncated: false)
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head):
                response.status = Int(head.status.code)
                response.headers = head.headers.map { HeaderField(name: $0.name, value: $0.value) }
            case .body(let buffer):
                response.body += Array(buffer.readableBytesView)
            case .end:
                break
            }
        }
        return response
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func mutatedResponsesNeverCrashItNorDependOnTheirPieces(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var limits = SenderLimits()
        limits.headBytes = 400
        limits.bodyBytes = 1000
        for round in 0..<250 {
            let bytes = mutated(randomResponse(&random), &random)

            let whole = read([bytes[...]], closing: true, limits: limits)
            let pieced = read(pieces(of: bytes, &random), closing: true, limits: limits)

            // The word for what is no response may depend on how much of it was there to see, and reuse on what stood
            // after the end; nothing else may.
            #expect((whole.response?.body.count ?? 0) <= 1000, "round \(round)")
            #expect(whole.response == pieced.response, "round \(round)")
            #expect((whole.verdict == .complete) == (pieced.verdict == .complete), "round \(round)")
            #expect((whole.verdict == .complete) == (whole.response != nil), "round \(round)")
        }
    }

    private func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert([0x0D, 0x0A, 0x3A, 0x20, 0x30, 0x00].randomElement(using: &random) ?? 0, at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + 5))
            }
            if bytes.isEmpty { bytes = [0] }
        }
        return bytes
    }
}
