import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// Alerts and how they stand, and what they fired for.
struct AlertsScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Alerts", section: "alerts", icon: .alert, group: 0, permission: .readAlerts)

    static let templates = [
        Template(
            "incident-table",
            """
            <div class="table stacks"><table><thead><tr><th>Incident</th><th>From</th><th>Until</th><th>When it began</th></tr></thead><tbody>
              {{#incidents}}<tr><td class="first">{{#alertPath}}<a href="{{alertPath}}">{{name}}</a>{{/alertPath}}{{^alertPath}}{{name}}{{/alertPath}}<span class="sub">{{condition}}</span></td>
              <td class="rest nowrap" data-label="From">{{since}}</td><td class="rest nowrap" data-label="Until">{{until}}{{^until}}<span class="badge bad">goes on</span>{{/until}}</td>
              <td class="rest">{{value}}</td></tr>{{/incidents}}</tbody></table></div>
            """),
        Template(
            "alerts",
            """
            <div class="head"><div><h1>Alerts</h1><p class="lead">Rules by which somebody is told that things go wrong: once that they do, and once that they are well again.</p></div>
              {{#mayChange}}<div class="actions"><a class="button primary" href="{{base}}/alerts/new">Add an alert</a></div>{{/mayChange}}</div>
            {{#isDeaf}}<div class="callout warn">Nobody hears of them: no webhook of the application <code>@operations</code> subscribes to <code>alert.firing</code>, and
              {{#sendsMail}}no alert has an e-mail address.{{/sendsMail}}{{^sendsMail}}this server sends no e-mail (<code>--smtp-url</code>, <code>--smtp-from</code>).{{/sendsMail}}
              {{#mayChange}}<a href="{{base}}/webhooks/new?application=%40operations">Add such a webhook</a>.{{/mayChange}}</div>{{/isDeaf}}
            {{#hasRows}}<div class="table stacks"><table><thead><tr><th>Alert</th><th>State</th><th>Now</th><th>About</th><th>Tells</th></tr></thead><tbody>
              {{#rows}}<tr><td class="first"><a href="{{path}}"><strong>{{name}}</strong></a><span class="sub">{{condition}}</span></td><td class="second nowrap">{{badge}}</td>
              <td class="rest" data-label="Now">{{value}}{{^value}}<span class="muted">–</span>{{/value}}</td><td class="rest muted" data-label="About">{{about}}</td>
              <td class="rest muted" data-label="Tells">{{tells}}</td></tr>{{/rows}}</tbody></table></div>{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty"><h2>No alerts yet</h2><p>Be told by webhook or e-mail when deliveries keep failing, wait for too long, or when a webhook is taken out of service.</p>
              {{#mayChange}}<p class="actions"><a class="button primary" href="{{base}}/alerts/new">Add an alert</a></p>{{/mayChange}}</div>{{/hasRows}}
            {{#hasIncidents}}<section><h2>Latest incidents</h2>{{>incident-table}}</section>{{/hasIncidents}}
            """),
        Template(
            "alert",
            """
            <p class="crumbs"><a href="{{base}}/alerts">Alerts</a></p>
            <div class="head"><div><h1>{{name}} {{badge}}</h1><p class="lead">Fires when {{condition}}.</p></div>
              {{#mayChange}}<div class="actions"><form class="inline" method="post" action="{{selfPath}}/test"><input type="hidden" name="csrf" value="{{csrf}}"><button>Send a test</button></form>
              <a class="button" href="{{selfPath}}/edit">Edit</a>
              <details class="confirm"><summary class="button">Delete…</summary><div><p>It is looked at no more. Its incidents stay.</p><form method="post" action="{{selfPath}}/delete"><input
                type="hidden" name="csrf" value="{{csrf}}"><button class="danger solid">Delete this alert</button></form></div></details></div>{{/mayChange}}</div>
            {{#hasTrial}}<div class="callout {{trialTone}}" role="status"><p><strong>{{trialVerdict}}</strong></p><ul>{{#trial}}<li>{{text}}</li>{{/trial}}</ul></div>{{/hasTrial}}
            <div class="split"><section class="card pad"><h2>How it stands</h2><dl class="facts">
              <dt>State</dt><dd>{{stateWords}}</dd><dt>Now</dt><dd>{{value}}{{^value}}nothing to go by{{/value}}</dd>
              <dt>Looked at</dt><dd>{{lookedAt}}{{^lookedAt}}not yet{{/lookedAt}}</dd></dl>
              {{#hasCulprits}}<h3 class="pad-top">What breaks it</h3><ul>{{#culprits}}<li class="break">{{#path}}<a href="{{path}}">{{label}}</a>{{/path}}{{^path}}{{label}}{{/path}}</li>{{/culprits}}</ul>{{#more}}<p class="muted">{{more}}</p>{{/more}}{{/hasCulprits}}</section>
            <section class="card pad"><h2>Settings</h2><dl class="facts"><dt>About</dt><dd>{{about}}</dd><dt>E-mail</dt><dd class="break">{{emails}}{{^emails}}nobody{{/emails}}</dd>
              <dt>Webhooks</dt><dd>{{webhooks}}</dd><dt>Is over after</dt><dd>{{clearsAfter}} of calm</dd><dt>Id</dt><dd class="mono">{{id}}</dd></dl></section></div>
            <section><h2>Incidents</h2>{{#hasIncidents}}{{>incident-table}}{{>pager}}{{/hasIncidents}}{{^hasIncidents}}<p class="muted">It has not fired yet.</p>{{/hasIncidents}}</section>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("alerts", list)
        routes.get("alerts/:id") { .page(try await page($0)) }
        routes.post("alerts/:id/test") { visit, _ in
            let trial = try await AlertService(visit.context).test(
                visit.id(AlertID.self, "alert"), by: visit.principal)
            // Shown in the answer itself: what came of it is kept nowhere.
            return .page(try await page(visit, trial: trial))
        }
        routes.post("alerts/:id/delete") { visit, _ in
            try await AlertService(visit.context).delete(visit.id(AlertID.self, "alert"), by: visit.principal)
            return .redirect(visit.path("alerts") + "?notice=\(Notice.deleted.rawValue)")
        }
    }

    private func list(_ visit: Visit) async throws -> PageAnswer {
        let service = AlertService(visit.context)
        let page = try await service.alerts(
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        let incidents = try await service.incidents(
            of: nil, page: PageRequest(limit: 20, cursor: nil), for: visit.principal)
        let listeners = try service.listeners(for: visit.principal)
        let isMailed = service.sendsMail && page.items.contains { !$0.alert.emails.isEmpty }
        return .page(
            Page(
                "Alerts", section: "alerts", template: "alerts",
                [
                    "mayChange": visit.may(.changeAlerts), "sendsMail": service.sendsMail,
                    "isDeaf": !page.items.isEmpty && listeners == 0 && !isMailed,
                    "hasRows": !page.items.isEmpty,
                    "rows": page.items.map { standing -> View in
                        let alert = standing.alert
                        return [
                            "path": visit.path("alerts", alert.id.description), "name": alert.name,
                            "condition": alert.rule.condition, "badge": Self.badge(standing.state),
                            "value": alert.rule.words(for: standing.standing.reading.value),
                            "about": Self.about(alert.scope, visit), "tells": Self.tells(alert, listeners),
                        ]
                    },
                    "hasIncidents": !incidents.items.isEmpty,
                    "incidents": incidents.items.map { Self.view(of: $0, visit, named: true) },
                    "nextPath": page.next.map { visit.path("alerts") + visit.query.with("cursor", $0).text },
                ]))
    }

    private func page(_ visit: Visit, trial: AlertService.Trial? = nil) async throws -> Page {
        let service = AlertService(visit.context)
        let standing = try await service.alert(visit.id(AlertID.self, "alert"), for: visit.principal)
        let alert = standing.alert
        let reading = standing.standing.reading
        let incidents = try await service.incidents(
            of: alert.id, page: PageRequest(limit: 20, cursor: visit.query.text("cursor")), for: visit.principal)
        let listeners = try service.listeners(for: visit.principal)
        let more = reading.culpritCount - reading.culprits.count
        let selfPath = visit.path("alerts", alert.id.description)
        let lines = trial.map(Self.lines) ?? []
        let isHeard = trial.map { ($0.webhooks ?? 0) > 0 || $0.mails.contains { $0.failure == nil } } ?? false
        let isFailed = trial?.mails.contains { $0.failure != nil } ?? false
        return Page(
            alert.name, section: "alerts", template: "alert",
            [
                "name": alert.name, "id": alert.id.description, "badge": Self.badge(standing.state),
                "condition": alert.rule.condition, "selfPath": selfPath, "mayChange": visit.may(.changeAlerts),
                "stateWords": Self.words(for: standing, now: visit.now),
                "value": alert.rule.words(for: reading.value),
                "lookedAt": When.markup(standing.standing.readAt, now: visit.now),
                "hasCulprits": !reading.culprits.isEmpty,
                "culprits": reading.culprits.map { Self.culprit($0, visit) },
                "more": more > 0 ? "and \(more) more" : nil, "about": Self.about(alert.scope, visit),
                "emails": alert.emails.isEmpty ? nil : alert.emails.joined(separator: ", "),
                "webhooks": alert.tellsEndpoints
                    ? listeners == 0
                        ? "are told; none of @operations subscribes to it yet" : "of @operations are told: \(listeners)"
                    : "are not told",
                "clearsAfter": alert.clearsAfter.text, "hasIncidents": !incidents.items.isEmpty,
                "incidents": incidents.items.map { Self.view(of: $0, visit, named: false) },
                "nextPath": incidents.next.map { selfPath + visit.query.with("cursor", $0).text },
                "hasTrial": trial != nil, "trialTone": isFailed ? "bad" : isHeard ? "good" : "warn",
                "trialVerdict": isFailed
                    ? "Not everybody was told." : isHeard ? "The test is on its way." : "Nobody is told by this alert.",
                "trial": lines.map { ["text": $0] as View },
            ])
    }

    // MARK: Words

    private static func lines(_ trial: AlertService.Trial) -> [String] {
        var lines = trial.mails.map { mail in
            mail.failure.map { "\(mail.recipient): \($0)" }
                ?? "\(mail.recipient): the mail server has taken the message."
        }
        if let count = trial.webhooks {
            lines.append(
                count == 0
                    ? "No webhook of @operations subscribes to alert.test."
                    : "\(count == 1 ? "One webhook" : "\(count) webhooks") of @operations: alert.test is being delivered."
            )
        }
        return lines
    }

    private static func badge(_ state: StandingAlert.State) -> Markup {
        switch state {
        case .off: Badge.markup("off", .quiet)
        case .ok: Badge.markup("ok", .good)
        case .firing: Badge.markup("firing", .bad)
        case .mending: Badge.markup("mending", .warn)
        }
    }

    private static func words(for standing: StandingAlert, now: Timestamp) -> Markup {
        func time(_ instant: Timestamp?) -> Markup { When.markup(instant, now: now) ?? Markup("some time ago") }
        switch standing.state {
        case .off: return Markup("It is switched off.")
        case .ok:
            guard let cleared = standing.standing.clearedAt else { return Markup("All is well.") }
            return Markup("All is well. It was last over ") + time(cleared) + Markup(".")
        case .firing: return Markup("It began to fire ") + time(standing.standing.firingSince) + Markup(".")
        case .mending:
            return Markup("It began to fire ") + time(standing.standing.firingSince)
                + Markup("; all became well ")
                + time(standing.standing.wellSince) + Markup(".")
        }
    }

    private static func about(_ scope: AlertScope, _ visit: Visit) -> String {
        let directory = visit.context.directory
        switch scope {
        case .environment: return "the whole environment"
        case .application(let id):
            return directory.application(id, in: visit.environment.id).map(\.name) ?? "\(id) (deleted)"
        case .endpoint(let id):
            return directory.endpoint(id, in: visit.environment.id).map(\.url) ?? "\(id) (deleted)"
        }
    }

    private static func tells(_ alert: Alert, _ listeners: Int) -> String {
        var parts: [String] = []
        if !alert.emails.isEmpty {
            parts.append(alert.emails.count == 1 ? alert.emails[0] : "\(alert.emails.count) addresses")
        }
        if alert.tellsEndpoints, listeners > 0 { parts.append(listeners == 1 ? "1 webhook" : "\(listeners) webhooks") }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }

    private static func culprit(_ id: String, _ visit: Visit) -> View {
        guard let endpoint = EndpointID(id).flatMap({ visit.context.directory.endpoint($0, in: visit.environment.id) })
        else { return ["label": id] }
        return ["label": endpoint.url, "path": visit.path("webhooks", id)]
    }

    private static func view(of incident: Incident, _ visit: Visit, named isNamed: Bool) -> View {
        [
            "alertPath": isNamed ? visit.path("alerts", incident.alert.description) : nil, "name": incident.name,
            "condition": incident.rule.condition, "since": When.markup(incident.since, now: visit.now),
            "until": When.markup(incident.until, now: visit.now),
            "value": incident.rule.words(for: incident.reading.value),
        ]
    }
}
