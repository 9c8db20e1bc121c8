import Glibc
import MartletCore
import MartletService
import NIOCore
import NIOHTTP1
import WebhookSigning

/// Reads the requests of one connection and answers them one after the other, well or badly.
///
/// It writes its answers as bytes: an encoder would not send half a status line.
final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let behaviour: SinkBehaviour
    private let ledger: SinkLedger
    private let report: @Sendable (SinkRecord) -> Void
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// Requests that came in while one was being answered.
    private var waiting: [SinkRequest] = []
    private var isAnswering = false

    private static let longestBody = 64 << 20

    init(behaviour: SinkBehaviour, ledger: SinkLedger, report: @escaping @Sendable (SinkRecord) -> Void) {
        self.behaviour = behaviour
        self.ledger = ledger
        self.report = report
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                context.writeAndFlush(
                    wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
            }
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= Self.longestBody else {
                context.close(promise: nil)
                return
            }
            body += bytes.readableBytesView
        case .end:
            guard let head else { return }
            waiting.append(SinkRequest(head: head, body: body))
            self.head = nil
            body = []
            answerNext(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Not HTTP, or a connection that was lost: neither is a request.
        context.close(promise: nil)
    }

    private func answerNext(_ context: ChannelHandlerContext) {
        guard !isAnswering, !waiting.isEmpty else { return }
        isAnswering = true
        let request = waiting.removeFirst()
        let number = ledger.next()
        let now = WallClock().now()
        let verdict = behaviour.verifier.map { request.verified(by: $0, now: now.seconds) }
        if let verdict { ledger.checked(isValid: verdict.isValid) }
        let answers = behaviour.manner == .answer || behaviour.manner == .drip
        let status = answers ? behaviour.status(for: number, verdict: verdict) : nil
        report(SinkRecord(time: now, request: request, verdict: verdict, status: status, manner: behaviour.manner))
        guard behaviour.delay > .zero else {
            perform(request, status, verdict, context)
            return
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(behaviour.delay)) {
            let (handler, context) = bound.value
            handler.perform(request, status, verdict, context)
        }
    }

    private func perform(
        _ request: SinkRequest, _ status: Int?, _ verdict: VerificationResult?, _ context: ChannelHandlerContext
    ) {
        switch behaviour.manner {
        case .hang: break
        case .reset: reset(context)
        case .answer: answer(request, status ?? 200, verdict, context)
        case .drip: drip(Self.bytes(status ?? 200, verdict, closes: true), context)
        }
    }

    private func answer(
        _ request: SinkRequest, _ status: Int, _ verdict: VerificationResult?, _ context: ChannelHandlerContext
    ) {
        let closes = !request.head.isKeepAlive
        context.writeAndFlush(wrapOutboundOut(Self.bytes(status, verdict, closes: closes)), promise: nil)
        guard !closes else {
            context.close(promise: nil)
            return
        }
        isAnswering = false
        answerNext(context)
    }

    /// Closes with a reset rather than a farewell: what is left to send is dropped (socket(7), `SO_LINGER` of 0).
    private func reset(_ context: ChannelHandlerContext) {
        guard let options = context.channel as? any SocketOptionProvider else {
            context.close(promise: nil)
            return
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            .whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func drip(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        guard context.channel.isActive, let next = bytes.readSlice(length: 1) else {
            context.close(promise: nil)
            return
        }
        context.writeAndFlush(wrapOutboundOut(next), promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let rest = bytes
        context.eventLoop.scheduleTask(in: .seconds(1)) {
            let (handler, context) = bound.value
            handler.drip(rest, context)
        }
    }

    private static func bytes(_ status: Int, _ verdict: VerificationResult?, closes: Bool) -> ByteBuffer {
        let response = HTTPResponseStatus(statusCode: status)
        // RFC 9110 section 15: these have no body.
        let hasBody = status != 204 && status != 304
        let body = verdict?.failure.map { "\($0)\n" } ?? "\(response.reasonPhrase)\n"
        var text = "HTTP/1.1 \(status) \(response.reasonPhrase)\r\n"
        if hasBody { text += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n" }
        if closes { text += "Connection: close\r\n" }
        return ByteBuffer(string: text + "\r\n" + (hasBody ? body : ""))
    }
}
