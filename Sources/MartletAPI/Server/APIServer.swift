import Hummingbird
import HummingbirdCore
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
    ///   - limits: how many connections there may be, and what they may cost.
    ///   - site: pages to serve beside the API.
    ///   - onListening: told the port once connections are accepted.
    public init(
        context: ServiceContext, host: String, port: Int, group: any EventLoopGroup, version: String, log: Logger,
        limits: ConnectionLimits = ConnectionLimits(), site: Site? = nil,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        var quiet = log
        // Hummingbird tells of its own life at info; Martlet tells of it in its own words.
        quiet.logLevel = max(log.logLevel, .warning)
        let mostBytes = max(context.limits.requestBytes, context.limits.batchBytes)
        // One of the largest must fit, or it never would be taken.
        let bytes = BodyBytes(most: max(limits.bodyBytes, mostBytes))
        let publisher = Publisher(context, bytes: bytes, server: "Martlet/\(version)")
        application = Application(
            responder: Self.router(context, log: log, version: version, bytes: bytes, site: site).buildResponder(),
            server: HTTPServerBuilder { responder in
                APIChannel(
                    responder: responder, limits: limits, mostBytes: max(mostBytes, BodyBudget.largestInbound),
                    publisher: publisher)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "Martlet/\(version)", backlog: 1024,
                // Those that are being refused keep their descriptors for a moment; beyond so many, none is accepted.
                availableConnectionsDelegate: .maximum(limits.clients + Self.refusals, logger: quiet)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            eventLoopGroupProvider: .shared(group),
            logger: quiet)
    }

    /// How many connections may be on their way to being refused at once, for want of a place.
    public static let refusals = 64

    public func run() async throws { try await application.run() }

    static func router(
        _ context: ServiceContext, log: Logger, version: String, bytes: BodyBytes = BodyBytes(most: .max),
        site: Site? = nil
    ) -> APIRouter {
        let operations = operations(context, version: version)
        let router = APIRouter(context: APIContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware(log: log, patterns: RoutePatterns(operations)))
        router.add(
            middleware: BodyBudget(
                bytes: bytes, unknown: (batch: context.limits.batchBytes, other: context.limits.requestBytes))
        )
        if let site { router.add(middleware: SiteMiddleware(site: site)) }
        let caller = Caller(keys: KeyService(context))
        for operation in operations { operation.add(to: router, caller: caller) }
        return router
    }

    /// The OpenAPI document that `/openapi.json` gives.
    public static func document(of context: ServiceContext, version: String) -> [UInt8] {
        let kit = operations(context, version: version)
        return OpenAPIDocument(operations: kit, limits: context.limits, version: version).bytes
    }

    /// Everything that the API does.
    static func operations(_ context: ServiceContext, version: String) -> [Operation] {
        let kit = RouteKit(context)
        let groups: [any RouteGroup] = [
            EventRoutes(kit), WebhookRoutes(kit), DeliveryRoutes(kit), JobRoutes(kit), CatalogueRoutes(kit),
            ApplicationRoutes(kit), PortalRoutes(kit), StreamRoutes(kit: kit), ListenRoutes(kit), KeyRoutes(kit),
            ProfileRoutes(kit), EnvironmentRoutes(kit),
            SourceRoutes(kit), RequestRoutes(kit), InboundRoutes(kit), OperationalEventRoutes(kit), AlertRoutes(kit),
            ProbeRoutes(kit: kit),
        ]
        let operations = groups.flatMap(\.operations)
        return operations + DocumentRoutes(describing: operations, limits: context.limits, version: version).operations
    }
}
