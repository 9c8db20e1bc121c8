import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/deliveries`: docs/api.md.
struct DeliveryRoutes: RouteGroup {
    let kit: RouteKit
    let deliveries: DeliveryService

    init(_ kit: RouteKit) {
        self.kit = kit
        deliveries = DeliveryService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/deliveries", "listDeliveries", "List deliveries", .readDeliveries,
                query: [
                    .application,
                    QueryParameter(
                        "webhook", "Only what goes to this webhook.", schema: #"{"type":"string","pattern":"^ep_"}"#),
                    QueryParameter(
                        "event", "Only what carries this event: its id, or the one that its publisher chose."),
                    .status, .since, .until,
                ] + QueryParameter.page(kit.limits),
                answer: .page("Delivery"), list),
            Operation(
                .get, "/v1/deliveries/{id}", "getDelivery", "Look at a delivery and its attempts",
                detail: "Each attempt with the request as sent, the response as received, the timing split and the "
                    + "reason in a sentence.", .readDeliveries,
                answer: .one("DeliveryWithAttempts", "The delivery, its attempts the first one first."), show),
            Operation(
                .post, "/v1/deliveries/{id}/retry", "retryDelivery", "Make the next attempt now",
                detail: "Whether its schedule has run out or not.", .changeDeliveries,
                body: .json("Nothing", isRequired: false),
                answer: .one("Delivery", "The attempt is on its way.", status: .accepted),
                conflicts: [
                    "delivery_held", "delivery_in_flight", "delivery_succeeded", "delivery_cancelled",
                    "delivery_changed", "webhook_deleted", "payload_dropped",
                ], retry),
            Operation(
                .post, "/v1/deliveries/{id}/cancel", "cancelDelivery", "Give a delivery up",
                detail:
                    "An attempt that is under way is still recorded. For a webhook with an order this is the skip: what "
                    + "waited behind it goes on.", .changeDeliveries,
                body: .json("Nothing", isRequired: false), answer: .one("Delivery", "Nothing more is sent of it."),
                conflicts: ["delivery_succeeded", "delivery_failed", "delivery_cancelled", "delivery_changed"], cancel),
        ]
    }

    private func retry(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(DeliveryID.self, "delivery")
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            let delivery = try await deliveries.retry(id, by: principal)
            return .json(.accepted) { delivery.writeSummary(to: &$0) }
        }
    }

    private func cancel(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(DeliveryID.self, "delivery")
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            let delivery = try await deliveries.cancel(id, by: principal)
            return .json { delivery.writeSummary(to: &$0) }
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
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

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let delivery = try await deliveries.delivery(context.id(DeliveryID.self, "delivery"), for: principal)
        let attempts = try await deliveries.attempts(of: delivery)
        let event = try await deliveries.event(of: delivery)
        let blocker = try await deliveries.blocker(of: delivery)
        let profile = kit.services.directory.target(delivery.endpoint)?.profile ?? .standard
        let body = event.flatMap { $0.body.isDropped ? nil : $0.body.slice(profile.envelope) }
        return .json(capacity: 4096) { writer in
            writer.object { writer in
                delivery.writeMembers(to: &writer, publicEventID: event?.publicID)
                writer.field("event_type", event?.type)
                writer.field("blocked_by", blocker?.description)
                writer.array("attempts") { writer in
                    for attempt in attempts {
                        AttemptWire(attempt: attempt, body: body, success: profile.success).write(to: &writer)
                    }
                }
            }
        }
    }
}
