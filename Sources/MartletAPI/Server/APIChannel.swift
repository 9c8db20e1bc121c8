import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A client's connection: Hummingbird's, with ``PublishShortcut`` before the parser and ``ConnectionRules`` right behind
/// it.
struct APIChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let limits: ConnectionLimits
    private let clients: ClientCount
    /// The largest body that any operation takes, in bytes.
    private let mostBytes: Int
    private let publisher: Publisher

    init(
        responder: @escaping HTTPChannelHandler.Responder, limits: ConnectionLimits, mostBytes: Int,
        publisher: Publisher
    ) {
        self.limits = limits
        self.mostBytes = mostBytes
        self.publisher = publisher
        clients = ClientCount(most: limits.clients)
        http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headersBytes,
                    maxHeaderFieldCount: limits.headers)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let hasPlace = clients.enter()
        if hasPlace { channel.closeFuture.whenComplete { [clients] _ in clients.leave() } }
        return http.setup(channel: channel, logger: logger).flatMapThrowing { [limits, mostBytes, publisher] value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
            let use = ConnectionUse(now: channel.eventLoop.now)
            let rules = ConnectionRules(
                bodyTime: TimeAmount(limits.body), idleTime: TimeAmount(limits.idle), mostBytes: mostBytes, use: use)
            try pipeline.addHandler(rules, position: .after(parser))
            try pipeline.addHandler(PublishShortcut(publisher, limits: limits, use: use), position: .first)
            if !hasPlace { try pipeline.addHandler(ConnectionRefusal(), position: .first) }
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
