import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// Profiles of one's own: how deliveries are signed, judged and tried again.
struct ProfileScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "profile-form",
            """
            <p class="crumbs"><a href="{{base}}/settings">Settings</a></p>
            <div class="head"><div><h1>{{title}}</h1><p class="lead">{{lead}}</p></div>{{#deletePath}}<div class="actions"><details class="confirm"><summary class="button">Delete…</summary><div><p>Only
              where no webhook and no environment follows it.</p><form method="post" action="{{deletePath}}"><input type="hidden" name="csrf" value="{{csrf}}"><button
              class="danger solid">Delete this profile</button></form></div></details></div>{{/deletePath}}</div>
            {{#errorCount}}<p class="callout bad" role="alert">{{errorCount}}{{#otherErrors}} {{message}}{{/otherErrors}}</p>{{/errorCount}}
            {{#isNew}}<form class="filters" method="get" action="{{self}}"><div class="wider"><label for="from">Start from</label><select id="from" name="from">{{#known}}<option{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/known}}</select></div><div
              class="actions"><button>Load</button></div></form>{{/isNew}}
            <form method="post" action="{{self}}" novalidate><input type="hidden" name="csrf" value="{{csrf}}">
            {{#isNew}}<div class="form-group"><header><h2>Name</h2><p>By which webhooks and the environment follow it.</p></header><div>
              {{#f_name}}<div class="field{{#error}} has-error{{/error}}"><label for="name">Name</label><input id="name" name="name" value="{{value}}" autocomplete="off" spellcheck="false"
                placeholder="acme">{{>field-error}}<p class="hint">Lower-case letters, digits and hyphens.</p></div>{{/f_name}}</div></div>{{/isNew}}
            <div class="form-group"><header><h2>Signature</h2><p>What is signed, and how it is written down. The guide and its programs follow.</p></header><div>
              {{#c_scheme}}<div class="field{{#error}} has-error{{/error}}"><label for="scheme">Signed is</label><select id="scheme" name="scheme">{{#options}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{title}}</option>{{/options}}</select>{{#error}}<p class="error">{{error}}</p>{{/error}}</div>{{/c_scheme}}
              <div class="fields">
              {{#f_signature_header}}<div class="field{{#error}} has-error{{/error}}"><label for="signature_header">Signature header</label><input id="signature_header" name="signature_header" value="{{value}}" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_signature_header}}
              {{#f_timestamp_header}}<div class="field{{#error}} has-error{{/error}}"><label for="timestamp_header">Timestamp header</label><input id="timestamp_header" name="timestamp_header" value="{{value}}" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_timestamp_header}}
              {{#f_id_header}}<div class="field{{#error}} has-error{{/error}}"><label for="id_header">Id header</label><input id="id_header" name="id_header" value="{{value}}" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_id_header}}
              {{#f_prefix}}<div class="field{{#error}} has-error{{/error}}"><label for="prefix">Before the signature</label><input id="prefix" name="prefix" value="{{value}}" placeholder="sha256=" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_prefix}}
              {{#c_hash}}<div class="field{{#error}} has-error{{/error}}"><label for="hash">Hash</label><select id="hash" name="hash">{{#options}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{title}}</option>{{/options}}</select>{{#error}}<p class="error">{{error}}</p>{{/error}}</div>{{/c_hash}}
              {{#c_encoding}}<div class="field{{#error}} has-error{{/error}}"><label for="encoding">Written in</label><select id="encoding" name="encoding">{{#options}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{title}}</option>{{/options}}</select>{{#error}}<p class="error">{{error}}</p>{{/error}}</div>{{/c_encoding}}
              {{#c_key}}<div class="field{{#error}} has-error{{/error}}"><label for="key">The key is</label><select id="key" name="key">{{#options}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{title}}</option>{{/options}}</select>{{#error}}<p class="error">{{error}}</p>{{/error}}</div>{{/c_key}}
              {{#f_key_prefix}}<div class="field{{#error}} has-error{{/error}}"><label for="key_prefix">The secret's prefix</label><input id="key_prefix" name="key_prefix" value="{{value}}" placeholder="whsec_" autocomplete="off" spellcheck="false">{{>field-error}}</div>{{/f_key_prefix}}
              {{#f_tolerance}}<div class="field{{#error}} has-error{{/error}}"><label for="tolerance">Tolerance</label><input id="tolerance" name="tolerance" value="{{value}}" placeholder="5m">{{>field-error}}</div>{{/f_tolerance}}
              </div></div></div>
            <div class="form-group"><header><h2>Requests</h2><p>What they carry, and what acknowledges them.</p></header><div>
              {{#c_envelope}}<div class="field{{#error}} has-error{{/error}}"><label for="envelope">The body is</label><select id="envelope" name="envelope">{{#options}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{title}}</option>{{/options}}</select>{{#error}}<p class="error">{{error}}</p>{{/error}}</div>{{/c_envelope}}
              {{>success-fields}}
              {{#f_timeout}}<div class="field{{#error}} has-error{{/error}}"><label for="timeout">Timeout</label><input id="timeout" name="timeout" value="{{value}}" placeholder="15s">{{>field-error}}</div>{{/f_timeout}}
            </div></div>
            <div class="form-group"><header><h2>Retries</h2><p>What happens when an attempt is not acknowledged.</p></header><div>
              {{>retry-fields}}</div></div>
            <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{base}}/settings">Cancel</a></div>
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("settings/profiles/new", offer)
        routes.post("settings/profiles/new") { visit, fields in try await save(visit, fields, to: nil) }
        routes.get("settings/profiles/:id") { visit in
            try visit.principal.require(.changeProfiles)
            return .page(try page(visit, ProfileForm(own(visit)), own(visit)))
        }
        routes.post("settings/profiles/:id") { visit, fields in try await save(visit, fields, to: own(visit)) }
        routes.post("settings/profiles/:id/delete") { visit, _ in
            try await ProfileService(visit.context).delete(visit.name, by: visit.principal)
            return .redirect(visit.path("settings") + "?notice=\(Notice.deleted.rawValue)#profiles")
        }
    }

    /// One of the environment's own.
    private func own(_ visit: Visit) throws(ServiceError) -> Profile {
        let listed = try ProfileService(visit.context).profile(visit.name, for: visit.principal)
        guard !listed.isBuiltIn else { throw .notFound("profile of your own with this name") }
        return listed.profile
    }

    private func offer(_ visit: Visit) async throws -> PageAnswer {
        try visit.principal.require(.changeProfiles)
        let from = visit.query.text("from") ?? visit.environment.profile
        let base = visit.context.directory.profile(named: from, in: visit.environment.id) ?? .standard
        return .page(try page(visit, ProfileForm(base, name: ""), nil, from: base.name))
    }

    private func save(_ visit: Visit, _ fields: Query, to own: Profile?) async throws -> PageAnswer {
        try visit.principal.require(.changeProfiles)
        var form = ProfileForm(fields)
        if let profile = form.profile(named: own?.name) {
            let service = ProfileService(visit.context)
            do throws(ServiceError) {
                if own == nil {
                    _ = try await service.create(profile, by: visit.principal)
                } else {
                    _ = try await service.update(profile, by: visit.principal)
                }
                let notice: Notice = own == nil ? .created : .saved
                return .redirect(visit.path("settings") + "?notice=\(notice.rawValue)#profiles")
            } catch {
                guard error.kind == .invalid || error.kind == .conflict else { throw error }
                form.errors = error.fields.isEmpty ? [.init("name", error.detail)] : error.fields
            }
        }
        return .page(try page(visit, form, own, status: .unprocessableContent))
    }

    private func page(
        _ visit: Visit, _ form: ProfileForm, _ own: Profile?, from: String? = nil,
        status: HTTPResponse.Status = .ok
    ) throws(ServiceError) -> Page {
        let known = try ProfileService(visit.context).profiles(
            page: PageRequest(limit: 250, cursor: nil), for: visit.principal)
        let selfPath = own.map { visit.path("settings", "profiles", $0.name) }
        let title = own.map { "Profile \($0.name)" } ?? "Add a profile"
        let page: View = [
            "title": title, "isNew": own == nil,
            "lead": own == nil
                ? "How deliveries are signed, judged and tried again." : "Whatever follows it changes at once.",
            "self": selfPath ?? visit.path("settings", "profiles", "new"),
            "deletePath": selfPath.map { "\($0)/delete" },
            "submit": own == nil ? "Add the profile" : "Save",
            "known": known.items.map { listed -> View in
                ["name": listed.profile.name, "isCurrent": listed.profile.name == from]
            },
        ]
        return Page(title, section: "settings", template: "profile-form", form.view.merging(page), status: status)
    }
}
