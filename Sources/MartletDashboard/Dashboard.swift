import HTTPTypes
import Hummingbird
public import HummingbirdCore
public import Logging
public import MartletService

/// The operator's dashboard: pages rendered here, for people with a browser. It calls the use cases of MartletService
/// and nothing else.
public struct Dashboard: Sendable {
    /// What a dashboard has to know of where it runs.
    public struct Configuration: Sendable {
        /// The URL that people reach the service by, where it was given. With `https` cookies travel over TLS alone.
        public var publicURL: String?
        /// The service's version, shown at the foot of each page.
        public var version: String

        /// The API's OpenAPI document, for the playground; empty for none.
        public var openAPI: [UInt8]

        public init(publicURL: String? = nil, version: String, openAPI: [UInt8] = []) {
            self.publicURL = publicURL
            self.openAPI = openAPI
            self.version = version
        }
    }

    private let kit: DashboardKit
    private let responder: any HTTPResponder<PageContext>

    public init(_ context: ServiceContext, _ configuration: Configuration, log: Logger) {
        let kit = DashboardKit(context, configuration, log: log)
        let screens = Self.screens(kit)
        kit.register(screens)
        self.kit = kit
        let router = Router(context: PageContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: PageGuard(kit: kit))
        let routes = PageRoutes(router: router, gate: Gate(kit: kit), kit: kit)
        for screen in screens {
            var routes = routes
            if type(of: screen).isForCustomers { routes.places = [.dashboard, .portal] }
            screen.add(to: routes)
        }
        responder = router.buildResponder()
    }

    /// Every screen there is, in the order of the menu.
    static func screens(_ kit: DashboardKit) -> [any Screen] {
        [
            SignInScreen(kit: kit), HomeScreen(kit: kit), AssetFiles(kit: kit), OverviewScreen(kit: kit),
            EventsScreen(kit: kit), EventScreen(kit: kit), DeliveriesScreen(kit: kit), DeliveryScreen(kit: kit),
            IssuesScreen(kit: kit), AlertsScreen(kit: kit), AlertFormScreen(kit: kit), WebhooksScreen(kit: kit),
            WebhookFormScreen(kit: kit), WebhookScreen(kit: kit), SourcesScreen(kit: kit), SourceFormScreen(kit: kit),
            SourceScreen(kit: kit), RequestScreen(kit: kit),
            TestEventScreen(kit: kit), RecoverScreen(kit: kit), RecoverAllScreen(kit: kit), ReplayScreen(kit: kit),
            ApplicationsScreen(kit: kit), ErasureScreen(kit: kit), CatalogueScreen(kit: kit),
            KeysScreen(kit: kit), JobsScreen(kit: kit), ActivityScreen(kit: kit), SettingsScreen(kit: kit),
            ProfileScreen(kit: kit), CustomerPagesScreen(kit: kit), PortalLinkScreen(kit: kit),
            SearchScreen(kit: kit), PlaygroundScreen(kit: kit), LiveScreen(kit: kit), GuideScreen(kit: kit),
            StatusScreen(kit: kit),
        ]
    }

    /// Where the dashboard is, after the service's own URL.
    public static let path = "/dashboard"

    /// The path, after the service's own URL, of a one-time link with this token.
    public static func loginPath(token: String) -> String { "\(path)/sign-in/link?token=\(token)" }

    /// Whether a path is one of the dashboard's: its pages, and the way to them from the root.
    public static func takes(_ path: String) -> Bool {
        path == "/"
            || [Self.path, GuideScreen.path, StatusScreen.path, PortalAddress.root].contains {
                path == $0 || path.hasPrefix($0 + "/")
            }
    }

    /// Answers a request for such a path.
    public func respond(to request: Request) async throws -> Response {
        try await responder.respond(to: request, context: PageContext(source: PageSource(logger: kit.log)))
    }
}
