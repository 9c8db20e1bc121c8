import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/operational-events`: what happened to webhooks, as opposed to what was sent to them.
struct OperationalEventRoutes: RouteGroup {
    let kit: RouteKit
    let events: OperationalEventService

    init(_ kit: RouteKit) {
        self.kit = kit
        events = OperationalEventService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/operational-events", "listOperationalEvents", "List what happened to webhooks",
                detail: "That one fails, was taken out of service, or is well again. Kept for 90 days.",
                .readOperationalEvents,
                query: [
                    .application,
                    QueryParameter(
                        "webhook", "Only what is about this webhook.", schema: #"{"type":"string","pattern":"^ep_"}"#),
                ] + QueryParameter.page(kit.limits),
                answer: .page("OperationalEvent"), list)
        ]
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (application, webhook, page) = try kit.query(request) { reader in
            (
                reader.string("application"), reader.identifier("webhook", EndpointID.self), reader.page(kit.limits)
            )
        }
        let found = try await events.events(application: application, endpoint: webhook, page: page, for: principal)
        return .page(found) { $0.write(to: &$1) }
    }
}
