import MartletCore
import MartletService

/// Events as rows of a table.
struct EventRows {
    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    static let template = Template(
        "event-table",
        """
        <div class="table stacks"{{#isEmpty}} hidden{{/isEmpty}}><table>
          <thead><tr><th>Event</th><th>Deliveries</th><th>Application</th><th>Accepted</th></tr></thead>
          <tbody data-rows>{{#rows}}{{>event-row}}{{/rows}}</tbody>
        </table></div>
        """)

    static let rowTemplate = Template(
        "event-row",
        """
        <tr data-id="{{id}}"><td class="first"><a href="{{path}}"><strong>{{type}}</strong></a>{{#isTest}} <span
          class="tag">test</span>{{/isTest}}<span class="sub mono">{{id}}</span></td>
          <td class="rest"><span class="row">{{#states}}{{badge}}{{/states}}{{^states}}<span class="muted">{{none}}</span>{{/states}}</span></td>
          <td class="rest">{{#application}}<span class="muted">{{application}}</span>{{/application}}</td>
          <td class="second nowrap">{{accepted}}</td></tr>
        """)

    func views(_ events: [Event]) async throws -> [View] {
        var views: [View] = []
        for event in events { views.append(try await view(event)) }
        return views
    }

    func view(_ event: Event) async throws -> View {
        let deliveries = try await EventService(visit.context).deliveries(of: event, for: visit.principal)
        let application = event.application.flatMap {
            visit.context.directory.application($0, in: visit.environment.id)?.name
        }
        return [
            "id": event.publicID, "type": event.type, "path": visit.path("events", event.publicID),
            "isTest": event.isTest, "application": application,
            "accepted": When.markup(event.acceptedAt, now: visit.now),
            "states": Self.states(deliveries).map { ["badge": $0] as View },
            "none": event.deliveryCount == 0 ? "nobody wanted it" : "",
        ]
    }

    /// How many deliveries stand how: `3 delivered`, `1 failed`.
    static func states(_ deliveries: [Delivery]) -> [Markup] {
        var counts: [(words: String, tone: Badge.Tone, count: Int)] = []
        for delivery in deliveries {
            let words = Badge.words(delivery)
            if let index = counts.firstIndex(where: { $0.words == words }) {
                counts[index].count += 1
            } else {
                counts.append((words, Badge.tone(delivery), 1))
            }
        }
        return counts.map { Badge.markup(deliveries.count == 1 ? $0.words : "\($0.count) \($0.words)", $0.tone) }
    }
}
