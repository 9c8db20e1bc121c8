import MartletCore
import MartletService
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import WebhookSigning

@testable import MartletAPI

@Suite struct PublishShortcutTests {
    private static let event = #"{"type":"a.b","data":{"n":1}}"#

    private static func publish(_ service: TestService, _ body: String = event, _ headers: String...) -> String {
        ([
            "POST /v1/events HTTP/1.1", "Host: localhost", "Authorization: Bearer \(service.keys.sandbox)",
            "Content-Length: \(body.utf8.count)",
        ] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    @Test func itAnswersAsTheRoutesDo() async throws {
        try await TestService.with { service in
            let answers = try await RawConnection.with(port: service.port) { connection in
                // The routes alone know queries.
                let routed = Self.publish(service).replacing("/v1/events ", with: "/v1/events?explain=false ")
                try await connection.send(Self.publish(service) + routed)
                return [try await connection.answer(), try await connection.answer()]
            }
            let (short, routed) = (try #require(answers[0]), try #require(answers[1]))

            #expect(short.status == routed.status)
            for name in ["content-type", "cache-control", "server", "date"] {
                #expect(short.header(name) != nil && short.header(name)?.count == routed.header(name)?.count, "\(name)")
            }
            #expect(APIAnswer(raw: short).members.contains("delivery_count"))
            #expect(APIAnswer(raw: short).members == APIAnswer(raw: routed).members)
        }
    }

    @Test func whatItDoesNotTakeIsAnsweredByTheRoutesInItsTurn() async throws {
        try await TestService.with { service in
            let statuses = try await RawConnection.with(port: service.port) { connection in
                let chosen = #"{"id":"once","type":"a.b","data":{"n":1}}"#
                try await connection.send(
                    Self.publish(service) + Self.publish(service, "{") + Self.publish(service, chosen)
                        + Self.publish(service, chosen) + Self.publish(service, Self.event, "Idempotency-Key: k")
                        + Self.publish(service, Self.event, "Content-Type: text/plain") + Self.publish(service))
                var statuses: [Int?] = []
                for _ in 0..<7 { statuses.append(try await connection.answer()?.status) }
                return statuses
            }

            #expect(statuses == [202, 400, 202, 202, 202, 415, 202])
        }
    }

    @Test func aClientThatHasSaidAllIsAnsweredAll() async throws {
        try await TestService.with { service in
            let statuses = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(Self.publish(service) + Self.publish(service))
                connection.finishSending()
                return [try await connection.answer()?.status, try await connection.answer()?.status]
            }

            #expect(statuses == [202, 202])
        }
    }

    @Test func whatItRefusesItRefusesAsTheRoutesDo() async throws {
        var intake = IntakeLimits()
        intake.backlog = 1
        try await TestService.with(intake: intake) { service in
            _ = try await service.admin.post(
                "/v1/webhooks", .object([.init("url", "https://127.0.0.1/"), .init("events", .array(["*"]))]))
            let later = (service.now + .seconds(3600)).rfc3339
            let event = #"{"type":"a.b","data":{},"deliver_at":"\#(later)"}"#
            _ = try await service.admin.post("/v1/events", try JSONValue(parsing: event))

            let answers = try await RawConnection.with(port: service.port) { connection in
                let short = Self.publish(service, event)
                try await connection.send(short + short.replacing("/v1/events ", with: "/v1/events?explain=false "))
                return [try await connection.answer(), try await connection.answer()]
            }
            let (short, routed) = (try #require(answers[0]), try #require(answers[1]))

            #expect(short.status == 429)
            #expect(short.status == routed.status)
            #expect(Set(short.headers.map(\.name)) == Set(routed.headers.map(\.name)))
            #expect(short.header("retry-after") == routed.header("retry-after"))
            #expect(short.body == routed.body)
        }
    }

    @Test func aSourcesSenderIsAnsweredAsTheRoutesDo() async throws {
        try await TestService.with { service in
            let sender = try await Sender(
                service, preset: "token", parameters: ["event_id": "header:X-Id"],
                secret: SigningSecret(kept: "s3cret"))
            func answers(_ secret: String) async throws -> [RawAnswer] {
                let request = WebhookRequest(
                    url: sender.url, headers: [("Authorization", secret)], body: Array("{}".utf8))
                // In chunks it is for the routes.
                return [
                    try await sender.send(request, isChunked: false), try await sender.send(request, isChunked: true),
                ]
            }

            for (secret, status) in [("s3cret", 200), ("other", 401), ("other", 401)] {
                let answers = try await answers(secret)

                #expect(answers.map(\.status) == [status, status])
                #expect(Set(answers[0].headers.map(\.name)) == Set(answers[1].headers.map(\.name)))
                #expect(answers[0].header("content-type") == answers[1].header("content-type"))
                #expect(answers[0].body == answers[1].body)
            }
        }
    }

    // MARK: Order and pieces

    /// What goes by the shortcut, what by the routes, and what is wrong, in turn; with what it is answered.
    private static func mixture(_ service: TestService) -> [(request: String, status: Int)] {
        let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        let stranger = publish(service).replacing(service.keys.sandbox, with: "mk_nobody")
        return [
            (publish(service), 202), (get, 200), (publish(service), 202), (publish(service), 202),
            (publish(service, "{"), 400), (publish(service), 202), (stranger, 401), (get, 200), (get, 200),
            (publish(service, event, "Idempotency-Key: k"), 202), (publish(service), 202),
        ]
    }

    @Test(arguments: [1000, 61, 7])
    func requestsInPiecesAreAnsweredInTheirOrder(size: Int) async throws {
        try await TestService.with { service in
            let chunked =
                "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(service.keys.sandbox)\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1d\r\n\(Self.event)\r\n0\r\n\r\n"
            let mixture = Self.mixture(service) + [(chunked, 202)] + Self.mixture(service)
            let bytes = Array(mixture.map(\.request).joined().utf8)

            let statuses = try await RawConnection.with(port: service.port) { connection in
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try await connection.send(Array(bytes[start..<min(bytes.count, start + size)]))
                }
                connection.finishSending()
                var statuses: [Int] = []
                while let answer = try await connection.answer() { statuses.append(answer.status) }
                return statuses
            }

            #expect(statuses == mixture.map(\.status))
        }
    }

    @Test func aClientThatTakesTurnsIsAnsweredInItsOrder() async throws {
        try await TestService.with { service in
            let mixture = Self.mixture(service)

            let statuses = try await RawConnection.with(port: service.port) { connection in
                var statuses: [Int?] = []
                for (request, _) in mixture {
                    let end = try #require(request.firstRange(of: "\r\n\r\n")).upperBound
                    try await connection.send(String(request[..<end]))
                    if end < request.endIndex { try await connection.send(String(request[end...])) }
                    statuses.append(try await connection.answer()?.status)
                }
                return statuses
            }

            #expect(statuses == mixture.map(\.status))
        }
    }

    @Test func whereverARequestIsSplitItIsAnsweredHere() async throws {
        try await TestService.with { service in
            let request = Array(Self.publish(service, Self.event, "Content-Type: application/json").utf8)
            let log = Log()
            let channel = try await Self.channel(service, BodyBytes(most: 100), log)

            for end in 1..<request.count {
                try await channel.writeInbound(ByteBuffer(bytes: request[..<end]))
                try await channel.writeInbound(ByteBuffer(bytes: request[end...]))
                let answer = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
                #expect(String(buffer: answer).hasPrefix("HTTP/1.1 202 Accepted\r\n"), "\(end)")
            }

            #expect(log.entries == Array(repeating: "answer HTTP/1.1 202", count: request.count - 1))
            _ = try await channel.finish(acceptAlreadyClosed: true)
        }
    }

    // MARK: Ends

    @Test func theEndOfTheServiceComesAfterTheAnswersThatAreOwed() async throws {
        try await TestService.with { service in
            let log = Log()
            let bytes = BodyBytes(most: 100)
            let channel = try await Self.channel(service, bytes, log)

            try await channel.writeInbound(ByteBuffer(string: Self.publish(service) + Self.publish(service) + "GET"))
            try await channel.testingEventLoop.executeInContext {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            for _ in 0..<2 { _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self) }
            try await channel.testingEventLoop.executeInContext {}

            #expect(
                log.entries == [
                    "answer HTTP/1.1 202", "answer HTTP/1.1 202", "GET", "<\(ChannelShouldQuiesceEvent())>",
                ])
            #expect(bytes.take(100))
            _ = try await channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test func whoeverIsGoneBeforeTheAnswerTakesNoRoom() async throws {
        try await TestService.with { service in
            let bytes = BodyBytes(most: 100)
            let channel = try await Self.channel(service, bytes, Log())

            try await channel.writeInbound(ByteBuffer(string: Self.publish(service) + Self.publish(service)))
            _ = try await channel.finish(acceptAlreadyClosed: true)
            // Whoever is answered after a batch that began later comes after whoever was in an earlier one.
            for _ in 0..<2 { _ = try await service.admin.publish() }
            try await channel.testingEventLoop.executeInContext {}

            #expect(bytes.take(100))
        }
    }

    /// What happened on both sides of a shortcut, in its order.
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])

        var entries: [String] { lines.withLock { $0 } }

        func note(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// A shortcut alone, with nobody but the test behind it.
    private static func channel(
        _ service: TestService, _ bytes: BodyBytes, _ log: Log
    ) async throws -> NIOAsyncTestingChannel {
        let publisher = Publisher(service.context, bytes: bytes, server: "test")
        let channel = try await NIOAsyncTestingChannel { channel in
            let use = ConnectionUse(now: channel.eventLoop.now)
            try channel.pipeline.syncOperations.addHandlers([
                SocketWitness(tell: log.note), PublishShortcut(publisher, limits: .patient, use: use),
                ParserWitness(tell: log.note),
            ])
        }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).get()
        return channel
    }

    @Test func roomForBodiesIsTakenAndGivenBack() {
        let bytes = BodyBytes(most: 10)

        let (first, second) = (bytes.take(10), bytes.take(1))
        bytes.giveBack(10)
        let third = bytes.take(1)

        #expect((first, second, third) == (true, false, true))
    }
}
