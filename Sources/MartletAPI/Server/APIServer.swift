import Hummingbird
public import Logging
public import MartletService
public import NIOCore
public import ServiceLifecycle

/// Serves the API over HTTP/1.1 until the service stops; requests under way are answered first.
public struct APIServer: Service {
    private let application: Application<RouterResponder<APIContext>>

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: the port, or 0 for any.
    ///   - onListening: told the port once connections are accepted.
    public init(
        context: ServiceContext, host: String, port: Int, group: any EventLoopGroup, version: String, log: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        var quiet = log
        // Hummingbird tells of its own life at info; Martlet tells of it in its own words.
        quiet.logLevel = max(log.logLevel, .warning)
        application = Application(
            responder: Self.router(context, log: log).buildResponder(),
            server: .http1(configuration: .init(idleTimeout: .seconds(75))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "Martlet/\(version)", backlog: 1024),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            eventLoopGroupProvider: .shared(group),
            logger: quiet)
    }

    public func run() async throws { try await application.run() }

    static func router(_ context: ServiceContext, log: Logger) -> APIRouter {
        let router = APIRouter(context: APIContext.self)
        router.add(middleware: ProblemMiddleware(log: log))
        let kit = RouteKit(context)
        EventRoutes(kit).add(to: router)
        WebhookRoutes(kit).add(to: router)
        DeliveryRoutes(kit).add(to: router)
        CatalogueRoutes(kit).add(to: router)
        ApplicationRoutes(kit).add(to: router)
        KeyRoutes(kit).add(to: router)
        ProfileRoutes(kit).add(to: router)
        ProbeRoutes(kit: kit).add(to: router)
        return router
    }
}
