import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

extension TestDashboard {
    /// A link to an application's portal, as a path.
    func portal(of application: String, lifetime: Duration? = nil) throws -> (path: String, pass: PortalPass) {
        let link = try PortalService(context).open(application, lifetime: lifetime, by: admin)
        return (PortalAddress.path(link.token), link.pass)
    }

    /// Changes what customers are shown.
    func show(_ change: (inout EnvironmentService.Draft.Pages) -> Void) async throws {
        var draft = EnvironmentService.Draft()
        change(&draft.pages)
        _ = try await EnvironmentService(context).update(draft, by: admin)
    }
}

extension Things {
    /// What a portal has that names no thing.
    static let portalLists = [
        "", "/events", "/deliveries", "/issues", "/webhooks", "/webhooks/new", "/catalogue", "/catalogue/order.created",
        "/jobs", "/recover", "/replay", "/activity", "/search?q=order", "/guide",
    ]

    /// What is an application's own in a portal.
    var portalThings: [String] { things.filter { !Self.isOperators($0) } }

    /// What forms of a portal do with those things.
    var portalActs: [(path: String, fields: [(String, String)])] { acts.filter { !Self.isOperators($0.path) } }

    private static func isOperators(_ path: String) -> Bool {
        ["/applications", "/keys", "/alerts"].contains { path.hasPrefix($0) }
    }

    /// Pages and forms that are the operator's alone.
    static let operatorsPages = [
        "/applications", "/applications/new", "/keys", "/settings", "/playground", "/settings/profiles/new",
        "/alerts", "/alerts/new", "/sources", "/sources/new",
    ]
}
