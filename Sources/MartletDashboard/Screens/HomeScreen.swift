import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// The ways into the dashboard: from the root, and from the addresses that guides print.
struct HomeScreen: Screen {
    let kit: DashboardKit

    func add(to routes: PageRoutes) {
        routes.router.get("/") { _, _ in Response.seeOther(Dashboard.path) }
        routes.router.get("\(Dashboard.path)") { request, _ in try await home(request, "") }
        routes.router.get("\(Dashboard.path)/webhooks/history") { request, _ in try await home(request, "/deliveries") }
    }

    /// To the environment that is looked at first: `sandbox` where it is open, for there nothing can go wrong.
    private func home(_ request: Request, _ section: String) async throws -> Response {
        guard let (session, _) = try await Gate(kit: kit).session(of: request) else {
            return .seeOther(SignInScreen.path(next: section.isEmpty ? nil : request.uri.string))
        }
        let environments = kit.sessions.environments(of: session)
        guard let first = environments.first(where: { $0.name == "sandbox" }) ?? environments.first else {
            return .seeOther(SignInScreen.path())
        }
        return .seeOther("\(Dashboard.path)/\(first.name)\(section)")
    }
}
