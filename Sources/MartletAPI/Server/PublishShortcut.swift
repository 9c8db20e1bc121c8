import MartletCore
import MartletService
import NIOCore
import NIOHTTP1

/// Answers a plain `POST /v1/events`, or a plain POST to a source, right on its connection's event loop: what a framework
/// does for a request costs more than all else that publishing or receiving takes.
///
/// Only what is plain is answered here. Whatever is out of the ordinary – a query, an `Idempotency-Key`, a request that has
/// something wrong with it – goes on to the routes as it came, so that one place alone says what is wrong.
final class PublishShortcut: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Between requests, or in one that goes to the routes.
        case passing
        /// In the body of a request that may be answered here.
        case collecting(Candidate)
        /// Until an answer is written: what comes meanwhile waits, so that answers keep the order of their requests.
        case answering
    }

    private struct Candidate {
        enum Purpose {
            case publish(authorization: String)
            case receive(InboundVisit)
        }

        var head: HTTPRequestHead
        var purpose: Purpose
        /// The body's length in bytes, as the request says it.
        var length: Int
        var body: ByteBuffer?
    }

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case error(any Error)
        case event(Any)
    }

    private let publisher: Publisher
    private var state = State.passing
    /// How many requests the routes have not answered.
    private var routed = 0
    private var waiting: [Arrival] = []
    private var wantsRead = false

    init(_ publisher: Publisher) { self.publisher = publisher }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(.part(unwrapInboundIn(data)), context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { take(.error(error), context) }

    /// The end of the client's side, or of the service, is no end for an answer that is still to come.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { take(.event(event), context) }

    /// Reads once ahead of an answer: stopping to read, and going on, would be two calls of the system for each request.
    func read(context: ChannelHandlerContext) {
        if case .answering = state, !waiting.isEmpty { wantsRead = true } else { context.read() }
    }

    private func take(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        if case .answering = state { return waiting.append(arrival) }
        switch arrival {
        case .part(let part): take(part, context)
        case .error(let error):
            passOn(context)
            context.fireErrorCaught(error)
        case .event(let event):
            passOn(context)
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (part, state) {
        case (.head(let head), .passing):
            if routed == 0, let candidate = candidate(head, context), publisher.bytes.take(candidate.length) {
                state = .collecting(candidate)
                return
            }
            routed += 1
            context.fireChannelRead(wrapInboundOut(part))
        case (.body(var bytes), .collecting(var candidate)):
            state = .passing
            if candidate.body == nil { candidate.body = bytes } else { candidate.body?.writeBuffer(&bytes) }
            state = .collecting(candidate)
        case (.end(nil), .collecting(let candidate)):
            switch candidate.purpose {
            case .publish(let authorization): publish(candidate, authorization, context)
            case .receive(let visit): receive(candidate, visit, context)
            }
        case (_, .collecting):
            passOn(context)
            context.fireChannelRead(wrapInboundOut(part))
        default: context.fireChannelRead(wrapInboundOut(part))
        }
    }

    /// Has the routes go on with a request that had begun to be read here.
    private func passOn(_ context: ChannelHandlerContext) {
        guard case .collecting(let candidate) = state else { return }
        state = .passing
        publisher.bytes.giveBack(candidate.length)
        routed += 1
        context.fireChannelRead(wrapInboundOut(.head(candidate.head)))
        if let body = candidate.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
    }

    /// A request that can be answered here, if this is one.
    private func candidate(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Candidate? {
        guard head.method == .POST, head.version == .http1_1 else { return nil }
        if head.uri.hasPrefix(InboundRoutes.root) { return inbound(head, context) }
        guard head.uri == "/v1/events" else { return nil }
        var authorization: String?
        var length: Int?
        for (name, value) in head.headers {
            if name.isField("content-length") {
                length = length == nil ? Int(value) : -1
            } else if name.isField("authorization") {
                guard authorization == nil else { return nil }
                authorization = value
            } else if name.isField("content-type") {
                guard value.isField("application/json") || value.isField("application/json; charset=utf-8") else {
                    return nil
                }
            } else if Self.unusual.contains(where: name.isField) {
                return nil
            }
        }
        guard let authorization, let length, (1...publisher.mostBytes).contains(length) else { return nil }
        return Candidate(head: head, purpose: .publish(authorization: authorization), length: length, body: nil)
    }

    /// A sender's request that can be answered here, if this is one. From here on it counts against its source's limits.
    private func inbound(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Candidate? {
        var length: Int?
        for (name, value) in head.headers {
            if name.isField("content-length") {
                length = length == nil ? Int(value) : -1
            } else if name.isField("expect") || name.isField("transfer-encoding") || name.isField("trailer") {
                return nil
            }
        }
        guard let length, (0...publisher.mostBytes).contains(length),
            let visit = publisher.visit(head, length: length, peer: context.remoteAddress?.ipAddress)
        else { return nil }
        return Candidate(head: head, purpose: .receive(visit), length: length, body: nil)
    }

    private static let unusual: [StaticString] = [
        "expect", "transfer-encoding", "content-encoding", "idempotency-key", "trailer",
    ]

    // MARK: Answering

    private func receive(_ candidate: Candidate, _ visit: InboundVisit, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        state = .answering
        let isAnswered = publisher.receive(visit, candidate.body ?? ByteBuffer()) { answer in
            bound.execute { shortcut, context in
                shortcut.state = .passing
                shortcut.publisher.bytes.giveBack(candidate.length)
                if context.channel.isActive { shortcut.write(shortcut.publisher.answer(answer), context) }
                shortcut.goOn(context)
            }
        }
        guard !isAnswered else { return }
        state = .collecting(candidate)
        passOn(context)
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }

    private func publish(_ candidate: Candidate, _ authorization: String, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        do {
            try publisher.publish(candidate.body ?? ByteBuffer(), authorization: authorization) { result in
                bound.execute { shortcut, context in shortcut.answer(candidate, result, context) }
            }
            state = .answering
        } catch {
            passOn(context)
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    private func answer(
        _ candidate: Candidate, _ result: Result<PublishedEvent, ServiceError>?, _ context: ChannelHandlerContext
    ) {
        if let result {
            state = .passing
            publisher.bytes.giveBack(candidate.length)
            if context.channel.isActive { write(publisher.answer(result), context) }
        } else {
            state = .collecting(candidate)
            passOn(context)
            context.fireChannelRead(wrapInboundOut(.end(nil)))
            context.fireChannelReadComplete()
        }
        goOn(context)
    }

    private func write(_ answer: (head: HTTPResponseHead, body: ByteBuffer), _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Takes what came while an answer was being made.
    private func goOn(_ context: ChannelHandlerContext) {
        if !waiting.isEmpty {
            let arrivals = waiting
            waiting = []
            for arrival in arrivals { take(arrival, context) }
            context.fireChannelReadComplete()
        }
        if wantsRead {
            wantsRead = false
            read(context: context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { routed = max(0, routed - 1) }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if case .collecting(let candidate) = state { publisher.bytes.giveBack(candidate.length) }
        // An answer that is still to come gives its own back.
        if case .answering = state {} else { state = .passing }
    }
}

extension NIOLoopBound {
    /// Does something with the value on its loop, from any thread.
    fileprivate func execute<Handler, Context>(
        _ body: @escaping @Sendable (Handler, Context) -> Void
    ) where Value == (Handler, Context) {
        eventLoop.execute {
            let (handler, context) = self.value
            body(handler, context)
        }
    }
}

extension String {
    /// Whether this is `text`, which is in lower case, but for the case of its letters.
    func isField(_ text: StaticString) -> Bool {
        guard utf8.count == text.utf8CodeUnitCount else { return false }
        let other = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return zip(utf8, other).allSatisfy { byte, wanted in
            byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == wanted
        }
    }
}
