import Hummingbird
import MartletCore
import MartletService

/// One box for everything: an id leads straight to its thing; other text is looked for in URLs, types, states and payloads.
struct SearchScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "search",
            """
            <div class="head"><div><h1>Search</h1><p class="lead">For <strong>{{q}}</strong></p></div></div>
            {{#nothing}}<div class="empty">{{#searched}}<h2>Nothing so far</h2><p>Payloads were searched as far back as {{searched}}. There are older ones.</p><p
              class="actions"><a class="button" href="{{nextPath}}">Look further back</a></p>{{/searched}}{{^searched}}<h2>Nothing found</h2><p>The box takes an id, an event type, a part of a webhook's URL, text in a payload, and
              the states scheduled, delivered, failed, held, cancelled.</p>{{/searched}}</div>{{/nothing}}
            {{#status}}<section class="first"><h2>State</h2><p><a href="{{statusPath}}">Deliveries that are {{status}}</a></p></section>{{/status}}
            {{#hasTypes}}<section class="first"><h2>Event types</h2><ul class="stack">{{#types}}<li><a class="mono" href="{{eventsPath}}">{{name}}</a> <a class="small"
              href="{{path}}">in the catalogue</a></li>{{/types}}</ul></section>{{/hasTypes}}
            {{#hasWebhooks}}<section class="first"><h2>Webhooks</h2><ul class="stack">{{#webhooks}}<li><a class="break" href="{{path}}">{{url}}</a> {{badge}}</li>{{/webhooks}}</ul></section>{{/hasWebhooks}}
            {{#hasEvents}}<section class="first"><div class="section-head"><h2>Events with this text</h2><a href="{{allPath}}">All of them</a></div>{{>event-table}}</section>{{/hasEvents}}
            """)
    ]

    /// How many events are shown.
    private static let rows = 20

    func add(to routes: PageRoutes) { routes.get("search", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        guard let text = visit.query.text("q").map({ String($0.prefix(500)) }) else { return .redirect(visit.base) }
        if let path = try await thing(named: text, visit) { return .redirect(path) }
        let status = DeliveryStatus.allCases.first { $0.rawValue == text.lowercased() || $0.words == text.lowercased() }
        let types = try await EventTypeService(visit.context).eventTypes(
            page: PageRequest(limit: 250, cursor: nil), for: visit.principal
        ).items.filter { $0.name.lowercased().contains(text.lowercased()) }.prefix(10)
        var filter = WebhookFilter()
        filter.text = text
        let webhooks = try WebhookService(visit.context).search(
            filter, page: PageRequest(limit: 10, cursor: nil), for: visit.principal)
        var events = EventFilter()
        if EventTypeName.isValid(text), text.contains(".") { events.type = text } else { events.text = text }
        let found = try await EventService(visit.context).events(
            events, page: PageRequest(limit: Self.rows, cursor: nil), for: visit.principal)
        let rows = try await EventRows(visit).views(found.items)
        let name = events.type == nil ? "q" : "type"
        return .page(
            Page(
                "Search", section: "search", template: "search",
                [
                    "q": text, "status": status?.words,
                    "statusPath": visit.path("deliveries") + "?status=\(status?.rawValue ?? "")",
                    "hasTypes": !types.isEmpty,
                    "types": types.map { type -> View in
                        [
                            "name": type.name, "path": visit.path("catalogue", type.name),
                            "eventsPath": visit.path("events") + "?type=\(PercentEncoding.encode(type.name))",
                        ]
                    },
                    "hasWebhooks": !webhooks.items.isEmpty,
                    "webhooks": webhooks.items.map { endpoint -> View in
                        [
                            "url": endpoint.url, "path": visit.path("webhooks", endpoint.id.description),
                            "badge": Badge.markup(endpoint),
                        ]
                    },
                    "hasEvents": !rows.isEmpty, "rows": rows,
                    "allPath": visit.path("events") + "?\(name)=\(PercentEncoding.encode(text))",
                    "searched": visit.searched(found, EventID.self, limit: Self.rows),
                    "nextPath": found.next.map {
                        visit.path("events") + "?\(name)=\(PercentEncoding.encode(text))&cursor=\($0)"
                    },
                    "nothing": status == nil && types.isEmpty && webhooks.items.isEmpty && rows.isEmpty,
                ]))
    }

    /// Where the thing of that id is; `nil` where there is none that one may know of.
    private func thing(named text: String, _ visit: Visit) async throws -> String? {
        func found(_ look: () async throws(ServiceError) -> String) async throws -> String? {
            do throws(ServiceError) {
                return try await look()
            } catch {
                guard error.kind == .notFound || error.kind == .forbidden else { throw error }
                return nil
            }
        }
        let principal = visit.principal
        if let id = EndpointID(text) {
            return try await found { () throws(ServiceError) in
                visit.path("webhooks", try WebhookService(visit.context).webhook(id, for: principal).id.description)
            }
        }
        if let id = DeliveryID(text) {
            return try await found { () async throws(ServiceError) in
                let delivery = try await DeliveryService(visit.context).delivery(id, for: principal)
                return visit.path("deliveries", delivery.id.description)
            }
        }
        if let id = JobID(text) {
            return try await found { () async throws(ServiceError) in
                visit.path("jobs", try await JobService(visit.context).job(id, for: principal).id.description)
            }
        }
        if visit.may(.readApplications),
            let path = try await found({ () throws(ServiceError) in
                let application = try ApplicationService(visit.context).application(text, for: principal)
                return visit.path("applications", application.id.description)
            })
        {
            return path
        }
        return try await found { () async throws(ServiceError) in
            visit.path("events", try await EventService(visit.context).event(named: text, for: principal).publicID)
        }
    }
}
