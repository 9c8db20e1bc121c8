import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import WebhookSigning

/// One webhook: how it is doing, what it is set to, its secret, and the history of its deliveries.
struct WebhookScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "webhook",
            """
            <p class="crumbs"><a href="{{base}}/webhooks">Webhooks</a></p>
            <div class="head"><div><h1>{{url}}</h1><p class="lead">{{badge}} {{description}} <span class="mono">{{id}}</span>
              <button class="quiet slim" type="button" data-copy-text="{{id}}" hidden>Copy</button></p></div>
              {{#mayChange}}<div class="actions">
                {{#isActive}}<a class="button primary" href="{{self}}/test">Send a test event</a>
                <a class="button" href="{{self}}/recover">Recover…</a>{{/isActive}}
                <a class="button" href="{{self}}/edit">Edit</a>
                <form method="post" action="{{self}}/active"><input type="hidden" name="csrf" value="{{csrf}}"><button name="active"
                  value="{{^isActive}}true{{/isActive}}"{{^isActive}} class="primary"{{/isActive}}>{{#isActive}}Pause{{/isActive}}{{^isActive}}Activate{{/isActive}}</button></form>
                <details class="confirm"><summary class="button">Delete…</summary><div><p>What waits for it is cancelled; its history
                  stays. This cannot be taken back.</p><form method="post" action="{{self}}/delete"><input type="hidden" name="csrf"
                  value="{{csrf}}"><button class="danger solid">Delete this webhook</button></form></div></details>
              </div>{{/mayChange}}</div>
            {{#callouts}}<div class="callout {{tone}}">{{text}}{{#path}} <a href="{{path}}">{{link}}</a>{{/path}}</div>{{/callouts}}
            <dl class="figures">
              <div><dt>Attempts</dt><dd>{{attempts}}</dd><dd class="note">in {{windowWords}}</dd></div>
              <div><dt>Acknowledged</dt><dd>{{successRate}}{{^successRate}}–{{/successRate}}</dd><dd class="note">{{failed}} failed</dd></div>
              <div><dt>Latency</dt><dd>{{median}}{{^median}}–{{/median}}</dd><dd class="note">{{late}}</dd></div>
              <div><dt>Waiting</dt><dd>{{backlog}}</dd><dd class="note">{{inFlight}} in flight{{#allowance}}, of {{allowance}} at once{{/allowance}}</dd></div>
              <div><dt>Breaker</dt><dd>{{breaker}}</dd><dd class="note">{{breakerNote}}</dd></div>
            </dl>
            <section>{{>traffic}}</section>
            {{#hasBlocked}}<section><h2>Blocked keys</h2><p class="muted small">An event of these keys failed, and the later ones of the
              same key wait for it. Cancel it to go on without it.</p><div class="table stacks"><table><thead><tr><th>Ordering
              key</th><th>Waits for</th><th class="number">Attempts</th><th class="number">Waiting</th><th>Next attempt</th></tr></thead><tbody>
              {{#blocked}}<tr><td class="first"><span class="tag">{{key}}</span></td><td class="rest"><a class="mono"
              href="{{path}}">{{delivery}}</a></td><td class="number rest" data-label="Attempts">{{tries}}</td><td class="number rest"
              data-label="Waiting">{{waiting}}</td><td class="second">{{due}}</td></tr>{{/blocked}}</tbody></table></div></section>{{/hasBlocked}}
            <section id="history"><div class="section-head"><h2>Delivery history</h2></div>
              <nav class="tabs" aria-label="Deliveries">{{#tabs}}<a href="{{path}}"{{#isCurrent}} aria-current="true"{{/isCurrent}}>{{name}}</a>{{/tabs}}</nav>
              {{#hasRows}}{{>delivery-table}}{{>pager}}{{/hasRows}}
              {{^hasRows}}<div class="empty">{{#nextPath}}{{>nothing-so-far}}{{/nextPath}}{{^nextPath}}<h2>{{emptyTitle}}</h2><p>{{emptyText}}</p>{{/nextPath}}</div>{{/hasRows}}</section>
            <section><h2>Settings</h2><div class="split">
              <div class="card pad"><dl class="facts">
                <dt>Events</dt><dd>{{#events}}<span class="tag">{{name}}</span> {{/events}}</dd>
                {{#source}}<dt>Source</dt><dd>{{#path}}<a href="{{path}}">{{name}}</a>{{/path}}{{^path}}{{name}}{{/path}}, and no other</dd>{{/source}}
                {{#filter}}<dt>Filter</dt><dd><pre class="code">{{filter}}</pre></dd>{{/filter}}
                <dt>Application</dt><dd>{{#applicationPath}}<a href="{{applicationPath}}">{{application}}</a>{{/applicationPath}}{{^applicationPath}}{{application}}{{/applicationPath}}</dd>
                <dt>Order</dt><dd>{{order}}</dd>
                <dt>Rate</dt><dd>{{rate}}</dd>
                <dt>At once</dt><dd>{{atOnce}}</dd>
                {{#headers}}<dt>{{label}}</dt><dd class="mono">{{name}}: {{value}}</dd>{{/headers}}
                {{#metadata}}<dt>{{name}}</dt><dd>{{value}}</dd>{{/metadata}}
                <dt>Made</dt><dd>{{made}}</dd><dt>Changed</dt><dd>{{changed}}</dd></dl></div>
              <div class="card pad"><dl class="facts">
                <dt>Profile</dt><dd>{{profile}}</dd>
                <dt>Signature</dt><dd><code>{{signatureHeader}}</code>, {{signature}}</dd>
                <dt>Acknowledged by</dt><dd>{{success}}</dd>
                <dt>Timeout</dt><dd>{{timeout}}</dd>
                <dt>Retries</dt><dd>{{retries}}</dd>
                {{#lastSuccess}}<dt>Last success</dt><dd>{{lastSuccess}}</dd>{{/lastSuccess}}
                </dl></div></div></section>
            {{#maySeeSecret}}<section id="secret"><h2>Signing secret</h2><div class="card pad stack">
              {{#secret}}<div class="code"><header><span>In force</span><button class="slim" type="button" data-copy="secret-text"
                hidden>Copy</button></header><pre class="code wrap" id="secret-text">{{secret}}</pre></div>{{/secret}}
              {{#previous}}<div class="code"><header><span>The one before, good until {{previousUntil}}</span></header><pre class="code wrap">{{previous}}</pre></div>{{/previous}}
              {{#rotation}}<p class="small">A rotation is under way: the old secret counts until {{rotation}}.</p>{{/rotation}}
              <div class="row">{{^secret}}<form method="post" action="{{self}}/secret#secret"><input type="hidden" name="csrf"
                value="{{csrf}}"><button>Reveal</button></form>{{/secret}}
              <details class="confirm left"><summary class="button">Rotate…</summary><div><form class="stack" method="post"
                action="{{self}}/rotate"><input type="hidden" name="csrf" value="{{csrf}}">
                <p>{{rotationWords}}</p>
                <div><label for="overlap">The old one counts for</label><input id="overlap" name="overlap" value="1d" autocomplete="off"></div>
                {{#hasCutOver}}<div><label for="cut-over">The new one signs from (UTC; empty for now)</label><input id="cut-over"
                  name="cut_over_at" placeholder="2026-01-01T00:00:00Z" autocomplete="off"></div>{{/hasCutOver}}
                <div><label for="own">A secret of your own (empty to have one made)</label><input id="own" name="secret" autocomplete="off"
                  spellcheck="false"></div><button class="primary">Rotate</button></form></div></details></div>
              {{#secretError}}<p class="error" role="alert">{{secretError}}</p>{{/secretError}}
            </div></section>{{/maySeeSecret}}
            """)
    ]

    /// How many deliveries a page of the history has.
    private static let rows = 20

    func add(to routes: PageRoutes) {
        routes.get("webhooks/:id") { .page(try await page($0)) }
        routes.post("webhooks/:id/secret", reveal)
        routes.post("webhooks/:id/rotate", rotate)
        routes.post("webhooks/:id/active", activate)
        routes.post("webhooks/:id/delete", delete)
    }

    // MARK: Acting

    private func reveal(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(EndpointID.self, "webhook")
        let secrets = try WebhookService(visit.context).secret(of: id, for: visit.principal)
        var page = try await page(visit)
        page.reveal(secrets.current, previous: secrets.previous, until: secrets.overlapEnds, now: visit.now)
        return .page(page)
    }

    private func rotate(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(EndpointID.self, "webhook")
        do throws(ServiceError) {
            let cutOverAt = try form.text("cut_over_at").map { text throws(ServiceError) in
                guard let instant = Timestamp(rfc3339: text) else {
                    throw .invalid("cut_over_at", "Give a time such as 2026-01-01T00:00:00Z.")
                }
                return instant
            }
            _ = try await WebhookService(visit.context).rotate(
                id, to: form.text("secret"), overlap: form.overlap(), cutOverAt: cutOverAt, by: visit.principal)
        } catch {
            guard error.kind == .invalid else { throw error }
            var page = try await page(visit)
            page.refuseSecret(for: error)
            return .page(page)
        }
        return .redirect(visit.path("webhooks", id.description) + "?notice=\(Notice.rotated.rawValue)#secret")
    }

    private func activate(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(EndpointID.self, "webhook")
        var draft = WebhookDraft()
        draft.active = form["active"] == "true"
        _ = try await WebhookService(visit.context).update(id, draft, by: visit.principal)
        let notice: Notice = draft.active == true ? .activated : .paused
        return .redirect(visit.path("webhooks", id.description) + "?notice=\(notice.rawValue)")
    }

    private func delete(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        try await WebhookService(visit.context).delete(visit.id(EndpointID.self, "webhook"), by: visit.principal)
        return .redirect(visit.path("webhooks") + "?notice=\(Notice.deleted.rawValue)")
    }

    // MARK: Showing

    private func page(_ visit: Visit) async throws -> Page {
        let id = try visit.id(EndpointID.self, "webhook")
        let webhooks = WebhookService(visit.context)
        let endpoint = try webhooks.webhook(id, for: visit.principal)
        let window = visit.query["window"].flatMap(TrafficCharts.Window.init) ?? .day
        let stats = try await webhooks.stats(of: id, since: window.start(now: visit.now), for: visit.principal)
        let hours = try await OverviewService(visit.context).hours(
            of: id, since: window.start(now: visit.now), for: visit.principal)
        let charts = TrafficCharts(hours, window, now: visit.now)
        var filter = DeliveryFilter()
        filter.endpoint = id
        let shown = visit.query["show"].flatMap(DeliveryStatus.init)
        filter.status = shown
        let page = try await DeliveryService(visit.context).deliveries(
            filter, page: PageRequest(limit: Self.rows, cursor: visit.query.text("cursor")), for: visit.principal)
        let base = visit.path("webhooks", id.description)
        let condition = stats.condition
        let view: View = [
            "self": base, "id": id.description, "url": endpoint.url, "description": endpoint.description,
            "badge": Badge.markup(endpoint, breaker: condition?.breaker), "isActive": endpoint.isActive,
            "mayChange": visit.may(.changeWebhooks), "maySeeSecret": visit.may(.readSecrets),
            "callouts": callouts(stats, base, visit),
            "attempts": Figures.text(charts.attempts), "windowWords": window.words, "successRate": charts.successRate,
            "failed": Figures.text(charts.failed), "median": charts.latency.percentile(0.5).map(When.taken),
            "late": charts.latency.percentile(0.95).map { "95 % within \(When.taken($0))" } ?? "no attempts",
            "backlog": Figures.text(stats.backlog), "inFlight": Figures.text(condition?.inFlight ?? 0),
            "allowance": condition?.allowance,
            "breaker": breakerWord(condition?.breaker.state ?? .closed),
            "breakerNote": condition?.breaker.reason?.description ?? "attempts go out",
            "hasBlocked": !(stats.blocked ?? []).isEmpty,
            "blocked": (stats.blocked ?? []).map { key -> View in
                [
                    "key": key.key.isEmpty ? "(without a key)" : key.key, "delivery": key.head.description,
                    "path": visit.path("deliveries", key.head.description), "tries": key.attempts,
                    "waiting": Figures.text(key.waiting), "due": When.countdown(key.due, now: visit.now),
                ]
            },
            "tabs": [("All", nil), ("Failed", "failed"), ("Waiting", "scheduled"), ("Delivered", "succeeded")].map {
                name, value -> View in
                [
                    "name": name, "isCurrent": value == shown?.rawValue,
                    "path": base + (value.map { "?show=\($0)" } ?? "") + "#history",
                ]
            },
            "hasRows": !page.items.isEmpty, "namesWebhook": false,
            "deliveries": try await DeliveryRows(visit: visit, namesWebhook: false).views(page.items),
            "searched": visit.searched(page, DeliveryID.self, limit: Self.rows),
            "nextPath": page.next.map { base + visit.query.with("cursor", $0).with("notice", nil).text + "#history" },
            "emptyTitle": shown == .failed ? "Nothing has failed" : shown == nil ? "Nothing yet" : "None",
            "emptyText": shown == nil
                ? "Events that this webhook subscribes to appear here. Send a test event to see whether it gets them."
                : "No delivery to this webhook stands like that.",
        ]
        let settings = WebhookFacts(endpoint, visit).view(stats)
        return Page(
            endpoint.url, section: "webhooks", template: "webhook",
            view.merging(charts.view).merging(settings))
    }

    private func breakerWord(_ state: BreakerCondition.State) -> String {
        switch state {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "probing"
        }
    }

    private func callouts(_ stats: WebhookStats, _ base: String, _ visit: Visit) -> [View] {
        let endpoint = stats.endpoint
        var callouts: [View] = []
        func add(_ tone: String, _ text: String, path: String? = nil, link: String? = nil) {
            callouts.append(["tone": tone, "text": text, "path": path, "link": link])
        }
        let since = endpoint.deactivatedAt.map { " since \($0.rfc3339)" } ?? ""
        switch endpoint.inactivity {
        case .paused:
            add(
                "warn",
                "It is paused\(since): nothing is sent. What is scheduled is held, and goes out once it is active.")
        case .gone:
            add("bad", "It answered 410 Gone and is out of service\(since). Activate it once its receiver is back.")
        case .failing:
            add(
                "bad",
                "It failed for too long and was taken out of service\(since). Mend the receiver, then activate it.")
        case nil: break
        }
        if let breaker = stats.condition?.breaker, breaker.state != .closed {
            let next = breaker.nextProbe.map { " The next try is made \(When.relative($0, now: visit.now))." } ?? ""
            add(
                "warn",
                "It is being left alone for a while. \(breaker.reason?.description ?? "Its attempts fail.")\(next)")
        } else if endpoint.isActive, let since = stats.health?.failingSince {
            add(
                "warn",
                "No attempt has succeeded since \(since.rfc3339): "
                    + "\(Figures.count(stats.health?.failures ?? 0, "failure")) in a row.")
        }
        if endpoint.isActive, let gap = endpoint.lastGap, visit.may(.replayEvents),
            gap.until > visit.now - .seconds(7 * 86_400)
        {
            add(
                "",
                "It was not active from \(gap.since.rfc3339) to \(gap.until.rfc3339), and was sent nothing of what was "
                    + "published meanwhile.",
                path: "\(base)/recover?only=missed&since=\(PercentEncoding.encode(gap.since.rfc3339))"
                    + "&until=\(PercentEncoding.encode(gap.until.rfc3339))",
                link: "Recover what it missed")
        }
        return callouts
    }
}
