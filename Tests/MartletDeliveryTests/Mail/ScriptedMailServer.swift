import MartletMail
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server on the loopback address that answers as a test wants, and notes what it is told.
final class ScriptedMailServer: Sendable {
    struct Script: Sendable {
        /// Said when the connection is made.
        var greeting = "220 mail.example ESMTP\r\n"
        /// What `EHLO` is answered with, beside its first line, before TLS and within.
        var plainExtensions = ["8BITMIME"]
        var safeExtensions = ["8BITMIME"]
        /// Answers by a command's first word, `.` for a message's end; others are `250 ok`.
        var answers: [String: String] = [:]
        /// The command at which it closes the connection without a word.
        var closesAt: String?
        /// What it sends in one piece with its leave to begin TLS.
        var injected = ""
    }

    struct Record: Sendable {
        /// As they came, each with whether TLS was around it.
        var commands: [(text: String, isSafe: Bool)] = []
        var messages: [String] = []

        var verbs: [String] { commands.map { String($0.text.prefix { $0 != " " && $0 != ":" }) } }
    }

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    fileprivate let record = Mutex(Record())
    fileprivate let script: Script
    fileprivate let tls: NIOSSLContext?

    private init(_ script: Script, tls: NIOSSLContext?) {
        self.script = script
        self.tls = tls
    }

    /// Runs a server, for as long as `body` takes, on a port that it is told.
    ///
    /// - Parameter isImplicit: whether TLS begins at once.
    static func with<Result: Sendable>(
        _ script: Script = Script(), tls: NIOSSLContext? = nil, isImplicit: Bool = false,
        _ body: (ScriptedMailServer, Int) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedMailServer(script, tls: tls)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isImplicit, let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(server, isSafe: isImplicit))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw NoPort() }
        do {
            let result = try await body(server, port)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    struct NoPort: Error {}

    var seen: Record { record.withLock { $0 } }
}

extension ScriptedMailServer {
    fileprivate final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedMailServer
        private var isSafe: Bool
        private var line: [UInt8] = []
        private var message: String?

        init(_ server: ScriptedMailServer, isSafe: Bool) {
            self.server = server
            self.isSafe = isSafe
        }

        func channelActive(context: ChannelHandlerContext) { say(server.script.greeting, context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for byte in unwrapInboundIn(data).readableBytesView {
                line.append(byte)
                guard byte == UInt8(ascii: "\n") else { continue }
                let text = String(decoding: line.dropLast(2), as: UTF8.self)
                line = []
                take(text, context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func take(_ text: String, _ context: ChannelHandlerContext) {
            if let message {
                guard text == "." else {
                    self.message = message + text + "\n"
                    return
                }
                server.record.withLock { $0.messages.append(message) }
                self.message = nil
                return answer(".", context)
            }
            server.record.withLock { $0.commands.append((text, isSafe)) }
            answer(String(text.prefix { $0 != " " && $0 != ":" }), context)
        }

        private func answer(_ verb: String, _ context: ChannelHandlerContext) {
            let script = server.script
            if script.closesAt == verb { return context.close(promise: nil) }
            if let answer = script.answers[verb] {
                if verb == "DATA", answer.hasPrefix("354") { message = "" }
                return say(answer + "\r\n", context)
            }
            switch verb {
            case "EHLO":
                let extensions = isSafe ? script.safeExtensions : script.plainExtensions
                let lines = ["mail.example greets you"] + extensions
                let text = lines.enumerated().map { index, line in
                    "250\(index == lines.count - 1 ? " " : "-")\(line)\r\n"
                }
                say(text.joined(), context)
            case "STARTTLS":
                say("220 go ahead\r\n" + script.injected, context)
                guard let tls = server.tls else { return }
                isSafe = true
                try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            case "AUTH": say("235 2.7.0 welcome\r\n", context)
            case "DATA":
                message = ""
                say("354 go on\r\n", context)
            case "QUIT":
                say("221 bye\r\n", context)
                context.close(promise: nil)
            default: say("250 ok\r\n", context)
            }
        }

        private func say(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}
