import Hummingbird
import MartletCore
import MartletService

/// What happened to webhooks: failing, disabled, recovered.
struct ActivityScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Activity", section: "activity", icon: .activity, group: 2, permission: .readOperationalEvents)

    static let templates = [
        Template(
            "activity",
            """
            <div class="head"><div><h1>Activity</h1><p class="lead">What happened to webhooks by itself, for 90 days.</p></div></div>
            {{#hasRows}}<div class="table stacks"><table><thead><tr><th>What</th><th>About</th><th>Details</th><th>When</th></tr></thead><tbody>
              {{#rows}}<tr><td class="first">{{badge}}</td><td class="rest">{{#path}}<a class="clip" href="{{path}}">{{url}}</a>{{/path}}{{^path}}<span
                class="muted">{{url}}</span>{{/path}}{{#elsewhere}}<a href="{{path}}">{{name}}</a>{{/elsewhere}}</td><td class="rest"><details class="more"><summary>Details</summary><pre class="code wrap">{{data}}</pre></details></td>
                <td class="second nowrap">{{at}}</td></tr>{{/rows}}</tbody></table></div>{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty"><h2>Nothing happened</h2><p>A webhook that keeps failing is told of here, when it is taken out of service
              and when it is well again.</p></div>{{/hasRows}}
            """)
    ]

    func add(to routes: PageRoutes) { routes.get("activity", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let page = try await OperationalEventService(visit.context).events(
            application: nil, endpoint: visit.query.text("webhook").flatMap { EndpointID($0) },
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        return .page(
            Page(
                "Activity", section: "activity", template: "activity",
                [
                    "hasRows": !page.items.isEmpty,
                    "rows": page.items.map { event -> View in
                        let endpoint = event.endpoint.flatMap {
                            visit.context.directory.endpoint($0, in: visit.environment.id)
                        }
                        return [
                            "badge": Badge.markup(event.kind.rawValue, tone(event.kind)),
                            "url": endpoint?.url ?? event.endpoint.map { "\($0) (deleted)" },
                            "path": endpoint.map { visit.path("webhooks", $0.id.description) },
                            "elsewhere": elsewhere(event.kind, visit).map {
                                ["path": $0.path, "name": $0.name] as View
                            },
                            "data": JSONMarkup.lines(event.data[...]),
                            "at": When.markup(event.createdAt, now: visit.now),
                        ]
                    },
                    "nextPath": page.next.map { visit.path("activity") + visit.query.with("cursor", $0).text },
                ]))
    }

    /// Where there is more about what is not about a webhook.
    private func elsewhere(_ kind: OperationalEvent.Kind, _ visit: Visit) -> (path: String, name: String)? {
        switch kind {
        case .alertFiring, .alertCleared, .alertTest: visit.may(.readAlerts) ? (visit.path("alerts"), "Alerts") : nil
        case .sourceRefusing: visit.may(.readSources) ? (visit.path("sources"), "Sources") : nil
        default: nil
        }
    }

    private func tone(_ kind: OperationalEvent.Kind) -> Badge.Tone {
        switch kind {
        case .endpointFailing, .sourceRefusing: .warn
        case .endpointDisabled, .alertFiring: .bad
        case .endpointRecovered, .alertCleared: .good
        default: .quiet
        }
    }
}
