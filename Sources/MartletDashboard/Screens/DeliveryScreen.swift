import Hummingbird
import MartletCore
import MartletService

/// One delivery, and moving it by hand.
struct DeliveryScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "delivery",
            """
            <p class="crumbs"><a href="{{base}}/deliveries">Deliveries</a></p>
            <div class="head"><div><h1>{{title}}</h1><p class="lead mono">{{delivery}}</p></div></div>
            <div class="card pad"><dl class="facts">
              <dt>Event</dt><dd><a href="{{eventPath}}">{{type}}</a> <span class="mono muted">{{event}}</span></dd>
              <dt>Brought about by</dt><dd>{{cause}}</dd>
              <dt>Made</dt><dd>{{made}}</dd>
              {{#first}}<dt>First attempt</dt><dd>{{first}}</dd>{{/first}}
            </dl></div>
            <section><h2>Attempts</h2><div class="timeline" data-lanes>{{#lane}}{{>lane}}{{/lane}}</div></section>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("deliveries/:id", show)
        routes.post("deliveries/:id/retry", retry)
        routes.post("deliveries/:id/cancel", cancel)
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let deliveries = DeliveryService(visit.context)
        let delivery = try await deliveries.delivery(visit.id(DeliveryID.self, "delivery"), for: visit.principal)
        guard let event = try await deliveries.event(of: delivery) else { throw ServiceError.notFound("event") }
        let attempts = try await deliveries.attempts(of: delivery)
        let lane = try await DeliveryLane(visit: visit, event: event, delivery: delivery, attempts: attempts).view(
            opensLast: true)
        return .page(
            Page(
                "Delivery of \(event.type)", section: "deliveries", template: "delivery",
                [
                    "title": "Delivery of \(event.type)", "delivery": delivery.id.description, "event": event.publicID,
                    "type": event.type, "eventPath": visit.path("events", event.publicID),
                    "cause": delivery.cause.rawValue == "publish" ? "publishing" : delivery.cause.rawValue,
                    "made": When.markup(delivery.createdAt, now: visit.now),
                    "first": When.markup(delivery.firstAttemptAt, now: visit.now), "lane": lane,
                ]))
    }

    private func retry(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let delivery = try await DeliveryService(visit.context).retry(
            visit.id(DeliveryID.self, "delivery"), by: visit.principal)
        return .redirect(visit.next(form, otherwise: visit.path("deliveries", delivery.id.description), .retried))
    }

    private func cancel(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let delivery = try await DeliveryService(visit.context).cancel(
            visit.id(DeliveryID.self, "delivery"), by: visit.principal)
        return .redirect(visit.next(form, otherwise: visit.path("deliveries", delivery.id.description), .cancelled))
    }
}
