import MartletCore
import MartletTesting
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MartletAPI

@Suite struct RequestScanTests {
    private static let mostBytes = 1000

    private static func scan(_ bytes: some Collection<UInt8>, _ limits: ConnectionLimits = .patient) -> RequestScan {
        Array(bytes).withUnsafeBytes { RequestScan($0, limits: limits, mostBytes: mostBytes) }
    }

    private static func publish(
        _ headers: String..., body: String = "{}", method: String = "POST", target: String = "/v1/events"
    ) -> String {
        (["\(method) \(target) HTTP/1.1", "Host: localhost:8080", "Authorization: Bearer key"] + headers).joined(
            separator: "\r\n") + "\r\n\r\n" + body
    }

    private static func isPlain(_ scan: RequestScan) -> Bool {
        if case .plain = scan { true } else { false }
    }

    // MARK: What is taken

    @Test(
        arguments: [
            publish("Content-Length: 2"),
            publish("content-length:2", "content-type: Application/JSON"),
            publish("CONTENT-LENGTH: \t 002", "Content-Type: application/json; charset=utf-8"),
            publish("Content-Length: 2", "Connection: Keep-Alive", "X-Empty:", "X-Tab: a\tb", "User-Agent: a/1 (b; c)"),
            publish("Content-Length: 2", "X-Api_Key!#$%&'*+-.^`|~: ~!@"),
            publish("Content-Length: 2", target: "/in/0123456789abcdefghjkmnpqrs?a=b&c=%20"),
            publish("Content-Length: 2", "Content-Encoding: gzip", "Idempotency-Key: k", target: "/in/a"),
            publish("Content-Length: 0", body: "", target: "/in/a"),
        ])
    func whatIsPlainIsTakenAsTheParserReadsIt(text: String) throws {
        let bytes = Array(text.utf8)

        let scan = Self.scan(bytes)

        #expect(Self.isPlain(scan))
        #expect(try Parsed(bytes) == Parsed(scan, bytes))
    }

    @Test func aHeadThatIsNotWholeIsIncompleteAtEveryByte() {
        let bytes = Array(Self.publish("Content-Length: 2", "X-A: b", body: "").utf8)

        for end in bytes.indices {
            #expect(Self.scan(bytes[..<end]) == .incomplete, "\(end)")
        }

        #expect(Self.isPlain(Self.scan(bytes)))
    }

    // MARK: What is left to the routes

    @Test(
        arguments: [
            publish("Content-Length: 2", method: "PUT"),
            publish("Content-Length: 2", target: "/v1/events?explain=true"),
            publish("Content-Length: 2", target: "/v1/events/"),
            publish("Content-Length: 2", target: "/in/\"a"),
            publish("Content-Length: 2", "Idempotency-Key: k"),
            publish("Content-Length: 2", "Content-Encoding: gzip"),
            publish("Content-Length: 2", "Content-Type: text/plain"),
            publish("Content-Length: 2", "Content-Type: application/json", "Content-Type: application/json"),
            publish("Content-Length: 2", "Authorization: Bearer other"),
            publish("Content-Length: 2", "Expect: 100-continue"),
            publish("Content-Length: 2", "Trailer: X-A"),
            publish("Content-Length: 2", "Host: other"),
            publish("Content-Length: 2", "X-A: a "),
            publish("Content-Length: 2", "X-A: é"),
            publish("Content-Length: 1001"),
            publish("Content-Length: 0", body: ""),
            publish(body: ""),
            "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            "POST /in/a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            "POST /in/a HTTP/1.1\r\nHost: a, b\r\nContent-Length: 2\r\n\r\n{}",
            "POST /in/a HTTP/1.1\r\nHost:\r\nContent-Length: 2\r\n\r\n{}",
            "GET /healthz HTTP/1.1\r\n\r\n",
        ])
    func whatIsNotPlainIsFramedAsTheParserFramesIt(text: String) throws {
        let head = text.utf8.count - (text.hasSuffix("{}") ? 2 : 0)
        let length = text.contains("1001") ? 1001 : text.utf8.count - head

        #expect(Self.scan(text.utf8) == .framed(length: head + length))
    }

    @Test(
        arguments: [
            publish("Content-Length: 2", "Content-Length: 2"), publish("Content-Length: 2", "Content-Length: 3"),
            publish("Content-Length: +2"), publish("Content-Length: -2"), publish("Content-Length: 2, 2"),
            publish("Content-Length: 2 "), publish("Content-Length: 0x2"), publish("Content-Length:"),
            publish("Content-Length: 9999999999999999"), publish("Content-Length : 2"),
            publish("Content-Length: 2", "Transfer-Encoding: chunked"), publish("Transfer-Encoding: chunked"),
            publish("Content-Length: 2", "Transfer-Encoding: identity"), publish("Transfer-Encoding : chunked"),
            publish("Content-Length: 2", "X-A: b\r\n folded"), publish("Content-Length: 2", "X-A: b\r\n\tfolded"),
            publish("Content-Length: 2\n"), publish("Content-Length: 2", "X-A: b\nX-C: d"),
            publish("Content-Length: 2", "X-A: b\rX-C: d"), publish("Content-Length: 2", "X-A: a\0b"),
            publish("Content-Length: 2", "X-A: a\u{7F}b"), publish("Content-Length: 2", ": b"),
            publish("Content-Length: 2", "X A: b"), publish("Content-Length: 2", "garbage"),
            publish("Content-Length: 2", "Connection: close"), publish("Content-Length: 2", "Connection: upgrade"),
            publish("Content-Length: 2", "Upgrade: h2c"), publish("Content-Length: 2", "Proxy-Connection: close"),
            "POST /v1/events HTTP/1.0\r\nHost: a\r\n\r\n", "POST /v1/events HTTP/1.1\nHost: a\n\n",
            "POST  /v1/events HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1/events  HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST http://a/v1/events HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1/events#a HTTP/1.1\r\nHost: a\r\n\r\n",
            "post /v1/events HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}",
        ])
    func whatCouldBeReadInTwoWaysIsLeftToTheParser(text: String) {
        #expect(Self.scan(text.utf8) == .unclear)
    }

    @Test func headsBeyondTheirLimitsAreLeftToTheParser() {
        var limits = ConnectionLimits.patient
        limits.headers = 4
        limits.headerBytes = 40
        limits.headersBytes = 200
        func scan(_ headers: String...) -> RequestScan {
            let lines = ["POST /in/a HTTP/1.1", "Host: a", "Content-Length: 0"] + headers
            return Self.scan((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8, limits)
        }

        #expect(Self.isPlain(scan("X-A: a", "X-B: b")))
        #expect(scan("X-A: a", "X-B: b", "X-C: c") == .unclear)
        #expect(scan("X-A: " + String(repeating: "a", count: 40)) == .unclear)
        #expect(Self.scan(Array(repeating: UInt8(ascii: "A"), count: 7), limits) == .incomplete)
        #expect(Self.scan(Array("GET /".utf8) + Array(repeating: 0x61, count: 196), limits) == .unclear)
    }

    // MARK: Agreement with the parser

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whateverIsTakenTheParserReadsWithTheSameMeaningToTheSameEnd(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var plain = 0
        var framed = 0

        for _ in 0..<400 {
            var bytes = Mutation.start(&random)
            for _ in 0..<Int.random(in: 0...3, using: &random) { Mutation.mutate(&bytes, &random) }
            let text = Comment(rawValue: String(decoding: bytes, as: UTF8.self).debugDescription)
            let scan = Self.scan(bytes)
            switch scan {
            case .incomplete, .unclear: continue
            case .framed(let length):
                guard length < 5000 else { continue }
                framed += 1
                // What the parser refuses, it refuses in its own way.
                guard let parsed = try? Parsed(Self.sized(bytes, length)) else { continue }
                #expect(parsed.isWhole, text)
            case .plain(let request):
                plain += 1
                let message = Self.sized(bytes, request.length)
                #expect((try? Parsed(message)) == Parsed(scan, message), text)
            }
        }

        #expect(plain > 50, "seed \(seed)")
        #expect(framed > 50, "seed \(seed)")
    }

    /// The first bytes, or these and some that are missing.
    private static func sized(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        Array(bytes.prefix(length)) + Array(repeating: UInt8(ascii: "\r"), count: max(0, length - bytes.count))
    }
}

/// A request as the server's parser and its rules read it.
private struct Parsed: Equatable {
    var head: [String] = []
    var body: [UInt8] = []
    /// Whether the request ends with its bytes, so that the next one is read as one.
    var isWhole = true

    /// - Throws: what the parser, or who comes after it, says is wrong.
    init(_ bytes: [UInt8]) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = ConnectionLimits.patient.headerBytes
        limits.maxHeaderListSize = ConnectionLimits.patient.headersBytes
        limits.maxHeaderFieldCount = ConnectionLimits.patient.headers
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        let rules = ConnectionRules(
            bodyTime: .hours(1), idleTime: .hours(1), mostBytes: .max, use: ConnectionUse(now: channel.eventLoop.now))
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)), rules)

        try channel.writeInbound(ByteBuffer(bytes: bytes))
        guard case .head(let head)? = try channel.readInbound(as: HTTPServerRequestPart.self) else {
            isWhole = false
            return
        }
        self.head = ["\(head.method) \(head.uri) \(head.version)"] + head.headers.map { "\($0.name): \($0.value)" }
        var part = try channel.readInbound(as: HTTPServerRequestPart.self)
        while case .body(let bytes)? = part {
            body += bytes.readableBytesView
            part = try channel.readInbound(as: HTTPServerRequestPart.self)
        }
        guard part == .end(nil), try channel.readInbound(as: HTTPServerRequestPart.self) == nil else {
            isWhole = false
            return
        }
        try channel.writeInbound(ByteBuffer(string: "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"))
        guard case .head(let next)? = try channel.readInbound(as: HTTPServerRequestPart.self), next.uri == "/next"
        else {
            isWhole = false
            return
        }
    }

    /// What a scan took it for.
    init(_ scan: RequestScan, _ bytes: [UInt8]) {
        guard case .plain(let request) = scan else { return }
        let message = ByteBuffer(bytes: bytes)
        let fields = request.fields(of: message)
        var target = "/v1/events"
        switch request.purpose {
        case .receive(let place): target = request.text(place, of: message)
        case .publish(let authorization):
            let key = fields.filter { $0.name.lowercased() == "authorization" }.map(\.value)
            isWhole = key == [request.text(authorization, of: message)]
        }
        head = ["POST \(target) HTTP/1.1"] + fields.map { "\($0.name): \($0.value)" }
        body = Array(request.body(of: message).readableBytesView)
    }
}

/// Requests that are plain, and what may become of their bytes.
private enum Mutation {
    private static let starts = [
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer key\r\nContent-Length: 5\r\n\r\n{\"a\"}",
        "POST /v1/events HTTP/1.1\r\nHost: a.example:80\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
            + "Authorization: Bearer key\r\nUser-Agent: x\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n{\"a\": [1,2]}",
        "POST /in/0123456789?a=b HTTP/1.1\r\nHost: a\r\nX-Signature: t=1,v1=ab\r\nContent-Length: 3\r\n\r\n\r\n\r",
        "GET /v1/events HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
        "PUT /v1/a/b?c HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nGET ",
    ]

    private static let pieces = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "é", "\u{7F}", "0", "5", "+", "\r\n ", "\r\n\r\n", "a", "?",
        "#",
        "/", "%", "\"", "Content-Length: 5\r\n", "Content-Length: 7\r\n", "Content-Length: 0\r\n",
        "content-length:1\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Host: b\r\n", "Host:\r\n",
        "X-A:\r\n", "X-A: \r\n", "X-A: b \r\n", "X-A:\t b\tc\r\n", "X: \"q,\"\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Connection: upgrade\r\nUpgrade: a\r\n", "Upgrade: h2c\r\n",
        "Expect: 100-continue\r\n",
        "Trailer: a\r\n", "Proxy-Connection: close\r\n", "Keep-Alive: 5\r\n", "X_y!: z\r\n", "HTTP/1.0", "HTTP/1.1",
        "Idempotency-Key: k\r\n", "Authorization: Basic a\r\n", "Content-Type: a\r\n", "HEAD ", "DELETE ", "OPTIONS ",
    ]

    static func start(_ random: inout SeededRandom) -> [UInt8] {
        Array(starts[Int.random(in: starts.indices, using: &random)].utf8)
    }

    static func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: bytes.indices, using: &random)
        let piece = Array(pieces[Int.random(in: pieces.indices, using: &random)].utf8)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] ^= 0x20
        case 2: bytes.remove(at: at)
        case 3: bytes.insert(contentsOf: piece, at: at)
        case 4: bytes.replaceSubrange(at..<min(bytes.count, at + piece.count), with: piece)
        case 5: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 20)], at: at)
        default:
            // In a line's place, where a piece has most of a meaning.
            let ends = bytes.indices.filter { $0 > 0 && bytes[$0 - 1] == UInt8(ascii: "\n") }
            if let end = ends.randomElement(using: &random) { bytes.insert(contentsOf: piece, at: end) }
        }
    }
}
