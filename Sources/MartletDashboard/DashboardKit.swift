import HTTPTypes
import HummingbirdCore
import Logging
import MartletCore
import MartletService
import Synchronization

/// What every screen works with.
final class DashboardKit: Sendable {
    let context: ServiceContext
    let configuration: Dashboard.Configuration
    let log: Logger
    let sessions: SessionService
    let assets = Assets()

    private struct Registered {
        var templates = Templates()
        var menu: [MenuEntry] = []
        var portalMenu: [MenuEntry] = []
    }

    private let registered = Mutex(Registered())

    init(_ context: ServiceContext, _ configuration: Dashboard.Configuration, log: Logger) {
        self.context = context
        self.configuration = configuration
        self.log = log
        sessions = SessionService(context)
    }

    /// Makes the screens' templates and entries in the menu known. Called once, before anything is rendered.
    func register(_ screens: [any Screen]) {
        let templates = Templates(screens.flatMap { type(of: $0).templates })
        let menu = screens.compactMap { type(of: $0).menu }
        let portalMenu = screens.filter { type(of: $0).isForCustomers }.compactMap { type(of: $0).menu }
        registered.withLock { $0 = Registered(templates: templates, menu: menu, portalMenu: portalMenu) }
    }

    var templates: Templates { registered.withLock(\.templates) }
    var menu: [MenuEntry] { registered.withLock(\.menu) }
    /// What of the menu a portal has.
    var portalMenu: [MenuEntry] { registered.withLock(\.portalMenu) }

    var now: Timestamp { context.time.now() }

    /// The URL that the service is reached by, without a slash at its end: as it was told, else as this request did.
    func publicURL(of request: Request) -> String {
        let url = configuration.publicURL ?? "http://\(request.head.authority ?? "localhost")"
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// Whether people reach the service over TLS, as far as it was told.
    var isSecure: Bool { configuration.publicURL?.hasPrefix("https://") ?? false }
}

/// A screen: some pages that belong together, with their templates.
protocol Screen: Sendable {
    /// The templates of its pages and their parts.
    static var templates: [Template] { get }
    /// Its place in the menu, where it has one.
    static var menu: MenuEntry? { get }
    /// Whether it is a part of the portals too: about one application, for its own people.
    static var isForCustomers: Bool { get }

    func add(to routes: PageRoutes)
}

extension Screen {
    static var templates: [Template] { [] }
    static var menu: MenuEntry? { nil }
    static var isForCustomers: Bool { false }
}

/// An entry of the menu.
struct MenuEntry: Sendable {
    var title: String
    /// The first part of its paths within an environment: `events`; empty for the first page.
    var section: String
    var icon: Icon
    /// Entries of one group stand together.
    var group: Int
    /// What one must be allowed to, for the entry to make sense.
    var permission: Permission
}
