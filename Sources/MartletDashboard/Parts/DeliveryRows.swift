import MartletCore
import MartletService

/// Deliveries as rows of a table.
struct DeliveryRows {
    let visit: Visit
    /// Whether rows say where they go: not where all of them go to one webhook.
    var namesWebhook = true

    static let template = Template(
        "delivery-table",
        """
        <div class="table stacks"{{#isEmpty}} hidden{{/isEmpty}}><table>
          <thead><tr><th>Event</th>{{#namesWebhook}}<th>Webhook</th>{{/namesWebhook}}<th>State</th><th class="number">Attempts</th><th>Next
            attempt, or end</th><th>Made</th></tr></thead>
          <tbody data-rows>{{#deliveries}}{{>delivery-row}}{{/deliveries}}</tbody></table></div>
        """)

    static let rowTemplate = Template(
        "delivery-row",
        """
        <tr data-id="{{id}}"><td class="first"><a href="{{path}}"><strong>{{type}}</strong></a>{{#cause}} <span
            class="tag">{{cause}}</span>{{/cause}}<span class="sub mono">{{id}}</span></td>
            {{#namesWebhook}}<td class="rest"><span class="clip muted">{{url}}</span></td>{{/namesWebhook}}
            <td class="second">{{badge}}</td>
            <td class="number rest" data-label="Attempts">{{attempts}}</td>
            <td class="rest">{{end}}{{#reason}}<span class="sub">{{reason}}</span>{{/reason}}</td>
            <td class="rest nowrap" data-label="Made">{{made}}</td></tr>
        """)

    func views(_ deliveries: [Delivery]) async throws -> [View] {
        var views: [View] = []
        for delivery in deliveries {
            let event = try await DeliveryService(visit.context).event(of: delivery)
            views.append(view(delivery, event))
        }
        return views
    }

    func view(_ delivery: Delivery, _ event: Event?) -> View {
        let endpoint = visit.context.directory.endpoint(delivery.endpoint, in: visit.environment.id)
        let end: Markup? =
            switch delivery.state {
            case .scheduled(let due): When.countdown(due, now: visit.now)
            case .inFlight: Markup("under way")
            case .held: nil
            case .succeeded(let at), .failed(let at, _), .cancelled(let at, _): When.markup(.some(at), now: visit.now)
            }
        return [
            "id": delivery.id.description, "path": visit.path("deliveries", delivery.id.description),
            "type": event?.type ?? delivery.event.description,
            "cause": delivery.cause == .publish ? nil : delivery.cause.rawValue,
            "url": endpoint?.url ?? "\(delivery.endpoint) (deleted)", "badge": Badge.markup(delivery),
            "attempts": delivery.attemptCount, "end": end,
            "reason": delivery.state.status == .succeeded ? nil : delivery.state.reason?.message,
            "made": When.markup(delivery.createdAt, now: visit.now), "namesWebhook": namesWebhook,
        ]
    }
}
