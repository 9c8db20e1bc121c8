import NIOCore
import NIOPosix

/// Publishes events over connections that are kept, each with one request under way at a time.
struct BenchPublisher: Sendable {
    /// What is published.
    struct Work: Sendable {
        var events: Int
        /// How many events a request brings.
        var batch = 1
        var connections = 32
        /// Events a second; `nil` for as many as are taken.
        var rate: Double?
        /// Event types, one after the other.
        var types = ["bench.event"]
        /// `application` of each event.
        var application: String?
        /// Tells its events apart from others': a capital letter.
        var channel = UInt8(ascii: "A")
        /// About how large an event's payload is, in bytes.
        var bytes = 500
    }

    let port: Int
    let key: String
    let group: any EventLoopGroup

    /// Publishes all of it.
    ///
    /// At a rate, a request that finds no connection free waits, and its time counts from when it was due: what is slow is
    /// not left out because it was slow ("coordinated omission").
    ///
    /// - Returns: how long the answers took, in microseconds.
    func publish(_ work: Work) async throws -> BenchHistogram {
        let requests = (work.events + work.batch - 1) / work.batch
        let loop = group.next()
        let done = loop.makePromise(of: BenchHistogram.self)
        let desk = try await loop.submit { [key] in
            NIOLoopBound(PublishingDesk(work, key: key, requests: requests, done: done), eventLoop: loop)
        }.get()
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PublishingHandler(desk.value))
                }
            }
        var channels: [any Channel] = []
        for _ in 0..<max(1, min(work.connections, requests)) {
            channels.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get())
        }
        loop.execute { desk.value.open(on: loop) }
        defer { for channel in channels { channel.close(promise: nil) } }
        return try await done.futureResult.get()
    }
}

/// Gives out requests to the connections. Used on one event loop only.
private final class PublishingDesk {
    private let work: BenchPublisher.Work
    private let done: EventLoopPromise<BenchHistogram>
    private let head: String
    private let filling: String
    private let requests: Int
    private var begun = 0
    private var answered = 0
    private var start = 0
    private var isOpen = false
    private var idle: [PublishingHandler] = []
    private var histogram = BenchHistogram()

    init(_ work: BenchPublisher.Work, key: String, requests: Int, done: EventLoopPromise<BenchHistogram>) {
        self.work = work
        self.done = done
        self.requests = requests
        head =
            "POST \(work.batch == 1 ? "/v1/events" : "/v1/events/batch") HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + "Authorization: Bearer \(key)\r\nContent-Type: application/json\r\nContent-Length: "
        filling = String(String(repeating: "abcdefghij", count: work.bytes / 10 + 1).prefix(max(0, work.bytes - 120)))
    }

    func open(on loop: any EventLoop) {
        start = BenchClock.microseconds
        isOpen = true
        if requests == 0 { return done.succeed(histogram) }
        if work.rate == nil {
            let waiting = idle
            idle = []
            for handler in waiting { isFree(handler) }
        } else {
            catchUp(on: loop)
        }
    }

    /// A connection has nothing to do.
    func isFree(_ handler: PublishingHandler) {
        guard isOpen, begun < requests, dueAt(begun) <= BenchClock.microseconds else {
            idle.append(handler)
            return
        }
        let due = work.rate == nil ? BenchClock.microseconds : dueAt(begun)
        begun += 1
        handler.send(request(begun - 1, due: due), due: due)
    }

    func answer(after microseconds: Int) {
        histogram.record(microseconds)
        answered += 1
        if answered == requests { done.succeed(histogram) }
    }

    func fail(_ reason: String) { done.fail(CommandFailure(reason)) }

    /// Gives what is due to the connections that are free, time and again.
    private func catchUp(on loop: any EventLoop) {
        let now = BenchClock.microseconds
        while begun < requests, dueAt(begun) <= now, let handler = idle.popLast() { isFree(handler) }
        guard begun < requests else { return }
        loop.assumeIsolated().scheduleTask(in: .microseconds(500)) { self.catchUp(on: loop) }
    }

    private func dueAt(_ request: Int) -> Int {
        guard let rate = work.rate else { return start }
        return start + Int(Double(request * work.batch) * 1e6 / rate)
    }

    private func request(_ number: Int, due: Int) -> ByteBuffer {
        let count = min(work.batch, work.events - number * work.batch)
        let mark = BenchMark(channel: work.channel, microseconds: due).member
        let application = work.application.map { #","application":"\#($0)""# } ?? ""
        var body = ""
        for event in 0..<count {
            let type = work.types[(number * work.batch + event) % work.types.count]
            if event > 0 { body += "," }
            body += #"{"type":"\#(type)"\#(application),"data":{\#(mark),"total":49.5,"note":"\#(filling)"}}"#
        }
        if work.batch > 1 { body = "[\(body)]" }
        return ByteBuffer(string: "\(head)\(body.utf8.count)\r\n\r\n\(body)")
    }
}

private final class PublishingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let desk: PublishingDesk
    private var context: ChannelHandlerContext?
    private var pending = ByteBuffer()
    private var due = 0

    init(_ desk: PublishingDesk) { self.desk = desk }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        desk.isFree(self)
    }

    func send(_ request: ByteBuffer, due: Int) {
        self.due = due
        context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        pending.writeBuffer(&incoming)
        guard pending.withUnsafeReadableBytes(MessageFraming.length(of:)) != nil else { return }
        let start = pending.getString(at: pending.readerIndex, length: min(pending.readableBytes, 400)) ?? ""
        guard start.hasPrefix("HTTP/1.1 202") else { return desk.fail("An event was refused: \(start)") }
        pending.clear()
        desk.answer(after: BenchClock.microseconds - due)
        desk.isFree(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        desk.fail("The server closed a connection.")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        desk.fail("A connection to the server failed: \(error)")
        context.close(promise: nil)
    }
}
