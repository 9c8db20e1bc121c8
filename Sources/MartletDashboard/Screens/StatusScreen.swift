import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// How the service is doing, for customers: `/status/live` and, for machines, `/status/live.json`. Whoever has signed in sees
/// it; anybody does where the environment says so.
struct StatusScreen: Screen {
    let kit: DashboardKit
    let service: StatusService

    init(kit: DashboardKit) {
        self.kit = kit
        service = StatusService(kit.context)
    }

    static let menu: MenuEntry? = MenuEntry(
        title: "Status", section: "status", icon: .status, group: 1, permission: .readAlerts)

    /// Where the pages are that need no dashboard around them.
    static let path = "/status"

    static let templates = [
        Template(
            "status",
            """
            <div class="head"><div><h1>{{title}}</h1><p class="lead">Webhooks of the environment {{environment}}, as of {{at}}.</p></div>
              <div class="actions"><a class="button slim" href="{{jsonPath}}">JSON</a></div></div>
            <div class="callout {{tone}}" role="status"><strong>{{verdict}}</strong>{{#detail}} {{detail}}{{/detail}}</div>
            <dl class="figures">
              <div><dt>Accepting</dt><dd>{{accepting}}</dd><dd class="note">{{acceptingNote}}</dd></div>
              <div><dt>Delivering</dt><dd>{{delivering}}</dd><dd class="note">{{deliveringNote}}</dd></div>
              <div><dt>Acknowledged</dt><dd>{{success}}{{^success}}–{{/success}}</dd><dd class="note">of {{attempts}} attempts in 24 hours</dd></div>
              <div><dt>Latency</dt><dd>{{median}}{{^median}}–{{/median}}</dd><dd class="note">{{late}}</dd></div>
              <div><dt>Waiting</dt><dd>{{backlog}}</dd><dd class="note">{{overdue}}</dd></div>
            </dl>
            <section><h2>The last 90 days</h2><div class="cards two">
              <figure class="card chart"><figcaption>Attempts a day <span>up to {{attemptsTop}}</span></figcaption>{{attemptsChart}}
                <div class="axis"><span>{{firstDay}}</span><span>today</span></div>
                <p class="legend"><span><i class="c-good"></i>acknowledged</span><span><i class="c-bad"></i>failed</span></p></figure>
              <figure class="card chart"><figcaption>Acknowledged <span>0–100 %</span></figcaption>{{successChart}}
                <div class="axis"><span>{{firstDay}}</span><span>today</span></div></figure>
              <figure class="card chart"><figcaption>Latency <span>up to {{latencyTop}}</span></figcaption>{{latencyChart}}
                <div class="axis"><span>{{firstDay}}</span><span>today</span></div>
                <p class="legend"><span><i class="t-median"></i>median</span><span><i class="c-warn"></i>95th percentile</span></p></figure>
              <figure class="card chart"><figcaption>Waiting at the most <span>up to {{waitingTop}}</span></figcaption>{{waitingChart}}
                <div class="axis"><span>{{firstDay}}</span><span>today</span></div></figure>
            </div></section>
            <section><h2>Incidents</h2>
            {{#hasIncidents}}<div class="table stacks"><table><thead><tr><th>What</th><th>From</th><th>Until</th></tr></thead><tbody>
              {{#incidents}}<tr><td class="first">{{what}}</td><td class="rest nowrap" data-label="From">{{since}}</td><td class="rest nowrap" data-label="Until">{{until}}{{^until}}<span
                class="badge bad">goes on</span>{{/until}}</td></tr>{{/incidents}}</tbody></table></div>{{/hasIncidents}}
            {{^hasIncidents}}<p class="muted">None in the last 90 days.</p>{{/hasIncidents}}
            </section>
            {{#mayChange}}<section><h2>Who sees this page</h2><form class="card pad" method="post" action="{{base}}/status"><input type="hidden" name="csrf" value="{{csrf}}">
              {{#isPublic}}<p>Anybody, at <a href="{{publicPath}}">{{publicPath}}</a>.</p><p class="pad-top"><button name="public" value="false">Show it to nobody but those who sign in</button></p>{{/isPublic}}
              {{^isPublic}}<p>Those who sign in. There is nothing in it that tells one customer of another: no ids, no names, no payloads.</p><p class="pad-top"><button name="public" value="true">Show it to anybody</button></p>{{/isPublic}}
              <p class="muted small pad-top">Incidents are drawn from <a href="{{base}}/alerts">alerts</a> about the whole environment: on success rate, and on what waits for too long.</p></form></section>{{/mayChange}}
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("status") { visit in
            let report = try await service.report(of: visit.environment.id, for: visit.principal)
            let view = view(of: report).merging([
                "mayChange": visit.may(.changeEnvironment), "isPublic": visit.environment.pages.isStatusPublic,
                "publicPath": "\(Self.path)/\(visit.environment.name)",
            ])
            return .page(Page("Status", section: "status", template: "status", view))
        }
        routes.post("status") { visit, form in
            var draft = EnvironmentService.Draft()
            draft.pages.isStatusPublic = form["public"] == "true"
            _ = try await EnvironmentService(visit.context).update(draft, by: visit.principal)
            return .redirect(visit.path("status") + "?notice=\(Notice.saved.rawValue)")
        }
        let router = routes.router
        router.get("\(Self.path)") { request, _ in
            try await Gate(kit: kit).direct(request, toEnvironmentUnder: Self.path, where: \.pages.isStatusPublic)
        }
        router.get("\(Self.path)/:environment") { request, context in try await show(request, context) }
    }

    // MARK: For anybody

    private func show(_ request: Request, _ context: PageContext) async throws -> Response {
        let asked = context.parameters.get("environment").flatMap { PercentEncoding.decode($0) } ?? ""
        let isForMachines = asked.hasSuffix(".json")
        let name = isForMachines ? String(asked.dropLast(5)) : asked
        guard let environment = kit.context.directory.environment(named: name),
            let reader = try await reader(of: environment, request)
        else {
            if isForMachines { throw ServiceError.notFound("status page") }
            return .seeOther(SignInScreen.path(next: "\(Dashboard.path)/\(PercentEncoding.encode(name))/status"))
        }
        let report = try await service.report(of: environment.id, for: reader.known)
        if isForMachines {
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: StatusJSON.bytes(report))))
        }
        return Layout.open(
            "Status", template: "status", view(of: report), environment, home: "\(Self.path)/\(environment.name)", kit,
            request)
    }

    /// Who looks, where he may.
    private struct Reader {
        var known: Principal?
    }

    private func reader(of environment: MartletCore.Environment, _ request: Request) async throws -> Reader? {
        if environment.pages.isStatusPublic { return Reader() }
        guard let session = try await Gate(kit: kit).session(of: request)?.0,
            let principal = kit.sessions.principal(of: session, in: environment.id)
        else { return nil }
        return Reader(known: principal)
    }

    // MARK: Words

    private func view(of report: StatusReport) -> View {
        let now = report.at
        let (accepting, note) = Self.words(for: report.refusal)
        let late = report.open.contains { $0.kind == .late }
        let failing = report.open.contains { $0.kind == .failing }
        let verdict =
            report.refusal != nil
            ? "Events are not accepted at the moment."
            : late ? "Deliveries are late." : failing ? "Fewer deliveries succeed than usual." : "All is well."
        let charts = StatusCharts(report)
        let view: View = [
            "title": "Status", "environment": report.environment, "at": When.markup(report.at, now: kit.now),
            "jsonPath": "\(Self.path)/\(PercentEncoding.encode(report.environment)).json",
            "tone": report.refusal != nil ? "bad" : report.open.isEmpty ? "good" : "warn", "verdict": verdict,
            "detail": report.open.map(\.since).min().map { "It began \(When.relative($0, now: now))." },
            "accepting": accepting, "acceptingNote": note,
            "delivering": late ? "Late" : failing ? "Impaired" : "Yes",
            "deliveringNote": report.open.isEmpty ? "no incident goes on" : "an incident goes on",
            "success": Figures.share(report.recent.succeeded, of: report.recent.attempts),
            "attempts": Figures.text(report.recent.attempts),
            "median": report.recent.latency.percentile(0.5).map(When.taken),
            "late": report.recent.latency.percentile(0.95).map { "95 % within \(When.taken($0))" } ?? "no attempts",
            "backlog": Figures.text(report.backlog),
            "overdue": report.overdue.map { "the oldest due for \(When.taken($0.wholeMilliseconds * 1000))" }
                ?? "none overdue",
            "hasIncidents": !report.incidents.isEmpty,
            "incidents": report.incidents.map { incident -> View in
                [
                    "what": Self.words(for: incident.kind), "since": When.markup(incident.since, now: now),
                    "until": When.markup(incident.until, now: now),
                ]
            },
        ]
        return view.merging(charts.view)
    }

    private static func words(for refusal: StatusReport.Refusal?) -> (String, String) {
        switch refusal {
        case nil: ("Yes", "events are taken")
        case .storage: ("No", "the store has no room left")
        case .backlog: ("No", "too much waits already")
        case .lapsed: ("No", "this node is cut off from its store")
        }
    }

    static func words(for kind: StatusReport.Incident.Kind) -> String {
        switch kind {
        case .failing: "Fewer deliveries succeeded than usual"
        case .late: "Deliveries were late"
        }
    }
}

/// A status report for machines.
enum StatusJSON {
    static func bytes(_ report: StatusReport) -> [UInt8] {
        var writer = JSONWriter(capacity: 16 << 10)
        writer.object { writer in
            writer.field("environment", report.environment)
            writer.field("at", report.at.rfc3339)
            writer.field("status", report.refusal != nil ? "refusing" : report.open.isEmpty ? "ok" : "impaired")
            writer.field("accepting", report.refusal == nil)
            writer.field("refusal", report.refusal?.rawValue)
            writer.field("delivering", report.open.isEmpty)
            writer.object("last_24_hours") { sums(report.recent, &$0) }
            writer.object("backlog") { writer in
                writer.field("waiting", report.backlog)
                writer.field("oldest_overdue_seconds", report.overdue.map { $0.wholeMilliseconds / 1000 } ?? 0)
            }
            writer.array("days") { writer in
                for day in report.days {
                    writer.object { writer in
                        writer.field("day", String(day.start.rfc3339.prefix(10)))
                        sums(day.sums, &writer)
                        writer.field("most_waiting", day.mostWaiting)
                        writer.field("incidents", day.incidents)
                    }
                }
            }
            writer.array("incidents") { writer in
                for incident in report.incidents {
                    writer.object { writer in
                        writer.field("type", incident.kind.rawValue)
                        writer.field("title", StatusScreen.words(for: incident.kind))
                        writer.field("since", incident.since.rfc3339)
                        writer.field("until", incident.until?.rfc3339)
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func sums(_ sums: StatusReport.Sums, _ writer: inout JSONWriter) {
        writer.field("attempts", sums.attempts)
        writer.field("succeeded", sums.succeeded)
        writer.field("p50_ms", sums.latency.percentile(0.5).map { Double($0) / 1000 })
        writer.field("p95_ms", sums.latency.percentile(0.95).map { Double($0) / 1000 })
    }
}
