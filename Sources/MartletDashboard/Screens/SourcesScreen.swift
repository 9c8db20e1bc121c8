import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// The list of sources.
struct SourcesScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Sources", section: "sources", icon: .source, group: 1, permission: .readSources)

    static let templates = [
        RequestRows.template,
        Template(
            "sources",
            """
            <div class="head"><div><h1>Sources</h1><p class="lead">Where webhooks of others come in: verified, kept, and passed on as
              events.</p></div>
              {{#mayAdd}}<div class="actions"><a class="button primary" href="{{base}}/sources/new">{{plus}}Add a source</a></div>{{/mayAdd}}</div>
            {{#hasRows}}<div class="table stacks"><table>
              <thead><tr><th>Source</th><th>Sender</th><th>URL</th><th>Application</th><th>State</th></tr></thead>
              <tbody>{{#rows}}<tr><td class="first"><a href="{{path}}"><strong>{{name}}</strong></a><span
                class="sub">{{description}}{{^description}}<span class="mono">{{id}}</span>{{/description}}</span></td>
                <td class="rest" data-label="Sender">{{preset}}</td>
                <td class="rest wide"><span class="clip mono">{{url}}</span></td>
                <td class="rest muted">{{application}}</td>
                <td class="second nowrap">{{badge}}</td></tr>{{/rows}}</tbody></table></div>{{>pager}}
            <section><div class="section-head"><h2>Latest requests</h2></div>
              {{#hasRequests}}{{>request-table}}{{/hasRequests}}
              {{^hasRequests}}<p class="muted">Nothing has come in yet.</p>{{/hasRequests}}</section>{{/hasRows}}
            {{^hasRows}}<div class="empty"><h2>No sources yet</h2><p>Add one for each service that sends you webhooks. You get a URL to
              tell it; whatever comes in there is verified, limited and kept before it is answered, and a test request shows at once
              that all is well.</p>{{#mayAdd}}<p class="actions"><a class="button primary" href="{{base}}/sources/new">Add a
              source</a></p>{{/mayAdd}}</div>{{/hasRows}}
            """),
    ]

    func add(to routes: PageRoutes) { routes.get("sources", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let sources = SourceService(visit.context)
        let page = try await sources.sources(
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        let latest = try await RequestService(visit.context).requests(
            RequestService.Filter(), page: PageRequest(limit: 10, cursor: nil), for: visit.principal)
        let requests = RequestRows(visit: visit).views(latest.items)
        return .page(
            Page(
                "Sources", section: "sources", template: "sources",
                [
                    "mayAdd": visit.may(.changeSources), "plus": Icon.plus.markup, "hasRows": !page.items.isEmpty,
                    "rows": page.items.map { source -> View in
                        [
                            "id": source.id.description, "name": source.name, "description": source.description,
                            "path": visit.path("sources", source.id.description),
                            "preset": PresetWords.title(source.preset.name), "url": visit.url(of: source),
                            "application": source.application.flatMap {
                                visit.context.directory.application($0, in: visit.environment.id)?.name
                            },
                            "badge": Badge.markup(source, lacksSecret: sources.lacksSecret(source)),
                        ]
                    },
                    "nextPath": page.next.map { visit.path("sources") + visit.query.with("cursor", $0).text },
                    "hasRequests": !requests.isEmpty, "requests": requests, "namesSource": true,
                ]))
    }
}

extension Visit {
    /// What a source's sender is told.
    func url(of source: MartletCore.Source) -> String { "\(kit.publicURL(of: request))/in/\(source.token)" }
}
