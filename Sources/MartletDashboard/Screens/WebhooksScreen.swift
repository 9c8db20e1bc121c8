import Hummingbird
import MartletCore
import MartletService

/// The list of webhooks.
struct WebhooksScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Webhooks", section: "webhooks", icon: .webhook, group: 1, permission: .readWebhooks)

    static let templates = [
        Template(
            "webhooks",
            """
            <div class="head"><div><h1>Webhooks</h1><p class="lead">Where events go: each with its subscriptions, its secret and its
              settings.</p></div>
              {{#mayAdd}}<div class="actions"><a class="button primary" href="{{base}}/webhooks/new">{{plus}}Add a webhook</a></div>{{/mayAdd}}</div>
            {{#isListed}}<form class="filters" method="get">
              <div class="wider"><label for="q">URL or description</label><input id="q" name="q" type="search" value="{{text}}"
                autocomplete="off" spellcheck="false"></div>
              {{#hasApplications}}<div><label for="application">Application</label><input id="application" name="application"
                value="{{applicationName}}" placeholder="uid or app_…" autocomplete="off" spellcheck="false"></div>{{/hasApplications}}
              <div><label for="active">State</label><select id="active" name="active">{{#states}}<option
                value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/states}}</select></div>
              <div class="actions"><button>Filter</button>{{#isFiltered}}<a class="button quiet" href="{{base}}/webhooks">Clear</a>{{/isFiltered}}</div>
            </form>{{/isListed}}
            {{#error}}<p class="callout bad">{{error}}</p>{{/error}}
            {{#hasRows}}<div class="table stacks"><table>
              <thead><tr><th>Webhook</th><th>Events</th><th>Application</th><th class="number">Acknowledged, 24 h</th><th
                class="number">Waiting</th><th>State</th></tr></thead>
              <tbody>{{#rows}}<tr><td class="first wide"><a class="clip" href="{{path}}"><strong>{{url}}</strong></a><span
                class="sub">{{description}}{{^description}}<span class="mono">{{id}}</span>{{/description}}</span></td>
                <td class="rest">{{#events}}<span class="tag">{{name}}</span> {{/events}}{{#moreEvents}}<span
                  class="muted">and {{moreEvents}} more</span>{{/moreEvents}}</td>
                <td class="rest muted">{{application}}</td>
                <td class="number rest" data-label="Acknowledged in 24 h">{{rate}}{{^rate}}<span class="muted">–</span>{{/rate}}</td>
                <td class="number rest" data-label="Waiting">{{waiting}}</td>
                <td class="second">{{badge}}</td></tr>{{/rows}}</tbody></table></div>{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty">{{#isFiltered}}<h2>No webhook like this</h2><p class="actions"><a class="button"
              href="{{base}}/webhooks">Show all webhooks</a></p>{{/isFiltered}}
              {{^isFiltered}}<h2>No webhooks yet</h2><p>Add one: say where events are to go and which, and take its signing secret with
              you. A test event shows at once whether your receiver gets it.</p>{{#mayAdd}}<p class="actions"><a class="button primary"
              href="{{base}}/webhooks/new">Add a webhook</a></p>{{/mayAdd}}{{/isFiltered}}</div>{{/hasRows}}
            """)
    ]

    func add(to routes: PageRoutes) { routes.get("webhooks", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        var filter = WebhookFilter()
        filter.application = visit.query.text("application")
        filter.text = visit.query.text("q")
        let state = visit.query.text("active")
        filter.isActive = state.map { $0 == "true" }
        let webhooks = WebhookService(visit.context)
        var page = ListPage<Endpoint>(items: [], next: nil)
        var problem: String?
        do throws(ServiceError) {
            page = try webhooks.search(
                filter, page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        } catch {
            guard error.kind == .invalid else { throw error }
            problem = error.fields.first?.message ?? error.detail
        }
        let isFiltered = filter.application != nil || filter.text != nil || state != nil
        var rows: [View] = []
        for endpoint in page.items { rows.append(try await row(endpoint, visit)) }
        return .page(
            Page(
                "Webhooks", section: "webhooks", template: "webhooks",
                [
                    "mayAdd": visit.may(.changeWebhooks), "plus": Icon.plus.markup,
                    "isListed": !rows.isEmpty || isFiltered, "isFiltered": isFiltered, "text": filter.text,
                    "applicationName": filter.application, "hasApplications": visit.may(.readApplications),
                    "states": [("", "any"), ("true", "active"), ("false", "not active")].map { value, name -> View in
                        ["value": value, "name": name, "isCurrent": value == state ?? ""]
                    },
                    "error": problem, "hasRows": !rows.isEmpty, "rows": rows,
                    "nextPath": page.next.map { visit.path("webhooks") + visit.query.with("cursor", $0).text },
                ]))
    }

    private func row(_ endpoint: Endpoint, _ visit: Visit) async throws -> View {
        let stats = try await WebhookService(visit.context).stats(
            of: endpoint.id, since: visit.now - .seconds(86_400), for: visit.principal)
        let application = visit.context.directory.application(endpoint.application, in: visit.environment.id)
        return [
            "id": endpoint.id.description, "url": endpoint.url, "description": endpoint.description,
            "path": visit.path("webhooks", endpoint.id.description),
            "events": endpoint.events.prefix(3).map { ["name": $0] as View },
            "moreEvents": endpoint.events.count > 3 ? endpoint.events.count - 3 : nil,
            "application": application?.name,
            "rate": Figures.share(stats.succeeded, of: stats.succeeded + stats.failed),
            "waiting": Figures.text(stats.backlog),
            "badge": Badge.markup(endpoint, breaker: stats.condition?.breaker),
        ]
    }
}
