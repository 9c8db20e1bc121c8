import MartletCore
import MartletService
import NIOCore

/// Answers a plain `POST /v1/events`, or a plain POST to a source, from its bytes and right on its connection's event loop:
/// what a framework does for a request costs more than all else that publishing or receiving takes.
///
/// It stands before the framework's parser. Only what is plain is answered here. Whatever is out of the ordinary – a query,
/// an `Idempotency-Key`, a body that takes its time, a request that has something wrong with it – goes on to the routes as
/// it came, so that one place alone says what is wrong. Bytes are looked at as a request's beginning only where the parser
/// would stand at one too: see ``State``.
final class PublishShortcut: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// At a request's beginning, or in a request that is not all there; with its head where that is.
        case reading(PlainRequest?)
        /// Until an answer is written: what comes meanwhile waits, so that answers keep the order of their requests.
        case answering
        /// A request goes to the routes, of whose bytes so many are still to come. What comes after it waits until
        /// ``ConnectionRules`` says that nothing is unanswered: then the parser is at the end of that request too.
        case routed(rest: Int)
        /// Nobody can tell here any more where requests begin. The routes have all that comes.
        case open
    }

    /// What has to keep its place after the bytes before it.
    private enum Arrival {
        case error(any Error)
        case event(Any)
    }

    private let publisher: Publisher
    private let limits: ConnectionLimits
    private let use: ConnectionUse
    /// How long a request is waited for that has begun to come. Then the parser has it, whose rules for slow ones apply.
    private let patience: TimeAmount
    private var state = State.reading(nil)
    /// What has come and was neither answered nor passed on.
    private var held = ByteBuffer()
    /// In how many pieces the head that is held has come.
    private var pieces = 0
    /// The room that the body of the request at hand takes.
    private var room = 0
    private var arrivals: [Arrival] = []
    private var wantsRead = false
    /// Whether bytes were passed on of which the end of the reading is not told yet.
    private var hasPassed = false
    /// When the rest of what is held has to be there.
    private let deadline = LazyDeadline()

    /// In how many pieces a head may come: each has it read from its beginning.
    private static let mostPieces = 4

    init(_ publisher: Publisher, limits: ConnectionLimits, use: ConnectionUse) {
        self.publisher = publisher
        self.limits = limits
        self.use = use
        patience = min(.seconds(1), TimeAmount(limits.body))
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch state {
        case .open: pass(bytes, context)
        case .routed(let rest) where rest >= bytes.readableBytes:
            state = .routed(rest: rest - bytes.readableBytes)
            pass(bytes, context)
        case .routed(let rest):
            let end = bytes.readSlice(length: rest) ?? ByteBuffer()
            hold(&bytes)
            state = .routed(rest: 0)
            if rest > 0 { pass(end, context) }
        case .reading, .answering: hold(&bytes)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        look(context)
        tellOfPassing(context)
        expectRest(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { take(.error(error), context) }

    /// The end of the client's side, or of the service, is no end for an answer that is still to come.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { take(.event(event), context) }

    /// Reads once ahead of an answer: stopping to read, and going on, would be two calls of the system for each request.
    func read(context: ChannelHandlerContext) {
        if isWaiting && held.readableBytes > 0 { wantsRead = true } else { context.read() }
    }

    /// Whether nothing that comes can be looked at now.
    private var isWaiting: Bool {
        switch state {
        case .answering, .routed(rest: 0): true
        case .reading, .routed, .open: false
        }
    }

    private func take(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        arrivals.append(arrival)
        if case .answering = state { return }
        leave(context)
    }

    private func hold(_ bytes: inout ByteBuffer) {
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
    }

    /// The first of what is held.
    private func takeHeld(_ count: Int) -> ByteBuffer {
        guard count < held.readableBytes, let first = held.readSlice(length: count) else {
            // What is read from a socket is not to be kept by a connection that waits for nothing.
            defer { held = ByteBuffer() }
            return held
        }
        return first
    }

    /// Goes through what is held, as far as it can be told.
    private func look(_ context: ChannelHandlerContext) {
        while case .reading(let head) = state, held.readableBytes > 0 {
            let scan = head.map(RequestScan.plain) ?? scanned()
            switch scan {
            case .incomplete:
                pieces += 1
                guard pieces < Self.mostPieces else { return open(context) }
                return
            case .unclear: return open(context)
            case .framed(let length): route(length, context)
            case .plain(let request):
                guard head != nil || publisher.bytes.take(request.bodyLength) else {
                    route(request.length, context)
                    continue
                }
                room = request.bodyLength
                guard held.readableBytes >= request.length else {
                    if head == nil { expectBody(of: request, context) }
                    return
                }
                answer(request, context)
            }
        }
    }

    private func expectBody(of request: PlainRequest, _ context: ChannelHandlerContext) {
        held.reserveCapacity(minimumWritableBytes: request.length - held.readableBytes)
        state = .reading(request)
        use.last = context.eventLoop.now
    }

    private func scanned() -> RequestScan {
        held.withUnsafeReadableBytes { RequestScan($0, limits: limits, mostBytes: publisher.mostBytes) }
    }

    // MARK: Passing on

    private func pass(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        hasPassed = true
        context.fireChannelRead(wrapInboundOut(bytes))
    }

    private func tellOfPassing(_ context: ChannelHandlerContext) {
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    /// Has the routes answer the request that is held, or whose first bytes are.
    private func route(_ length: Int, _ context: ChannelHandlerContext) {
        settle()
        let first = takeHeld(length)
        state = .routed(rest: length - first.readableBytes)
        pass(first, context)
    }

    /// Has the routes answer everything from here on.
    private func open(_ context: ChannelHandlerContext) {
        settle()
        state = .open
        if held.readableBytes > 0 { pass(takeHeld(held.readableBytes), context) }
    }

    /// Has the routes answer everything from here on, and learn what came besides bytes.
    private func leave(_ context: ChannelHandlerContext) {
        open(context)
        tellOfPassing(context)
        let arrivals = arrivals
        self.arrivals = []
        for arrival in arrivals {
            switch arrival {
            case .error(let error): context.fireErrorCaught(error)
            case .event(let event): context.fireUserInboundEventTriggered(event)
            }
        }
        readOn(context)
    }

    /// Nothing is waited for any more, and no room taken.
    private func settle() {
        publisher.bytes.giveBack(room)
        room = 0
        pieces = 0
        deadline.due = nil
    }

    // MARK: Waiting

    /// Sees to it that what is held does not wait for too long for what belongs to it.
    private func expectRest(_ context: ChannelHandlerContext) {
        guard case .reading = state, held.readableBytes > 0, deadline.due == nil else { return }
        deadline.due = context.eventLoop.now + patience
        deadline.watch(on: context.eventLoop) { self.giveUp(context) }
    }

    private func giveUp(_ context: ChannelHandlerContext) {
        guard case .reading(let head) = state else { return }
        if let head { route(head.length, context) } else { open(context) }
        tellOfPassing(context)
    }

    // MARK: Answering

    private func answer(_ request: PlainRequest, _ context: ChannelHandlerContext) {
        pieces = 0
        deadline.due = nil
        let message = takeHeld(request.length)
        state = .answering
        use.last = context.eventLoop.now
        use.isAnswering = true
        let isTaken =
            switch request.purpose {
            case .publish(let authorization): publish(request, message, authorization, context)
            case .receive(let target): receive(request, message, target, context)
            }
        if !isTaken { routeAlone(message, context) }
    }

    /// - Returns: whether an answer comes.
    private func publish(
        _ request: PlainRequest, _ message: ByteBuffer, _ authorization: Range<Int>, _ context: ChannelHandlerContext
    ) -> Bool {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        do {
            try publisher.publish(
                request.body(of: message), authorization: request.text(authorization, of: message)
            ) { result in
                bound.eventLoop.execute {
                    let (shortcut, context) = bound.value
                    shortcut.finish(message, with: result.map(shortcut.publisher.answer), context)
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// - Returns: whether an answer comes.
    private func receive(
        _ request: PlainRequest, _ message: ByteBuffer, _ target: Range<Int>, _ context: ChannelHandlerContext
    ) -> Bool {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let peer = context.remoteAddress?.ipAddress
        guard let visit = publisher.visit(request, target: target, of: message, peer: peer) else { return false }
        return publisher.receive(visit, request.body(of: message)) { answer in
            bound.eventLoop.execute {
                let (shortcut, context) = bound.value
                shortcut.finish(message, with: shortcut.publisher.answer(answer), context)
            }
        }
    }

    /// Ends a request.
    ///
    /// - Parameter answer: what the client is told; `nil` where the routes have to.
    private func finish(_ message: ByteBuffer, with answer: ByteBuffer?, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else {
            state = .open
            return settle()
        }
        if let answer {
            settle()
            state = .reading(nil)
            use.last = context.eventLoop.now
            use.isAnswering = false
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        } else {
            routeAlone(message, context)
        }
        goOn(context)
    }

    /// Has the routes answer a whole request that is not held any more.
    private func routeAlone(_ message: ByteBuffer, _ context: ChannelHandlerContext) {
        settle()
        use.isAnswering = false
        state = .routed(rest: 0)
        pass(message, context)
    }

    /// Takes what came while an answer was being made.
    private func goOn(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        look(context)
        if !arrivals.isEmpty {
            if case .answering = state {} else { leave(context) }
        }
        tellOfPassing(context)
        expectRest(context)
        readOn(context)
    }

    /// Reads where that was put off and there is no more reason to.
    private func readOn(_ context: ChannelHandlerContext) {
        guard wantsRead, !(isWaiting && held.readableBytes > 0) else { return }
        wantsRead = false
        context.read()
    }

    // MARK: The routes' answers

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is ConnectionRules.AllAnswered else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        guard case .routed(let rest) = state else { return }
        // Were the parser done with less than was sent its way, the two would not mean the same by a request.
        guard rest == 0 else { return open(context) }
        state = .reading(nil)
        guard held.readableBytes > 0 || wantsRead else { return }
        // Not from within the writing of the answer.
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (shortcut, context) = bound.value
            shortcut.goOn(context)
        }
    }

    /// No answer can be given any more here; that the client closes its side is yet to be seen.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.close(mode: mode, promise: promise)
        guard mode == .output, case .routed = state else { return }
        open(context)
        tellOfPassing(context)
        readOn(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        held = ByteBuffer()
        arrivals = []
        // An answer that is still to come gives its room back itself.
        if case .answering = state { return }
        settle()
        state = .open
    }
}
