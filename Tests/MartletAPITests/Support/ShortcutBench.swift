import Logging
import MartletCore
import MartletDelivery
import MartletService
import MartletTesting
import NIOCore
import NIOEmbedded
import NIOPosix

@testable import MartletAPI

/// A ``PublishShortcut`` alone on a loop whose time a test moves, between a witness on the socket's side and one on the
/// parser's. Its service knows no key and no source, so that the routes have to answer whatever comes. For one thread, as
/// the loop is.
struct ShortcutBench {
    let channel = EmbeddedChannel()
    let bytes: BodyBytes
    let use: ConnectionUse
    private let socket = SocketWitness()
    private let parser = ParserWitness()

    init(room: Int = 1000) throws {
        bytes = BodyBytes(most: room)
        use = ConnectionUse(now: channel.eventLoop.now)
        let publisher = Publisher(Self.emptyService(), bytes: bytes, server: "bench")
        try channel.pipeline.syncOperations.addHandlers(
            socket, PublishShortcut(publisher, limits: .patient, use: use), parser)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/bench")).wait()
    }

    private static func emptyService() -> ServiceContext {
        guard let vault = SecretVault(masterKey: Array(repeating: 7, count: SecretVault.keyLength)) else {
            preconditionFailure("the key has the length that the vault asks for")
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let log = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let (store, directory, metrics) = (InMemoryStore(), Directory(vault: vault), ServiceMetrics())
        let (clock, identifiers) = (SystemClock(group: group), IdentifierSource())
        let committer = GroupCommitter(store: store, limits: CommitLimits(), metrics: metrics, log: log)
        let engine = DeliveryEngine(
            store: store, directory: directory, committer: committer, sender: RecordingSender(group: group),
            group: group, limits: EngineLimits(), identifiers: identifiers, clock: clock, metrics: metrics,
            version: "bench", log: log, listeners: ListenHub())
        return ServiceContext(
            store: store, directory: directory, committer: committer, courier: engine, identifiers: identifiers,
            time: clock, vault: vault, egress: EgressPolicy(), limits: ServiceLimits(), metrics: metrics, log: log)
    }

    /// What has come to the parser: bytes as they are, events in angle brackets.
    var passed: String { parser.seen.joined() }

    /// How often the socket was asked to read.
    var reads: Int { socket.reads }

    /// Whether no room is taken.
    var hasAllRoom: Bool {
        guard bytes.take(bytes.most) else { return false }
        bytes.giveBack(bytes.most)
        return true
    }

    /// Has bytes come from the client, in one read.
    func receive(_ text: String) { channel.pipeline.fireReads(text) }

    func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    /// Has the rules say that nothing is unanswered.
    func sayThatAllIsAnswered() {
        channel.pipeline.triggerUserOutboundEvent(ConnectionRules.AllAnswered(), promise: nil)
        channel.embeddedEventLoop.run()
    }

    func end() { _ = try? channel.finish(acceptAlreadyClosed: true) }
}

/// Stands on the socket's side, and sees what goes out.
final class SocketWitness: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var reads = 0
    private let tell: (@Sendable (String) -> Void)?

    /// - Parameter tell: told of every answer's beginning.
    init(tell: (@Sendable (String) -> Void)? = nil) { self.tell = tell }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        tell?("answer \(String(buffer: unwrapOutboundIn(data)).prefix(12))")
        context.write(data, promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}

/// Stands on the parser's side, and sees what is passed on.
final class ParserWitness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var seen: [String] = []
    private let tell: (@Sendable (String) -> Void)?

    /// - Parameter tell: told of everything in its order.
    init(tell: (@Sendable (String) -> Void)? = nil) { self.tell = tell }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { note(String(buffer: unwrapInboundIn(data))) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { note("<\(event)>") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { note("<\(error)>") }

    private func note(_ text: String) {
        seen.append(text)
        tell?(text)
    }
}

extension ChannelPipeline {
    /// What a channel does when it has read so much.
    fileprivate func fireReads(_ text: String) {
        fireChannelRead(ByteBuffer(string: text))
        fireChannelReadComplete()
    }
}
