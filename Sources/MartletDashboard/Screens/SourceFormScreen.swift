import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Adding a source, which begins with whose requests come in, and changing one.
struct SourceFormScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "source-presets",
            """
            <p class="crumbs"><a href="{{back}}">{{backTitle}}</a></p>
            <div class="head"><div><h1>Whose webhooks come in?</h1><p class="lead">Each sender signs in a way of its own, which is known
              here. For any other there are HMAC, a shared secret, basic authentication, address ranges and RFC 9421.</p></div></div>
            <form class="card pad" method="get" action="{{action}}"><div class="picks" role="group" aria-label="Senders">{{#presets}}<label class="choice"><input
              type="radio" name="preset" value="{{name}}" required{{#isCurrent}} checked{{/isCurrent}}><span>{{title}}</span></label>{{/presets}}</div>
              <div class="form-foot"><button class="primary">Go on</button><a class="button quiet" href="{{back}}">Cancel</a></div></form>
            """),
        Template(
            "source-form",
            """
            <p class="crumbs"><a href="{{base}}/sources">Sources</a>{{#selfPath}} / <a href="{{selfPath}}">{{name}}</a>{{/selfPath}}</p>
            <div class="head"><div><h1>{{title}}</h1></div></div>
            {{#errorCount}}<p class="callout bad" role="alert">{{errorCount}}{{#otherErrors}} {{message}}{{/otherErrors}}</p>{{/errorCount}}
            <form method="post" action="{{action}}" novalidate><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden"
              name="preset" value="{{presetName}}">
            <div class="form-group"><header><h2>Who sends</h2><p>{{presetTitle}} <a href="{{choosePath}}">Another sender</a></p>
              {{#documentation}}<p class="small"><a href="{{documentation}}" rel="noreferrer">How it signs</a></p>{{/documentation}}
              {{#note}}<p class="small muted">{{note}}</p>{{/note}}</header><div>
              {{#f_name}}<div class="field{{#error}} has-error{{/error}}"><label for="name">Name</label><input id="name" name="name" value="{{value}}"
                autocomplete="off"{{#error}} aria-invalid="true" aria-describedby="name-error"{{/error}}>{{>field-error}}</div>{{/f_name}}
              {{#f_description}}<div class="field{{#error}} has-error{{/error}}"><label for="description">Description</label><input id="description"
                name="description" value="{{value}}">{{>field-error}}</div>{{/f_description}}
              {{#f_application}}<div class="field{{#error}} has-error{{/error}}"><label for="application">Application</label><input id="application"
                name="application" value="{{value}}" list="applications" placeholder="every webhook that subscribes" autocomplete="off"
                spellcheck="false"><datalist id="applications">{{#applications}}<option value="{{id}}">{{name}}</option>{{/applications}}</datalist>{{>field-error}}
                <p class="hint">Whose webhooks its events go to: an application's uid or id.</p></div>{{/f_application}}
            </div></div>
            {{#takesSecret}}<div class="form-group"><header><h2>Secret</h2><p>{{secretWords}}</p></header><div>
              {{#f_secret}}<div class="field{{#error}} has-error{{/error}}"><label for="secret">{{#hasSecret}}A new secret{{/hasSecret}}{{^hasSecret}}Secret{{/hasSecret}}</label>{{#takesKeyPair}}<textarea
                id="secret" name="secret" rows="6" spellcheck="false" autocomplete="off"></textarea>{{/takesKeyPair}}{{^takesKeyPair}}<input id="secret"
                name="secret" type="password" value="" autocomplete="off" spellcheck="false">{{/takesKeyPair}}{{>field-error}}
                <p class="hint">{{#hasSecret}}Empty: the one in force stays.{{/hasSecret}}{{^hasSecret}}Not known yet? Leave it empty: the sender may
                show it once it has the URL.{{/hasSecret}}</p></div>{{/f_secret}}
              {{#mayGenerate}}<div class="field"><label class="choice"><input type="checkbox" name="generate"{{#isGenerated}} checked{{/isGenerated}}><span>Make
                one, for me to tell the sender</span></label></div>{{/mayGenerate}}
            </div></div>{{/takesSecret}}
            {{#hasParameters}}<div class="form-group"><header><h2>How it signs</h2></header><div>
              {{#parameters}}<div class="field{{#error}} has-error{{/error}}"><label for="{{name}}">{{label}}</label><input id="{{name}}" name="{{name}}"
                value="{{value}}" autocomplete="off" spellcheck="false">{{>field-error}}<p class="hint">{{summary}}</p></div>{{/parameters}}
            </div></div>{{/hasParameters}}
            <div class="form-group"><header><h2>Its events</h2><p>Each accepted request is one.</p></header><div>
              <div class="fields">
              {{#f_prefix}}<div class="field{{#error}} has-error{{/error}}"><label for="prefix">In front of each type</label><input id="prefix" name="prefix"
                value="{{value}}" placeholder="nothing" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_prefix}}
              {{#f_fallback}}<div class="field{{#error}} has-error{{/error}}"><label for="fallback">Type where none is named</label><input id="fallback"
                name="fallback" value="{{value}}" placeholder="webhook.received" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_fallback}}
              {{#f_window}}<div class="field{{#error}} has-error{{/error}}"><label for="window">Duplicates within</label><input id="window" name="window"
                value="{{value}}" placeholder="1d">{{>field-error}}</div>{{/f_window}}</div>
              {{#f_headers}}<div class="field{{#error}} has-error{{/error}}"><label for="headers">Headers to pass on, one a line</label><textarea id="headers"
                name="headers" rows="2" spellcheck="false">{{value}}</textarea>{{>field-error}}<p class="hint">Besides the content type.</p></div>{{/f_headers}}
            </div></div>
            <div class="form-group"><header><h2>Limits</h2><p>Beyond them senders get 429 or 413.</p></header><div>
              <div class="fields">
                {{#f_rate}}<div class="field{{#error}} has-error{{/error}}"><label for="rate">Requests</label><input id="rate" name="rate" inputmode="numeric" value="{{value}}" placeholder="no limit">{{>field-error}}</div>{{/f_rate}}
                {{#f_per}}<div class="field{{#error}} has-error{{/error}}"><label for="per">in</label><input id="per" name="per" value="{{value}}" placeholder="1s">{{>field-error}}</div>{{/f_per}}
                {{#f_burst}}<div class="field{{#error}} has-error{{/error}}"><label for="burst">Burst</label><input id="burst" name="burst" inputmode="numeric" value="{{value}}" placeholder="as many">{{>field-error}}</div>{{/f_burst}}
                {{#f_address_rate}}<div class="field{{#error}} has-error{{/error}}"><label for="address_rate">Of one address</label><input id="address_rate" name="address_rate" inputmode="numeric" value="{{value}}" placeholder="no limit">{{>field-error}}</div>{{/f_address_rate}}
                {{#f_address_per}}<div class="field{{#error}} has-error{{/error}}"><label for="address_per">in</label><input id="address_per" name="address_per" value="{{value}}" placeholder="1s">{{>field-error}}</div>{{/f_address_per}}
                {{#f_size}}<div class="field{{#error}} has-error{{/error}}"><label for="size">Largest body, bytes</label><input id="size" name="size" inputmode="numeric" value="{{value}}" placeholder="1048576">{{>field-error}}</div>{{/f_size}}
                {{#f_tolerance}}<div class="field{{#error}} has-error{{/error}}"><label for="tolerance">Clock tolerance</label><input id="tolerance" name="tolerance" value="{{value}}" placeholder="as the sender says">{{>field-error}}</div>{{/f_tolerance}}
              </div>
              {{#f_addresses}}<div class="field{{#error}} has-error{{/error}}"><label for="addresses">Only from these addresses, one a line</label><textarea id="addresses"
                name="addresses" rows="2" spellcheck="false" placeholder="192.0.2.0/24">{{value}}</textarea>{{>field-error}}</div>{{/f_addresses}}
            </div></div>
            <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{cancelPath}}">Cancel</a></div>
            </form>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("sources/new") { visit in
            try visit.principal.require(.changeSources)
            guard let preset = visit.query.text("preset").flatMap(PresetWords.named) else {
                return .page(choice(visit, action: visit.path("sources", "new"), back: visit.path("sources"), nil))
            }
            var fields = Query()
            fields.add("name", preset.title)
            return .page(try await page(SourceForm(fields), preset, nil, visit))
        }
        routes.post("sources/new", create)
        routes.get("sources/:id/edit") { visit in
            try visit.principal.require(.changeSources)
            let source = try source(visit)
            let path = visit.path("sources", source.id.description)
            if visit.query["choose"] != nil {
                return .page(choice(visit, action: "\(path)/edit", back: path, source))
            }
            let preset = PresetWords.named(visit.query.text("preset") ?? source.preset.name)
            let isSame = preset?.name == source.preset.name
            let form = SourceForm(
                source, parameters: isSame ? SourceService(visit.context).parameters(of: source) : [])
            guard let preset else { throw ServiceError.notFound("preset") }
            return .page(try await page(form, preset, source, visit))
        }
        routes.post("sources/:id/edit", save)
    }

    private func source(_ visit: Visit) throws(ServiceError) -> MartletCore.Source {
        try SourceService(visit.context).source(visit.id(SourceID.self, "source"), for: visit.principal)
    }

    private func choice(_ visit: Visit, action: String, back: String, _ source: MartletCore.Source?) -> Page {
        Page(
            "Choose a sender", section: "sources", template: "source-presets",
            [
                "action": action, "back": back, "backTitle": source?.name ?? "Sources",
                "presets": PresetWords.all.map { preset -> View in
                    ["name": preset.name, "title": preset.title, "isCurrent": preset.name == source?.preset.name]
                },
            ])
    }

    private func create(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeSources)
        guard let preset = fields.text("preset").flatMap(PresetWords.named) else {
            throw ServiceError.invalid("preset", "Say whose requests come in.")
        }
        var form = SourceForm(fields)
        let draft = form.draft(preset)
        if form.errors.isEmpty {
            do throws(ServiceError) {
                let made = try await SourceService(visit.context).create(draft, by: visit.principal)
                return .redirect(
                    visit.path("sources", made.source.id.description) + "?notice=\(Notice.created.rawValue)")
            } catch {
                guard error.kind == .invalid else { throw error }
                form.errors = error.fields
            }
        }
        return .page(try await page(form, preset, nil, visit, status: .unprocessableContent))
    }

    private func save(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeSources)
        let source = try source(visit)
        guard let preset = PresetWords.named(fields.text("preset") ?? source.preset.name) else {
            throw ServiceError.notFound("preset")
        }
        var form = SourceForm(fields)
        let draft = form.draft(preset)
        if form.errors.isEmpty {
            do throws(ServiceError) {
                _ = try await SourceService(visit.context).update(source.id, draft, by: visit.principal)
                return .redirect(visit.path("sources", source.id.description) + "?notice=\(Notice.saved.rawValue)")
            } catch {
                guard error.kind == .invalid else { throw error }
                form.errors = error.fields
            }
        }
        return .page(try await page(form, preset, source, visit, status: .unprocessableContent))
    }

    private func page(
        _ form: SourceForm, _ preset: PresetWords, _ source: MartletCore.Source?, _ visit: Visit,
        status: HTTPResponse.Status = .ok
    ) async throws -> Page {
        let applications =
            visit.may(.readApplications)
            ? try await ApplicationService(visit.context).applications(
                page: PageRequest(limit: 250, cursor: nil), for: visit.principal
            ).items : []
        let selfPath = source.map { visit.path("sources", $0.id.description) }
        return Page(
            source == nil ? "Add a source" : "Edit a source", section: "sources", template: "source-form",
            form.view(preset, hasSecret: source?.secrets != nil).merging([
                "title": source == nil ? "Add a source" : "Edit", "name": source?.name, "selfPath": selfPath,
                "action": selfPath.map { "\($0)/edit" } ?? visit.path("sources", "new"),
                "choosePath": selfPath.map { "\($0)/edit?choose=1" } ?? visit.path("sources", "new"),
                "cancelPath": selfPath ?? visit.path("sources"),
                "submit": source == nil ? "Add the source" : "Save",
                "applications": applications.map { ["id": $0.uid ?? $0.id.description, "name": $0.name] as View },
            ]), status: status)
    }
}
