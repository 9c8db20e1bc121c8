import Foundation
import NIOCore
import NIOPosix

/// Publishes over so many connections, each with one request under way at a time, and keeps how long each took.
struct Publisher {
    let server: ServerProcess
    let group: any EventLoopGroup
    let options: BenchmarkOptions
    let batch: Int

    func run() throws -> Latencies {
        let requests = (options.events + batch - 1) / batch
        let work = PublishWork(
            left: requests, request: request(events: batch),
            last: request(events: options.events - (requests - 1) * batch), done: group.next().makePromise())
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PublishHandler(work: work))
                }
            }
        let channels = try (0..<min(options.connections, requests)).map { _ in
            try bootstrap.connect(host: "127.0.0.1", port: server.port).wait()
        }
        let latencies = try work.done.futureResult.wait()
        for channel in channels { channel.close(promise: nil) }
        return latencies
    }

    private func request(events: Int) -> ByteBuffer {
        let padding = String(repeating: "abcdefghij", count: options.bytes / 10).prefix(options.bytes - 60)
        let event = #"{"type":"order.created","data":{"order_id":"ord_123456","total":49.5,"note":"\#(padding)"}}"#
        let body = events == 1 ? event : "[" + Array(repeating: event, count: events).joined(separator: ",") + "]"
        let path = events == 1 ? "/v1/events" : "/v1/events/batch"
        return ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(server.key)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}

/// How long requests took, in milliseconds.
struct Latencies: Sendable {
    var milliseconds: [Double] = []

    func percentile(_ share: Double) -> Double {
        let sorted = milliseconds.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

/// What is left to publish. Used on one event loop only.
final class PublishWork: @unchecked Sendable {
    // Every handler runs on the group's one loop.
    private var left: Int
    private var unanswered: Int
    private let request: ByteBuffer
    private let last: ByteBuffer
    private var latencies = Latencies()
    let done: EventLoopPromise<Latencies>

    init(left: Int, request: ByteBuffer, last: ByteBuffer, done: EventLoopPromise<Latencies>) {
        self.left = left
        unanswered = left
        self.request = request
        self.last = last
        self.done = done
    }

    func next() -> ByteBuffer? {
        guard left > 0 else { return nil }
        left -= 1
        return left == 0 ? last : request
    }

    func answered(after milliseconds: Double) {
        latencies.milliseconds.append(milliseconds)
        unanswered -= 1
        if unanswered == 0 { done.succeed(latencies) }
    }

    func refused(_ answer: String) { done.fail(BenchmarkFailure("an event was refused: \(answer)")) }
}

private final class PublishHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let work: PublishWork
    private var pending = ByteBuffer()
    private var sentAt = ContinuousClock.now

    init(work: PublishWork) { self.work = work }

    func channelActive(context: ChannelHandlerContext) { send(context) }

    private func send(_ context: ChannelHandlerContext) {
        guard let request = work.next() else { return }
        sentAt = .now
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        pending.writeBuffer(&incoming)
        guard pending.withUnsafeReadableBytes(MessageFraming.length(of:)) != nil else { return }
        let start = pending.getString(at: pending.readerIndex, length: min(pending.readableBytes, 300)) ?? ""
        guard start.hasPrefix("HTTP/1.1 202") else { return work.refused(start) }
        pending.clear()
        work.answered(after: (ContinuousClock.now - sentAt) / .milliseconds(1))
        send(context)
    }
}
