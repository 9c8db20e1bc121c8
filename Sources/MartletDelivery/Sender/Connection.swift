import MartletCore
import MartletService
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// One TCP or TLS connection to a vetted address: the handler at the end of its channel's pipeline.
///
/// It carries one exchange at a time. Its deadline is that of the exchange, or when it has been idle for too long.
final class Connection: Timed, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The exchange waits in ``SenderLoop`` for the connection.
        case connecting
        case securing
        case busy
        case idle
        case closed
    }

    let origin: Origin
    let address: IPAddress
    /// Its place in the ``ConnectionTable``, 0 where it has none.
    var slot = 0

    private let loop: SenderLoop
    private let opened: NIODeadline
    private var state = State.connecting
    private var exchange: Exchange?
    private var channel: (any Channel)?
    private var context: ChannelHandlerContext?
    private var tls: NIOSSLClientHandler?
    private var parser: ResponseParser
    private var outgoing = ByteBuffer()
    /// Whether a request too large for the socket's buffer is still on its way out.
    private var isWriting = false
    /// What broke it, to be told when it closes.
    private var fault: (any Error)?

    init(to address: IPAddress, of origin: Origin, for exchange: Exchange, loop: SenderLoop, now: NIODeadline) {
        self.address = address
        self.origin = origin
        self.exchange = exchange
        self.loop = loop
        self.opened = now
        self.parser = ResponseParser(limits: loop.limits)
    }

    // MARK: - Opening

    /// Puts it, and TLS before it, into a new channel's pipeline.
    func install(in channel: any Channel, tls context: TLSContext?) throws {
        self.channel = channel
        // Given up while the channel was made.
        guard state != .closed else { throw ChannelError.alreadyClosed }
        if let context {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: origin.serverName)
            tls = handler
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        try channel.pipeline.syncOperations.addHandler(self)
    }

    /// The channel could not be made or connected.
    func connectFailed(_ error: any Error) {
        guard state == .connecting, let exchange else { return }
        retire()
        loop.connectFailed(exchange, to: address, error)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        guard state == .connecting, let exchange else { return close(.now) }
        exchange.timing.connect = exchange.lap(.now())
        if tls == nil {
            loop.connected(exchange)
            begin(exchange)
        } else {
            state = .securing
            exchange.phase = .securing
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard state == .securing, let exchange, case .handshakeCompleted? = event as? TLSUserEvent else { return }
        // Before the first byte of the request.
        if let failure = TLSFailure.nameMismatch(tls?.peerCertificate, serverName: origin.serverName) {
            retire()
            close(.now)
            return loop.finish(exchange, with: .failure(failure))
        }
        exchange.timing.tls = exchange.lap(.now())
        loop.connected(exchange)
        begin(exchange)
    }

    // MARK: - Exchanging

    var isIdle: Bool { state == .idle }

    /// Sends the request of `exchange`, for which it was opened or taken out of the idle ones.
    func begin(_ exchange: Exchange) {
        self.exchange = exchange
        state = .busy
        exchange.phase = .exchanging
        exchange.connection = self
        deadline = exchange.deadline
        loop.watch(self)
        parser.reset()
        outgoing.clear()
        if let fence = exchange.request.fence, !fence.isOpen {
            retire()
            close(.now)
            return loop.finish(
                exchange,
                with: .failure(AttemptFailure(.interrupted, "This node may have been taken for dead by the others.")))
        }
        do {
            try RequestWriter.write(
                exchange.request, authority: origin.authority, keepsAlive: loop.keepsAlive, into: &outgoing)
        } catch {
            retire()
            close(.now)
            return loop.finish(exchange, with: .failure(AttemptFailure(.misconfigured, error.message)))
        }
        guard let context else { return }
        if outgoing.readableBytes > 64 * 1024 {
            isWriting = true
            let written = context.eventLoop.makePromise(of: Void.self)
            let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in connection.value.isWriting = false }
            context.writeAndFlush(wrapOutboundOut(outgoing), promise: written)
        } else {
            context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes that no request asked for make whatever follows doubtful.
        guard state == .busy, let exchange else { return close(.now) }
        let buffer = unwrapInboundIn(data)
        let hadHead = parser.isHeadComplete
        let verdict = parser.consume(buffer.readableBytesUInt8Span)
        if parser.isHeadComplete && !hadHead { exchange.timing.firstByte = exchange.lap(.now()) }
        switch verdict {
        case .incomplete:
            break
        case .complete:
            respond(to: exchange)
        case .invalid(let code, let fault):
            retire()
            close(.now)
            loop.finish(exchange, with: .failure(AttemptFailure(code, "The receiver \(fault).")))
        }
    }

    private func respond(to exchange: Exchange) {
        let now = NIODeadline.now()
        let response = parser.takeResponse()
        if parser.allowsReuse, !isWriting, context != nil, now - opened < TimeAmount(loop.limits.connectionAge) {
            self.exchange = nil
            state = .idle
            // Its storage is used again, unless it is so large that thousands of idle connections should not keep it.
            if outgoing.capacity > 4096 { outgoing = ByteBuffer() }
            deadline = now + idleTime()
            loop.park(self, now)
        } else {
            retire()
            close(.now)
        }
        loop.finish(exchange, with: .response(response), at: now)
    }

    /// Somewhat less than the receiver says, so that a request does not cross its closing on the way.
    private func idleTime() -> TimeAmount {
        let longest = TimeAmount(loop.limits.idleTimeout)
        guard let seconds = parser.idleSeconds else { return longest }
        return min(longest, .milliseconds(Int64(seconds) * 1000 - min(1000, Int64(seconds) * 500)))
    }

    // MARK: - Ending

    override func deadlinePassed() {
        switch state {
        case .busy:
            guard let exchange else { return }
            let result: AttemptOutcome.Result =
                parser.isHeadComplete
                ? .response(parser.takeResponse())
                : .failure(.noResponse(within: exchange.request.timeout, hasBegun: parser.hasBegun))
            retire()
            close(.now)
            loop.finish(exchange, with: result)
        case .idle:
            retire()
            close(.politely)
        case .connecting, .securing, .closed:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if fault == nil { fault = error }
        // Only a note that the peer did not say goodbye: the closing itself is about to be told.
        if case .uncleanShutdown? = error as? NIOSSLError { return }
        close(.now)
        // A channel that was never active closes without a word.
        if state != .closed { ended() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
    }

    private func ended() {
        let state = state
        guard let exchange else { return retire() }
        switch state {
        case .connecting, .closed, .idle:
            return
        case .securing:
            retire()
            let failure = TLSFailure.of(fault, certificate: tls?.peerCertificate, serverName: origin.serverName)
            loop.finish(exchange, with: .failure(failure))
        case .busy:
            retire()
            switch parser.end() {
            case .complete, .incomplete:
                // Without the goodbye of TLS, an end that only the closing marks may be somebody else's work.
                var response = parser.takeResponse()
                if fault != nil { response.isTruncated = true }
                loop.finish(exchange, with: .response(response))
            case .invalid(let code, let phrase):
                if !parser.hasBegun, loop.resend(exchange) { return }
                loop.finish(exchange, with: .failure(.broken(by: fault, code, phrase)))
            }
        }
    }

    /// How to close.
    enum Closing {
        /// At once, whatever the peer has yet to say.
        case now
        /// With the goodbye of TLS.
        case politely
    }

    /// Closes the channel. Whoever calls it has taken care of the exchange.
    func close(_ closing: Closing) {
        guard let channel else { return }
        // Closing from before TLS skips its goodbye, for which a hostile peer could make us wait.
        if closing == .now, let tls, let context = try? channel.pipeline.syncOperations.context(handler: tls) {
            context.close(promise: nil)
        } else {
            channel.close(promise: nil)
        }
    }

    /// Ends whatever it is doing.
    func interrupt(with failure: AttemptFailure) {
        let exchange = exchange
        retire()
        close(.now)
        if let exchange { loop.finish(exchange, with: .failure(failure)) }
    }

    /// Lets go of its exchange and leaves every list. It is still to be closed.
    func retire() {
        guard state != .closed else { return }
        let wasIdle = state == .idle
        state = .closed
        exchange = nil
        loop.drop(self, wasIdle: wasIdle)
    }
}
