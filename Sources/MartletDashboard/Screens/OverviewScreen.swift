import Hummingbird
import MartletCore
import MartletService

/// The first page of an environment: how it is doing, and what wants looking at.
struct OverviewScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Overview", section: "", icon: .overview, group: 0, permission: .readWebhooks)

    static let templates = [
        TrafficCharts.template,
        Template(
            "overview",
            """
            <div class="head"><div><h1>Overview</h1></div>
              {{#hasWebhooks}}<nav class="tabs flat" aria-label="Window">{{#windows}}<a href="{{path}}"{{#isCurrent}}
                aria-current="true"{{/isCurrent}}>{{name}}</a>{{/windows}}</nav>{{/hasWebhooks}}</div>
            {{^hasWebhooks}}<div class="empty">
              <h2>No webhooks yet</h2>
              <p>Register where events are to go. Every event that a webhook subscribes to is then signed, delivered, retried
                and recorded here.</p>
              {{#mayAdd}}<p class="actions"><a class="button primary" href="{{base}}/webhooks/new">Add a webhook</a><a class="button"
                href="{{base}}/guide">Read the guide</a></p>
              <p class="small pad-top">No receiver yet? <code>martlet listen --forward-to http://localhost:3000/webhook</code> makes a webhook of your own machine.</p>{{/mayAdd}}
            </div>{{/hasWebhooks}}
            {{#hasWebhooks}}
            {{#troubled}}<div class="callout {{tone}}"><strong><a href="{{path}}">{{url}}</a></strong> {{what}}</div>{{/troubled}}
            <dl class="figures">
              <div><dt>Attempts</dt><dd>{{attempts}}</dd><dd class="note">in {{windowWords}}</dd></div>
              <div><dt>Acknowledged</dt><dd>{{successRate}}{{^successRate}}–{{/successRate}}</dd><dd class="note">{{failed}}</dd></div>
              <div><dt>Latency</dt><dd>{{median}}{{^median}}–{{/median}}</dd><dd class="note">{{late}}</dd></div>
              <div><dt>Waiting</dt><dd>{{backlog}}</dd><dd class="note">deliveries, now</dd></div>
              <div><dt>Webhooks</dt><dd>{{active}}</dd><dd class="note">active, of {{endpoints}}</dd></div>
            </dl>
            {{#isPartial}}<p class="muted small">The sums are those of the {{mostEndpoints}} newest webhooks.</p>{{/isPartial}}
            <section>{{>traffic}}</section>
            {{#hasWaiting}}<section><h2>What waits</h2><div class="card chart"><ul class="ranks">{{#waiting}}<li>
              <a href="{{path}}">{{url}}</a><span>{{count}}</span>{{bar}}</li>{{/waiting}}</ul></div></section>{{/hasWaiting}}
            <section><div class="section-head"><h2>Latest events</h2><a href="{{base}}/events">All events</a></div>
            {{#hasEvents}}{{>event-table}}{{/hasEvents}}
            {{^hasEvents}}<div class="empty"><h2>No events yet</h2>{{#mayPublish}}<p>Publish one with the API, or send a test event from a webhook's
              page.</p><pre class="code">{{publishCommand}}</pre>{{/mayPublish}}{{^mayPublish}}<p>They appear here as they occur. A <a href="{{base}}/webhooks">webhook's
              page</a> sends you a test event meanwhile.</p>{{/mayPublish}}</div>{{/hasEvents}}
            </section>
            {{/hasWebhooks}}
            """),
    ]

    func add(to routes: PageRoutes) { routes.get("", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let window = visit.query["window"].flatMap(TrafficCharts.Window.init) ?? .day
        let overview = try await OverviewService(visit.context).overview(
            since: window.start(now: visit.now), for: visit.principal)
        let charts = TrafficCharts(overview.hours, window, now: visit.now)
        let events = try await EventService(visit.context).events(
            EventFilter(), page: PageRequest(limit: 10, cursor: nil), for: visit.principal)
        let rows = try await EventRows(visit).views(events.items)
        let largest = overview.waiting.map(\.count).max() ?? 1
        let view: View = [
            "hasWebhooks": overview.endpoints > 0,
            "mayAdd": visit.may(.changeWebhooks),
            "windows": TrafficCharts.Window.allCases.map { other -> View in
                [
                    "name": other.rawValue, "path": "\(visit.base)?window=\(other.rawValue)",
                    "isCurrent": other == window,
                ]
            },
            "troubled": overview.troubled.map { trouble(with: $0, visit) },
            "attempts": Figures.text(charts.attempts), "windowWords": window.words,
            "successRate": charts.successRate, "failed": "\(Figures.text(charts.failed)) failed",
            "median": charts.latency.percentile(0.5).map(When.taken),
            "late": charts.latency.percentile(0.95).map { "95 % within \(When.taken($0))" } ?? "no attempts",
            "backlog": Figures.text(overview.backlog), "active": Figures.text(overview.active),
            "endpoints": Figures.text(overview.endpoints), "isPartial": overview.isPartial,
            "mostEndpoints": OverviewService.mostEndpoints,
            "hasWaiting": !overview.waiting.isEmpty,
            "waiting": overview.waiting.map { waiting -> View in
                [
                    "url": waiting.endpoint.url, "path": visit.path("webhooks", waiting.endpoint.id.description),
                    "count": Figures.text(waiting.count),
                    "bar": Meter.markup(waiting.count, of: largest, style: "c-info"),
                ]
            },
            "hasEvents": !rows.isEmpty, "rows": rows, "mayPublish": visit.may(.publishEvents),
            "publishCommand": """
            curl \(kit.configuration.publicURL ?? "http://127.0.0.1:8080")/v1/events \\
              -H 'Authorization: Bearer mk_…' -H 'Content-Type: application/json' \\
              -d '{"type":"order.created","data":{"order_id":"o_1"}}'
            """,
        ]
        return .page(Page("Overview", section: "", template: "overview", view.merging(charts.view)))
    }

    private func trouble(with trouble: Overview.Trouble, _ visit: Visit) -> View {
        let (tone, what): (String, String) =
            switch trouble.kind {
            case .gone: ("bad", "answered 410 Gone and gets nothing any more.")
            case .disabled: ("bad", "failed for too long and was taken out of service.")
            case .breaker(let breaker):
                (
                    "warn",
                    "is being left alone for a while. \(breaker.reason?.description ?? "Its attempts fail.")"
                        + (breaker.nextProbe.map { " It is tried again \(When.relative($0, now: visit.now))." } ?? "")
                )
            }
        return [
            "tone": tone, "what": what, "url": trouble.endpoint.url,
            "path": visit.path("webhooks", trouble.endpoint.id.description),
        ]
    }
}
