import HTTPTypes
import NIOCore

/// Tells a client that there is no place for it and closes its connection. It stands before everything else in the
/// pipeline and lets nothing in.
///
/// The connection is closed for writing first and lingers until the client has closed its side or ``linger`` is over:
/// closing it altogether while a request is on its way would have the kernel reset it, and the client lose the answer.
final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a refused connection may keep its descriptor.
    private static let linger = TimeAmount.seconds(1)

    private var deadline: Scheduled<Void>?

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: Self.linger) { bound.value.1.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: Self.answer)), promise: nil)
        context.close(mode: .output, promise: nil)
        // Somebody has to read for the client's closing to be seen.
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private static let answer: [UInt8] = {
        let body = Problem(
            .serviceUnavailable, "too_many_connections",
            "The service has as many connections as it takes. Close idle ones, or try again."
        ).bytes
        let head = """
            HTTP/1.1 503 Service Unavailable\r
            content-type: application/problem+json\r
            cache-control: no-store\r
            retry-after: 1\r
            connection: close\r
            content-length: \(body.count)\r
            \r

            """
        return Array(head.utf8) + body
    }()
}
