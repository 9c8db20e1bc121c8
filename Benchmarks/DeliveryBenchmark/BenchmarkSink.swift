import Foundation
import NIOCore
import NIOPosix

/// A receiver that answers 200 to every request and counts them, parsing no more than it must.
final class BenchmarkSink: Sendable {
    private let count = Countdown()
    let port: Int

    init(group: any EventLoopGroup) throws {
        let count = count
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SinkHandler(count: count))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    func expect(_ requests: Int) { count.expect(requests) }
    func waitUntilReceived() { count.wait() }
}

/// Counts down to nothing, and lets somebody wait for it.
final class Countdown: @unchecked Sendable {
    // The condition guards `left`; nothing else is shared.
    private let condition = NSCondition()
    private var left = 0

    func expect(_ count: Int) {
        condition.withLock { left = count }
    }

    func received() {
        condition.withLock {
            left -= 1
            if left == 0 { condition.broadcast() }
        }
    }

    func wait() {
        condition.withLock {
            while left > 0 { condition.wait() }
        }
    }
}

private final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    private let count: Countdown
    private var pending = ByteBuffer()

    init(count: Countdown) { self.count = count }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        pending.writeBuffer(&incoming)
        while let length = pending.withUnsafeReadableBytes(MessageFraming.length(of:)) {
            pending.moveReaderIndex(forwardBy: length)
            count.received()
            context.write(wrapOutboundOut(Self.answer), promise: nil)
        }
        pending.discardReadBytes()
        context.flush()
    }
}
