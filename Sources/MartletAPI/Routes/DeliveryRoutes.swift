import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/deliveries`: SPEC section 3.
struct DeliveryRoutes {
    let kit: RouteKit
    let deliveries: DeliveryService

    init(_ kit: RouteKit) {
        self.kit = kit
        deliveries = DeliveryService(kit.services)
    }

    func add(to router: APIRouter) {
        router.get("/v1/deliveries") { request, _ in try await list(request) }
        router.get("/v1/deliveries/:id") { request, context in try await show(request, context) }
        router.post("/v1/deliveries/:id/retry") { request, context -> Response in
            let id = try context.id(DeliveryID.self, "delivery")
            return try await kit.post(request) { reader, principal in
                try reader.finish()
                let delivery = try await deliveries.retry(id, by: principal)
                return .json(.accepted) { delivery.writeSummary(to: &$0) }
            }
        }
        router.post("/v1/deliveries/:id/cancel") { request, context -> Response in
            let id = try context.id(DeliveryID.self, "delivery")
            return try await kit.post(request) { reader, principal in
                try reader.finish()
                let delivery = try await deliveries.cancel(id, by: principal)
                return .json { delivery.writeSummary(to: &$0) }
            }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
        let (filter, page) = try kit.query(request) { reader in
            var filter = DeliveryFilter()
            filter.application = reader.string("application")
            filter.endpoint = reader.identifier("webhook", EndpointID.self)
            filter.event = reader.string("event")
            filter.status = reader.choice("status", DeliveryStatus.self)
            filter.since = reader.instant("since")
            filter.until = reader.instant("until")
            return (filter, reader.page(kit.limits))
        }
        let found = try await deliveries.deliveries(filter, page: page, for: principal)
        return .page(found) { $0.writeSummary(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = try kit.plain(request)
        let delivery = try await deliveries.delivery(context.id(DeliveryID.self, "delivery"), for: principal)
        let attempts = try await deliveries.attempts(of: delivery)
        let event = try await deliveries.event(of: delivery)
        let profile = kit.services.directory.target(delivery.endpoint)?.profile ?? .standard
        let body = event?.body.slice(profile.envelope)
        return .json(capacity: 4096) { writer in
            writer.object { writer in
                delivery.writeMembers(to: &writer, publicEventID: event?.publicID)
                writer.field("event_type", event?.type)
                writer.array("attempts") { writer in
                    for attempt in attempts {
                        AttemptWire(attempt: attempt, body: body, success: profile.success).write(to: &writer)
                    }
                }
            }
        }
    }
}
