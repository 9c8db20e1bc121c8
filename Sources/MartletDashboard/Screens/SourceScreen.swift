import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import WebhookSigning

/// One source: its URL, its settings, its secret, trying it out, and the log of what it received.
struct SourceScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "source",
            """
            <p class="crumbs"><a href="{{base}}/sources">Sources</a></p>
            <div class="head"><div><h1>{{name}}</h1><p class="lead">{{badge}} {{description}} <span class="mono">{{id}}</span></p></div>
              {{#mayChange}}<div class="actions">
                {{#isActive}}<form method="post" action="{{self}}/test"><input type="hidden" name="csrf" value="{{csrf}}"><button
                  class="primary">Send a test request</button></form>{{/isActive}}
                <a class="button" href="{{self}}/edit">Edit</a>
                <form method="post" action="{{self}}/active"><input type="hidden" name="csrf" value="{{csrf}}"><button name="active"
                  value="{{^isActive}}true{{/isActive}}">{{#isActive}}Switch off{{/isActive}}{{^isActive}}Switch on{{/isActive}}</button></form>
                <details class="confirm"><summary class="button">Delete…</summary><div><p>Its senders get 404 from now on. What it received
                  stays as long as other history. Webhooks for its events alone get nothing more.</p><form method="post" action="{{self}}/delete"><input type="hidden" name="csrf"
                  value="{{csrf}}"><button class="danger solid">Delete this source</button></form></div></details>
              </div>{{/mayChange}}</div>
            {{#callouts}}<div class="callout {{tone}}">{{text}}{{#path}} <a href="{{path}}">{{link}}</a>{{/path}}</div>{{/callouts}}
            <section class="first"><div class="code"><header><span>Tell {{preset}} this URL</span><button class="slim" type="button"
              data-copy="source-url" hidden>Copy</button></header><pre class="code wrap" id="source-url" tabindex="0">{{url}}</pre></div></section>
            <section><div class="code"><header><span>Hear it on your own machine, as the sender sent it</span><button class="slim" type="button"
              data-copy="source-listen" hidden>Copy</button></header><pre class="code wrap" id="source-listen" tabindex="0">{{listen}}</pre></div></section>
            <section id="log"><div class="section-head"><h2>What came in</h2></div>
              <nav class="tabs" aria-label="Requests">{{#tabs}}<a href="{{path}}"{{#isCurrent}} aria-current="true"{{/isCurrent}}>{{name}}</a>{{/tabs}}</nav>
              {{#hasRequests}}{{>request-table}}{{>pager}}{{/hasRequests}}
              {{^hasRequests}}<div class="empty">{{#nextPath}}{{>nothing-so-far}}{{/nextPath}}{{^nextPath}}<h2>{{emptyTitle}}</h2><p>{{emptyText}}</p>{{/nextPath}}</div>{{/hasRequests}}</section>
            <section><h2>Settings</h2><div class="split">
              <div class="card pad"><dl class="facts"><dt>Sender</dt><dd>{{preset}}</dd>
                {{#checks}}<dt>Checked</dt><dd>{{text}}</dd>{{/checks}}
                {{#handshakes}}<dt>Handshake</dt><dd>{{text}}</dd>{{/handshakes}}
                {{#parameters}}<dt>{{name}}</dt><dd class="mono">{{value}}</dd>{{/parameters}}
                <dt>Clock tolerance</dt><dd>{{tolerance}}</dd><dt>Addresses</dt><dd>{{addresses}}</dd></dl></div>
              <div class="card pad"><dl class="facts"><dt>Event types</dt><dd>{{types}}</dd><dt>Duplicates</dt><dd>{{duplicates}}</dd>
                <dt>Application</dt><dd>{{application}}{{^application}}every webhook that subscribes{{/application}}</dd>
                <dt>Requests</dt><dd>{{rate}}</dd><dt>Of one address</dt><dd>{{addressRate}}</dd><dt>Largest body</dt><dd>{{size}}</dd>
                <dt>Passed on</dt><dd>{{headers}}</dd><dt>Made</dt><dd>{{made}}</dd><dt>Changed</dt><dd>{{changed}}</dd></dl></div></div></section>
            {{#maySeeSecret}}<section id="secret"><h2>Secret</h2><div class="card pad stack">
              {{#secret}}<div class="code"><header><span>In force</span><button class="slim" type="button" data-copy="secret-text"
                hidden>Copy</button></header><pre class="code wrap" id="secret-text" tabindex="0">{{secret}}</pre></div>{{/secret}}
              {{#previous}}<div class="code"><header><span>The one before, good until {{previousUntil}}</span></header><pre class="code wrap" tabindex="0">{{previous}}</pre></div>{{/previous}}
              {{#rotation}}<p class="small">A rotation is under way: the old secret counts until {{rotation}}.</p>{{/rotation}}
              <div class="row">{{#hasSecret}}{{^secret}}<form method="post" action="{{self}}/secret#secret"><input type="hidden" name="csrf"
                value="{{csrf}}"><button>Reveal</button></form>{{/secret}}{{/hasSecret}}
              <details class="confirm left"><summary class="button">{{#hasSecret}}Rotate…{{/hasSecret}}{{^hasSecret}}Give it…{{/hasSecret}}</summary><div><form
                class="stack" method="post" action="{{self}}/rotate"><input type="hidden" name="csrf" value="{{csrf}}">
                <div><label for="own">The sender's secret{{#mayGenerate}} (empty to have one made){{/mayGenerate}}</label>{{#takesKeyPair}}<textarea id="own" name="secret"
                  rows="6" spellcheck="false" autocomplete="off"></textarea>{{/takesKeyPair}}{{^takesKeyPair}}<input id="own" name="secret" autocomplete="off"
                  spellcheck="false">{{/takesKeyPair}}</div>
                {{#hasSecret}}<div><label for="overlap">The old one counts for</label><input id="overlap" name="overlap" value="1d"
                  autocomplete="off"></div>{{/hasSecret}}<button class="primary">Put it in force</button></form></div></details></div>
              {{#secretError}}<p class="error" role="alert">{{secretError}}</p>{{/secretError}}
            </div></section>{{/maySeeSecret}}
            """)
    ]

    /// How many requests a page of the log has.
    private static let rows = 20

    func add(to routes: PageRoutes) {
        routes.get("sources/:id") { .page(try await page($0)) }
        routes.post("sources/:id/test", test)
        routes.post("sources/:id/secret", reveal)
        routes.post("sources/:id/rotate", rotate)
        routes.post("sources/:id/active", activate)
        routes.post("sources/:id/delete") { visit, _ in
            try await SourceService(visit.context).delete(visit.id(SourceID.self, "source"), by: visit.principal)
            return .redirect(visit.path("sources") + "?notice=\(Notice.deleted.rawValue)")
        }
    }

    // MARK: Acting

    private func test(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let sources = SourceService(visit.context)
        let source = try sources.source(visit.id(SourceID.self, "source"), for: visit.principal)
        let tried = try await sources.test(
            source.id, SourceService.Trial(), url: visit.url(of: source), by: visit.principal)
        return .redirect(visit.path("requests", tried.request.id.description))
    }

    private func reveal(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let secrets = try SourceService(visit.context).secret(
            of: visit.id(SourceID.self, "source"), for: visit.principal)
        var page = try await page(visit)
        page.reveal(
            secrets?.current, previous: secrets?.previous, until: secrets?.overlapEnds, now: visit.now)
        return .page(page)
    }

    private func rotate(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(SourceID.self, "source")
        do throws(ServiceError) {
            _ = try await SourceService(visit.context).rotate(
                id, to: form.text("secret"), overlap: form.overlap(), by: visit.principal)
        } catch {
            guard error.kind == .invalid else { throw error }
            var page = try await page(visit)
            page.refuseSecret(for: error)
            return .page(page)
        }
        return .redirect(visit.path("sources", id.description) + "?notice=\(Notice.rotated.rawValue)#secret")
    }

    private func activate(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(SourceID.self, "source")
        var draft = SourceDraft()
        draft.active = form["active"] == "true"
        _ = try await SourceService(visit.context).update(id, draft, by: visit.principal)
        let notice: Notice = draft.active == true ? .sourceOn : .sourceOff
        return .redirect(visit.path("sources", id.description) + "?notice=\(notice.rawValue)")
    }

    // MARK: Showing

    private func page(_ visit: Visit) async throws -> Page {
        let sources = SourceService(visit.context)
        let source = try sources.source(visit.id(SourceID.self, "source"), for: visit.principal)
        let base = visit.path("sources", source.id.description)
        let shown = visit.query["show"].flatMap { name in StoredVerdict.Code.shown.first { $0.name == name } }
        var filter = RequestService.Filter()
        filter.source = source.id
        filter.verdict = shown?.code
        let log = try await RequestService(visit.context).requests(
            filter, page: PageRequest(limit: Self.rows, cursor: visit.query.text("cursor")), for: visit.principal)
        let tabs = [("All", nil as String?)] + StoredVerdict.Code.shown.map { ($0.title, Optional($0.name)) }
        let view: View = [
            "self": base, "id": source.id.description, "name": source.name, "description": source.description,
            "badge": Badge.markup(source, lacksSecret: sources.lacksSecret(source)), "isActive": source.isActive,
            "mayChange": visit.may(.changeSources), "callouts": callouts(source, sources, base, visit),
            "url": visit.url(of: source),
            "listen":
                "martlet listen --url \(ShellText.quoted(kit.publicURL(of: visit.request))) --source \(source.id) "
                + "--forward-to http://localhost:3000/webhook",
            "preset": PresetWords.title(source.preset.name),
            "tabs": tabs.map { title, name -> View in
                [
                    "name": title, "isCurrent": name == shown?.name,
                    "path": base + (name.map { "?show=\($0)" } ?? "") + "#log",
                ]
            },
            "hasRequests": !log.items.isEmpty, "namesSource": false,
            "requests": RequestRows(visit: visit, namesSource: false).views(log.items),
            "searched": visit.searched(log, RequestID.self, limit: Self.rows),
            "nextPath": log.next.map { base + visit.query.with("cursor", $0).with("notice", nil).text + "#log" },
            "emptyTitle": shown == nil ? "Nothing has come in yet" : "None",
            "emptyText": shown == nil
                ? "Tell the sender the URL, or send a test request to see all of it at work."
                : "No request was judged like this.",
        ]
        return Page(
            source.name, section: "sources", template: "source", view.merging(facts(source, sources, visit)))
    }

    private func facts(_ source: MartletCore.Source, _ sources: SourceService, _ visit: Visit) -> View {
        let words = PresetWords.named(source.preset.name)
        let preset = try? source.preset.preset()
        func rate(_ limit: RateLimit?) -> String {
            limit.map { "\(Figures.text($0.count)) in \($0.period.text), \(Figures.text($0.burst)) at once" }
                ?? "no limit"
        }
        let prefix = source.typing.prefix.isEmpty ? "" : "\(source.typing.prefix). and "
        let duplicates =
            source.duplicateWindow == .zero
            ? "not looked for" : "the sender's id counts for \(source.duplicateWindow.text)"
        let checks = preset?.checks.map { ["text": $0.summary] as View } ?? []
        let handshakes = preset?.handshakes.map { ["text": Markup(prose: $0.summary)] as View } ?? []
        return [
            "checks": checks, "handshakes": handshakes,
            "parameters": sources.parameters(of: source).filter { !$0.value.isEmpty }.map {
                ["name": $0.name, "value": $0.value] as View
            },
            "tolerance": (source.tolerance ?? preset?.tolerance)?.text ?? "no signed time",
            "addresses": source.addresses.isEmpty ? "any" : source.addresses.joined(separator: ", "),
            "types": "\(prefix)the sender's own, or \(source.typing.fallback)", "duplicates": duplicates,
            "application": source.application.flatMap {
                visit.context.directory.application($0, in: visit.environment.id)?.name
            },
            "rate": rate(source.limits.rate), "addressRate": rate(source.limits.ratePerAddress),
            "size": Figures.bytes(source.limits.maxBodySize),
            "headers": (["content-type"] + source.keptHeaders).joined(separator: ", "),
            "made": When.markup(source.createdAt, now: visit.now),
            "changed": When.markup(source.updatedAt, now: visit.now),
            "maySeeSecret": visit.may(.changeSources) && words?.secret != nil, "hasSecret": source.secrets != nil,
            "mayGenerate": !(words?.takesKeyPair ?? false), "takesKeyPair": words?.takesKeyPair ?? false,
            "rotation": rotation(source, visit),
        ]
    }

    /// When the rotation ends that is under way.
    private func rotation(_ source: MartletCore.Source, _ visit: Visit) -> Markup? {
        guard let end = source.secrets?.overlapEnds, end > visit.now else { return nil }
        let markup: Markup = When.markup(end, now: visit.now)
        return markup
    }

    private func callouts(
        _ source: MartletCore.Source, _ sources: SourceService, _ base: String, _ visit: Visit
    ) -> [View] {
        var callouts: [View] = []
        if !source.isActive {
            callouts.append([
                "tone": "warn", "text": "It is switched off: its senders get 404, and most of them try again later.",
            ])
        }
        if sources.lacksSecret(source) {
            let path: String? = visit.may(.changeSources) ? "\(base)#secret" : nil
            callouts.append([
                "tone": "warn",
                "text": "It has no secret yet: until then, everything but a handshake is refused.",
                "path": path, "link": "Give it",
            ])
        }
        if let preset = try? source.preset.preset(), !preset.needsSecret {
            callouts.append([
                "tone": "warn", "text": "Nothing is signed here: whoever sends from the right address is believed.",
            ])
        }
        return callouts
    }
}
