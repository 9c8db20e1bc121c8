import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MartletAPI

/// What the shortcut holds, for how long, and what it passes on.
@Suite struct PublishShortcutWaitingTests {
    /// With a key that is none: the routes say so, once all of it is there.
    private static let head =
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: 10\r\n\r\n"
    private static let body = #"{"a":"bc"}"#
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func with(room: Int = 1000, _ body: (ShortcutBench) throws -> Void) throws {
        let bench = try ShortcutBench(room: room)
        defer { bench.end() }
        try body(bench)
    }

    // MARK: Requests in pieces

    @Test func aRequestIsLookedAtOnceItIsWhole() throws {
        try Self.with { bench in
            bench.advance(.seconds(5))
            bench.receive(Self.head + "{")
            bench.advance(.milliseconds(900))
            let early = bench.passed
            let hasRoom = bench.hasAllRoom
            let begun = bench.use.last
            bench.receive(String(Self.body.dropFirst()))

            #expect(early.isEmpty)
            #expect(!hasRoom)
            #expect(bench.passed == Self.head + Self.body)
            #expect(bench.hasAllRoom)
            #expect(begun == .uptimeNanoseconds(5_000_000_000))
            #expect(bench.use.last == .uptimeNanoseconds(5_900_000_000))
            #expect(!bench.use.isAnswering)
        }
    }

    @Test func aBodyThatTakesItsTimeIsTheParsersAfterASecond() throws {
        try Self.with { bench in
            bench.receive(Self.head + "{")
            bench.advance(.milliseconds(999))
            let early = bench.passed
            bench.advance(.milliseconds(1))
            let late = bench.passed
            bench.receive("\"")
            bench.receive("a\":\"bc\"}" + Self.get)
            let rest = bench.passed
            bench.sayThatAllIsAnswered()

            #expect(early.isEmpty)
            #expect(late == Self.head + "{")
            #expect(bench.hasAllRoom)
            #expect(rest == Self.head + Self.body)
            #expect(bench.passed == Self.head + Self.body + Self.get)
        }
    }

    @Test func eachRequestHasASecondOfItsOwn() throws {
        try Self.with { bench in
            bench.receive(Self.head)
            bench.advance(.milliseconds(600))
            bench.receive(Self.body)
            bench.sayThatAllIsAnswered()
            bench.receive(Self.head)
            bench.advance(.milliseconds(999))
            let early = bench.passed
            bench.advance(.milliseconds(1))

            #expect(early == Self.head + Self.body)
            #expect(bench.passed == Self.head + Self.body + Self.head)
        }
    }

    @Test func aHeadThatTakesItsTimeIsTheParsersWithAllThatFollows() throws {
        try Self.with { bench in
            bench.receive(String(Self.head.prefix(30)))
            bench.advance(.milliseconds(999))
            let early = bench.passed
            bench.advance(.milliseconds(1))
            bench.receive(Self.head.dropFirst(30) + Self.body + Self.get)

            #expect(early.isEmpty)
            #expect(bench.passed == Self.head + Self.body + Self.get)
        }
    }

    @Test func aHeadInManyPiecesIsTheParsers() throws {
        try Self.with { bench in
            for byte in Self.head.utf8.prefix(3) { bench.receive(String(UnicodeScalar(byte))) }
            let early = bench.passed
            bench.receive("T")
            bench.receive(" ")

            #expect(early.isEmpty)
            #expect(bench.passed == "POST ")
        }
    }

    @Test func bytesThatAreUnclearAreTheParsersWithAllThatFollows() throws {
        try Self.with { bench in
            let chunked = "POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            bench.receive(chunked)
            bench.sayThatAllIsAnswered()
            bench.receive(Self.head)

            #expect(bench.passed == chunked + Self.head)
        }
    }

    // MARK: Requests of the routes

    @Test func whatComesAfterARequestOfTheRoutesWaitsForItsAnswer() throws {
        try Self.with { bench in
            bench.receive(Self.get + Self.get + Self.head)
            let first = bench.passed
            bench.receive(Self.body + Self.get)
            bench.sayThatAllIsAnswered()
            let second = bench.passed
            bench.sayThatAllIsAnswered()
            let third = bench.passed
            bench.sayThatAllIsAnswered()

            #expect(first == Self.get)
            #expect(second == Self.get + Self.get)
            #expect(third == second + Self.head + Self.body)
            #expect(bench.passed == third + Self.get)
        }
    }

    @Test func whereTheParserWouldBeDoneBeforeItsBytesAreAllGoesToIt() throws {
        try Self.with { bench in
            let put = "PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
            bench.receive(put)
            bench.sayThatAllIsAnswered()
            bench.receive(Self.get + Self.get)

            #expect(bench.passed == put + Self.get + Self.get)
        }
    }

    @Test func whatWaitsForAnAnswerIsReadOnceAheadOfIt() throws {
        try Self.with { bench in
            let before = bench.reads
            bench.receive(Self.get)
            bench.channel.read()
            let ahead = bench.reads
            bench.receive(Self.get)
            bench.channel.read()
            let held = bench.reads
            bench.sayThatAllIsAnswered()

            #expect(ahead == before + 1)
            #expect(held == ahead)
            #expect(bench.reads == held + 1)
            #expect(bench.passed == Self.get + Self.get)
        }
    }

    @Test func aConnectionThatIsClosedForAnswersIsReadToItsEnd() throws {
        try Self.with { bench in
            bench.receive(Self.get)
            bench.receive(Self.get)
            bench.channel.read()
            let before = bench.reads
            bench.channel.close(mode: .output, promise: nil)

            #expect(bench.passed == Self.get + Self.get)
            #expect(bench.reads == before + 1)
        }
    }

    // MARK: Ends and errors

    @Test(arguments: [ChannelEvent.inputClosed as any Sendable, ChannelShouldQuiesceEvent()])
    func whatIsHeldGoesOnBeforeTheEndOfTheConnectionDoes(event: any Sendable) throws {
        try Self.with { bench in
            bench.receive(Self.head + "{")
            bench.channel.pipeline.fireUserInboundEventTriggered(event)
            bench.receive("}")

            #expect(bench.passed == Self.head + "{<\(event)>}")
            #expect(bench.hasAllRoom)
        }
    }

    @Test func whatIsHeldGoesOnBeforeAnErrorDoes() throws {
        try Self.with { bench in
            bench.receive(Self.get + "GET")
            bench.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)

            #expect(bench.passed == Self.get + "GET<\(ChannelError.inputClosed)>")
        }
    }

    @Test func aClientThatIsGoneTakesNoRoom() throws {
        try Self.with { bench in
            bench.receive(Self.head + "{")
            let hasRoom = bench.hasAllRoom
            bench.end()

            #expect(!hasRoom)
            #expect(bench.hasAllRoom)
        }
    }

    @Test func whatHasNoRoomIsForTheRoutesToRefuse() throws {
        try Self.with(room: 9) { bench in
            bench.receive(Self.head + "{")

            #expect(bench.passed == Self.head + "{")
            #expect(bench.hasAllRoom)
        }
    }

    // MARK: Idle connections

    @Test func aConnectionIsIdleOnceNeitherTheRoutesNorTheShortcutUseIt() throws {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/bench")).wait()
        let loop = channel.embeddedEventLoop
        let use = ConnectionUse(now: loop.now)
        try channel.pipeline.syncOperations.addHandler(
            ConnectionRules(bodyTime: .hours(1), idleTime: .seconds(75), mostBytes: 0, use: use))

        loop.advanceTime(by: .seconds(70))
        use.last = loop.now
        loop.advanceTime(by: .seconds(70))
        let isOpenInUse = channel.isActive
        use.isAnswering = true
        loop.advanceTime(by: .seconds(200))
        let isOpenAnswering = channel.isActive
        use.isAnswering = false
        use.last = loop.now
        loop.advanceTime(by: .seconds(74))
        let isOpenEarly = channel.isActive
        loop.advanceTime(by: .seconds(76))

        #expect(isOpenInUse)
        #expect(isOpenAnswering)
        #expect(isOpenEarly)
        #expect(!channel.isActive)
    }

    @Test func aBodyIsGivenUpOnWhenItsOwnTimeIsOver() throws {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        let loop = channel.embeddedEventLoop
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(HTTPRequestDecoder()),
            ConnectionRules(
                bodyTime: .seconds(60), idleTime: .hours(1), mostBytes: 0, use: ConnectionUse(now: loop.now)))

        try channel.writeInbound(ByteBuffer(string: Self.head))
        loop.advanceTime(by: .seconds(40))
        try channel.writeInbound(ByteBuffer(string: Self.body + Self.head))
        loop.advanceTime(by: .seconds(59))
        try channel.throwIfErrorCaught()
        loop.advanceTime(by: .seconds(1))

        #expect(throws: HTTPParserError.self) { try channel.throwIfErrorCaught() }
    }
}
