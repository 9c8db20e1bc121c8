import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A receiver on a loopback address that says and does exactly what a test wants, byte by byte.
final class ScriptedReceiver: Sendable {
    /// One thing that it does on a connection.
    enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Goes on sending these bytes, one at a time and without end, as a receiver that drips does.
        case drip(String)
        /// Goes on sending these bytes as fast as they are read.
        case flood(String)
        case close
        case reset
        /// Lets the next step wait for ``ScriptedReceiver/proceed()``, which may have come before.
        case wait
    }

    /// A request as it came in.
    struct Request: Sendable {
        var connection: Int
        var head: String
        var body: [UInt8]
    }

    /// What it does when the request numbered `request` on the connection numbered `connection` has come in, both
    /// counted from 0. For -1, when the connection is made; for -2, when the first bytes have come in.
    typealias Script = @Sendable (_ connection: Int, _ request: Int) -> [Step]

    private struct Waiter {
        let condition: @Sendable (_ connections: Int, _ closed: Int, _ requests: Int) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct Record {
        var connections = 0
        var closed = 0
        var requests: [Request] = []
        var waiting: [Waiter] = []
    }

    /// Not the sender's loops: what a receiver does should not delay the sender but over the wire.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let record = Mutex(Record())
    private let gate = Mutex<(permits: Int, waiting: [@Sendable () -> Void])>((0, []))
    private let script: Script
    private let answersEarly: Bool
    private let channel = Mutex<(any Channel)?>(nil)

    private init(script: @escaping Script, answersEarly: Bool) {
        self.script = script
        self.answersEarly = answersEarly
    }

    /// - Parameter answersEarly: Whether a request has come in with its head.
    static func start(
        at host: String = "127.0.0.1", port: Int = 0, tls: NIOSSLContext? = nil, answersEarly: Bool = false,
        script: @escaping Script
    ) async throws -> ScriptedReceiver {
        let receiver = ScriptedReceiver(script: script, answersEarly: answersEarly)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Room for every connection of a test at once: the kernel repeats what found none after a second.
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver))
                }
            }
            .bind(host: host, port: port).get()
        receiver.channel.withLock { $0 = channel }
        return receiver
    }

    /// Answers every request with `200` and `ok`.
    static func wellBehaved(at host: String = "127.0.0.1", port: Int = 0, tls: NIOSSLContext? = nil) async throws
        -> ScriptedReceiver
    {
        try await start(at: host, port: port, tls: tls) { _, request in request < 0 ? [] : [.send(Self.ok)] }
    }

    /// The same, but each answer waits for ``proceed()``.
    static func holdingBack() async throws -> ScriptedReceiver {
        try await start { _, request in request < 0 ? [] : [.wait, .send(Self.ok)] }
    }

    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    func stop() async throws {
        try await channel.withLock { $0 }?.close()
    }

    var port: Int { channel.withLock { $0 }?.localAddress?.port ?? 0 }
    var connections: Int { record.withLock(\.connections) }
    var requests: [Request] { record.withLock(\.requests) }

    /// Lets one ``Step/wait`` end.
    func proceed() {
        let step = gate.withLock { gate in
            if gate.waiting.isEmpty {
                gate.permits += 1
                return {}
            }
            return gate.waiting.removeFirst()
        }
        step()
    }

    private func wait(_ step: @escaping @Sendable () -> Void) {
        let isPermitted = gate.withLock { gate in
            guard gate.permits > 0 else {
                gate.waiting.append(step)
                return false
            }
            gate.permits -= 1
            return true
        }
        if isPermitted { step() }
    }

    /// Waits until so many connections were made, closed, and so many requests came in.
    func hasSeen(connections: Int = 0, closed: Int = 0, requests: Int = 0) async {
        await withCheckedContinuation { continuation in
            note { record in
                record.waiting.append(
                    Waiter(
                        condition: { $0 >= connections && $1 >= closed && $2 >= requests }, continuation: continuation))
            }
        }
    }

    private func note(_ change: (inout sending Record) -> Void) {
        let ready = record.withLock { record in
            change(&record)
            let (connections, closed, requests) = (record.connections, record.closed, record.requests.count)
            let ready = record.waiting.filter { $0.condition(connections, closed, requests) }
            record.waiting.removeAll { $0.condition(connections, closed, requests) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let receiver: ScriptedReceiver
        private var connection = 0
        private var request = 0
        private var received: [UInt8] = []
        private var isFlooding: ByteBuffer?

        init(_ receiver: ScriptedReceiver) {
            self.receiver = receiver
        }

        func channelActive(context: ChannelHandlerContext) {
            receiver.note { record in
                connection = record.connections
                record.connections += 1
            }
            perform(receiver.script(connection, -1)[...], context)
            context.fireChannelActive()
        }

        func channelInactive(context: ChannelHandlerContext) {
            isFlooding = nil
            receiver.note { $0.closed += 1 }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if received.isEmpty, request == 0 { perform(receiver.script(connection, -2)[...], context) }
            received += Array(unwrapInboundIn(data).readableBytesView)
            while let next = takeRequest() {
                let number = request
                request += 1
                receiver.note { $0.requests.append(next) }
                perform(receiver.script(connection, number)[...], context)
            }
        }

        private func takeRequest() -> Request? {
            guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
            let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
            let length = field.flatMap { Int($0.dropFirst(16)) } ?? 0
            if receiver.answersEarly {
                received = []
                return Request(connection: connection, head: head, body: [])
            }
            guard received.count >= end.upperBound + length else { return nil }
            let body = Array(received[end.upperBound..<(end.upperBound + length)])
            received.removeSubrange(..<(end.upperBound + length))
            return Request(connection: connection, head: head, body: body)
        }

        private func perform(_ steps: ArraySlice<Step>, _ context: ChannelHandlerContext) {
            guard let step = steps.first else { return }
            let rest = steps.dropFirst()
            switch step {
            case .send(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .sendBytes(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .drip(let text):
                drip(Array(text.utf8), at: 0, context)
            case .flood(let text):
                isFlooding = ByteBuffer(repeating: Array(text.utf8), atLeast: 64 * 1024)
                flood(context)
            case .close:
                context.close(promise: nil)
                return
            case .reset:
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                guard let options = context.channel as? any SocketOptionProvider else { return }
                options.setSoLinger(Loopback.resetsOnClose).whenComplete { _ in bound.value.close(promise: nil) }
                return
            case .wait:
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                let loop = context.eventLoop
                receiver.wait { loop.execute { bound.value.0.perform(rest, bound.value.1) } }
                return
            }
            perform(rest, context)
        }

        private func drip(_ bytes: [UInt8], at index: Int, _ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            let byte = ByteBuffer(bytes: [bytes[index % bytes.count]])
            context.writeAndFlush(wrapOutboundOut(byte), promise: nil)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(2)) {
                bound.value.0.drip(bytes, at: index + 1, bound.value.1)
            }
        }

        private func flood(_ context: ChannelHandlerContext) {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            guard let buffer = isFlooding else { return }
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
            // Not at once: a loop that is never out of tasks never gets round to its sockets.
            written.futureResult.whenSuccess {
                bound.value.1.eventLoop.scheduleTask(in: .microseconds(100)) { bound.value.0.flood(bound.value.1) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

extension ByteBuffer {
    fileprivate init(repeating bytes: [UInt8], atLeast count: Int) {
        self.init()
        while readableBytes < count { writeBytes(bytes) }
    }
}
