import Hummingbird
import MartletCore
import MartletService

/// Failures grouped by webhook and reason.
struct IssuesScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Issues", section: "issues", icon: .issue, group: 0, permission: .readDeliveries)

    static let templates = [
        Template(
            "issues",
            """
            <div class="head"><div><h1>Issues</h1><p class="lead">Failures of {{windowWords}}, grouped by where and why.</p></div>
              <div class="actions"><nav class="tabs flat" aria-label="Window">{{#windows}}<a href="{{path}}"{{#isCurrent}} aria-current="true"{{/isCurrent}}>{{name}}</a>{{/windows}}</nav>{{#recoverPath}}<a
              class="button" href="{{recoverPath}}">Recover all…</a>{{/recoverPath}}</div></div>
            {{#hasRows}}<div class="table stacks"><table><thead><tr><th>What goes wrong</th><th>Webhook</th><th class="number">Deliveries</th><th
              class="number">Tried again</th><th>Last</th><th><span class="sr">Actions</span></th></tr></thead><tbody>
              {{#issues}}<tr><td class="rest wide"><span class="tag">{{reason}}</span> {{sentence}}</td>
              <td class="first"><a class="clip" href="{{webhookPath}}">{{url}}</a></td>
              <td class="number rest" data-label="Deliveries">{{count}}</td><td class="number rest" data-label="Tried again">{{waiting}}</td>
              <td class="second nowrap">{{last}}</td><td class="rest right nowrap"><a class="button slim" href="{{examplePath}}">Look at one</a>
              {{#recoverPath}}<a class="button slim" href="{{recoverPath}}">Recover…</a>{{/recoverPath}}</td></tr>{{/issues}}</tbody></table></div>
              {{#isPartial}}<p class="muted small">The newest {{most}} failures are grouped; there are more.</p>{{/isPartial}}{{/hasRows}}
            {{^hasRows}}<div class="empty">{{#isPartial}}<h2>Nothing so far</h2><p>The newest {{most}} failures were looked at, and there is nothing to tell of them. There
              are more from before.</p>{{/isPartial}}{{^isPartial}}<h2>No issues</h2><p>Nothing failed in {{windowWords}}. What does is grouped here by webhook and
              reason, with a way to try it all again.</p>{{/isPartial}}</div>{{/hasRows}}
            """)
    ]

    func add(to routes: PageRoutes) { routes.get("issues", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let window = visit.query["window"].flatMap(TrafficCharts.Window.init) ?? .day
        let since = visit.now - .seconds(window.hours * 3600)
        let issues = try await IssueService(visit.context).issues(since: since, for: visit.principal)
        return .page(
            Page(
                "Issues", section: "issues", template: "issues",
                [
                    "windowWords": window.words,
                    "windows": TrafficCharts.Window.allCases.map { other -> View in
                        [
                            "name": other.rawValue, "path": "\(visit.path("issues"))?window=\(other.rawValue)",
                            "isCurrent": other == window,
                        ]
                    },
                    "hasRows": !issues.items.isEmpty, "isPartial": issues.isPartial,
                    "most": Figures.text(IssueService.mostExamined),
                    "recoverPath": issues.items.isEmpty || !visit.may(.replayEvents)
                        ? nil : "\(visit.path("recover"))?since=\(window.rawValue)",
                    "issues": issues.items.map { view(of: $0, since: since, visit) },
                ]))
    }

    private func view(of issue: Issue, since: Timestamp, _ visit: Visit) -> View {
        let endpoint = visit.context.directory.endpoint(issue.key.endpoint, in: visit.environment.id)
        let webhookPath = visit.path("webhooks", issue.key.endpoint.description)
        return [
            "reason": issue.key.reason, "sentence": issue.sentence,
            "url": endpoint?.url ?? "\(issue.key.endpoint) (deleted)", "webhookPath": webhookPath,
            "count": Figures.text(issue.count), "waiting": Figures.text(issue.waiting),
            "last": When.markup(issue.last, now: visit.now),
            "examplePath": visit.path("deliveries", issue.example.description),
            "recoverPath": endpoint?.isActive == true && visit.may(.replayEvents)
                ? "\(webhookPath)/recover?only=failed&since=\(PercentEncoding.encode(since.rfc3339))" : nil,
        ]
    }
}
