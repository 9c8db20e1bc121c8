import MartletCore
import MartletService
import NIOCore
import NIOSSL
import NIOTLS

/// Performs what an ``SMTPConversation`` decides, on one connection.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var conversation: SMTPConversation
    private var reader = SMTPReplyReader()
    private let deadline: TimeAmount
    private let promise: EventLoopPromise<Void>
    private let makeTLS: () throws -> NIOSSLClientHandler?
    private var alarm: Scheduled<Void>?
    private var isOver = false

    /// - Parameter promise: kept once the server has taken the message, or failed with a ``PostFailure``.
    init(
        _ conversation: SMTPConversation, deadline: TimeAmount, promise: EventLoopPromise<Void>,
        makeTLS: @escaping () throws -> NIOSSLClientHandler?
    ) {
        self.conversation = conversation
        self.deadline = deadline
        self.promise = promise
        self.makeTLS = makeTLS
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let text = Duration.nanoseconds(deadline.nanoseconds).text
        alarm = context.eventLoop.scheduleTask(in: deadline) {
            let (handler, context) = bound.value
            handler.fail(PostFailure("The mail server took longer than \(text)."), context)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        // Its address, since the names of machines are often nobody's: RFC 5321, section 4.1.3.
        if let text = context.channel.localAddress?.ipAddress {
            conversation.name = text.contains(":") ? "[IPv6:\(text)]" : "[\(text)]"
        }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        do throws(PostFailure) {
            let replies = try reader.take(unwrapInboundIn(data).readableBytesView)
            for (index, reply) in replies.enumerated() where !isOver {
                let isAlone = index == replies.count - 1 && reader.isEmpty
                perform(conversation.replied(reply, isAlone: isAlone), context)
            }
        } catch {
            fail(error, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent, conversation.server.security == .startTLS {
            perform(conversation.tlsBegan(), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(PostFailure("The mail server closed the connection in the middle of it."), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let server = conversation.server
        let message =
            switch error {
            case let error as NIOSSLExtraError where error == .failedToValidateHostname:
                "The mail server's certificate is not for \(server.host)."
            case NIOSSLError.handshakeFailed(let reason):
                "\(reason)".contains("CERTIFICATE_VERIFY_FAILED")
                    ? "The mail server's certificate is not of an authority that is trusted here, or has expired. "
                        + "--smtp-ca-file names a file with others."
                    : "TLS with the mail server failed. Does it speak TLS on port \(server.port)?"
            case is NIOSSLError: "TLS with the mail server failed: \(error)."
            default: "The connection to the mail server broke: \(error)."
            }
        fail(PostFailure(message), context)
    }

    private func perform(_ action: SMTPConversation.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .beginTLS:
            do {
                guard let tls = try makeTLS() else { return fail(PostFailure("TLS was not made ready."), context) }
                try context.pipeline.syncOperations.addHandler(tls, position: .first)
            } catch {
                fail(PostFailure("TLS could not begin: \(error)."), context)
            }
        case .taken(let goodbye):
            end()
            promise.succeed()
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: goodbye)), promise: nil)
            context.close(promise: nil)
        case .fail(let failure):
            fail(failure, context)
        }
    }

    private func fail(_ failure: PostFailure, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        end()
        promise.fail(failure)
        context.close(promise: nil)
    }

    private func end() {
        isOver = true
        alarm?.cancel()
        alarm = nil
    }
}
