import Hummingbird
import MartletCore
import MartletService

/// The first page of an environment: how it is doing, and what wants looking at.
struct OverviewScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Overview", section: "", icon: .overview, group: 0, permission: .readWebhooks)

    static let templates = [
        Template(
            "overview",
            """
            <div class="head"><div><h1>Overview</h1></div></div>
            {{^hasWebhooks}}<div class="empty">
              <h2>No webhooks yet</h2>
              <p>Register where events are to go. Every event that it subscribes to is then signed, delivered and recorded here.</p>
            </div>{{/hasWebhooks}}
            """)
    ]

    func add(to routes: PageRoutes) { routes.get("", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let endpoints = visit.context.directory.endpoints(
            in: visit.environment.id, application: visit.principal.application)
        return .page(
            Page("Overview", section: "", template: "overview", ["hasWebhooks": !endpoints.isEmpty]))
    }
}
