import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// A receiver for tests: tells of each request, and answers as it was told to.
struct SinkServer: Service {
    let address: ListenAddress
    let behaviour: SinkBehaviour
    let ledger: SinkLedger
    let report: @Sendable (SinkRecord) -> Void
    /// Told the port once connections are accepted.
    let onListening: @Sendable (_ port: Int) -> Void

    func run() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [behaviour, ledger, report] channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
                    try channel.pipeline.syncOperations.addHandlers([
                        decoder, SinkHandler(behaviour: behaviour, ledger: ledger, report: report),
                    ])
                }
            }
            .bind(host: address.host, port: address.port).get()
        onListening(channel.localAddress?.port ?? address.port)
        try? await gracefulShutdown()
        try? await channel.close()
    }
}
