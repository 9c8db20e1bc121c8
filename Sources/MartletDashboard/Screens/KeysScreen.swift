import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// API keys: making, listing and withdrawing them.
struct KeysScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Keys", section: "keys", icon: .key, group: 2, permission: .readKeys)

    static let templates = [
        Template(
            "keys",
            """
            <div class="head"><div><h1>API keys</h1><p class="lead">Each belongs to this environment and has one role. A key's text is shown
              once, when it is made.</p></div></div>
            {{#made}}<div class="callout good" role="status"><p><strong>This is the key. It is shown this once:</strong></p><pre class="code wrap" id="made-key">{{made}}</pre>
              <p><button class="slim" type="button" data-copy="made-key" hidden>Copy</button></p></div>{{/made}}
            <div class="table stacks"><table><thead><tr><th>Key</th><th>Role</th><th>Application</th><th>Made</th><th>Expires</th><th><span class="sr">Actions</span></th></tr></thead><tbody>
              {{#keys}}<tr><td class="first"><strong>{{name}}{{^name}}<span class="muted">without a name</span>{{/name}}</strong><span
                class="sub mono">{{hint}}…</span></td><td class="second"><span class="tag">{{role}}</span></td><td class="rest muted">{{application}}</td>
                <td class="rest nowrap" data-label="Made">{{made_at}}</td><td class="rest nowrap">{{#expires}}{{expires}}{{/expires}}{{^expires}}<span
                class="muted">never</span>{{/expires}}</td><td class="rest right">{{#mayChange}}<details class="confirm"><summary class="button slim">Withdraw…</summary><div><p>Whatever
                uses it is refused from now on, sessions of this dashboard among them.</p><form method="post" action="{{base}}/keys/{{id}}/delete"><input
                type="hidden" name="csrf" value="{{csrf}}"><button class="danger solid">Withdraw this key</button></form></div></details>{{/mayChange}}</td></tr>{{/keys}}</tbody></table></div>{{>pager}}
            {{#mayChange}}<section><h2>Make a key</h2><form class="card pad" method="post" action="{{base}}/keys"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="fields">
              <div class="field{{#nameError}} has-error{{/nameError}}"><label for="name">Name</label><input id="name" name="name" value="{{name}}" placeholder="the shop">{{#nameError}}<p class="error">{{nameError}}</p>{{/nameError}}</div>
              <div class="field double{{#roleError}} has-error{{/roleError}}"><label for="role">Role</label><select id="role" name="role">{{#roles}}<option value="{{role}}"{{#isCurrent}} selected{{/isCurrent}}>{{role}}: {{may}}</option>{{/roles}}</select>{{#roleError}}<p class="error">{{roleError}}</p>{{/roleError}}</div>
              <div class="field{{#applicationError}} has-error{{/applicationError}}"><label for="application">Application</label><input id="application" name="application" value="{{application}}" placeholder="for the role application"
                autocomplete="off" spellcheck="false">{{#applicationError}}<p class="error">{{applicationError}}</p>{{/applicationError}}</div>
              <div class="field{{#expiresError}} has-error{{/expiresError}}"><label for="expires">Expires in</label><input id="expires" name="expires" value="{{expires}}" placeholder="never, or 90d">{{#expiresError}}<p class="error">{{expiresError}}</p>{{/expiresError}}</div></div>
              <button class="primary">Make a key</button></form></section>{{/mayChange}}
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("keys") { .page(try await page($0, Query())) }
        routes.post("keys", make)
        routes.post("keys/:id/delete") { visit, _ in
            try await KeyService(visit.context).delete(visit.id(KeyID.self, "key"), by: visit.principal)
            return .redirect(visit.path("keys") + "?notice=\(Notice.withdrawn.rawValue)")
        }
    }

    private func make(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        do throws(ServiceError) {
            let lifetime = try form.text("expires").map { text throws(ServiceError) in
                guard let lifetime = Duration(text: text) else {
                    throw .invalid("expires_at", "Give a duration such as 90d, or leave it empty.")
                }
                return lifetime
            }
            let issued = try await KeyService(visit.context).create(
                name: form.text("name"), role: form.text("role"), application: form.text("application"),
                expiresAt: lifetime.map { visit.now + $0 }, by: visit.principal)
            // Shown in the answer itself: a redirect would have to carry it in a URL.
            return .page(try await page(visit, Query(), made: issued.text))
        } catch {
            guard error.kind == .invalid else { throw error }
            return .page(try await page(visit, form, error: error))
        }
    }

    private func page(
        _ visit: Visit, _ fields: Query, made: String? = nil, error: ServiceError? = nil
    ) async throws(ServiceError) -> Page {
        let page = try await KeyService(visit.context).keys(
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        func message(_ name: String) -> String? { error?.fields.first { $0.field == name }?.message }
        let roles = [
            ("publisher", "publishes events"), ("reader", "looks, and sees no secrets"),
            ("application", "everything about one application's own"), ("admin", "everything in this environment"),
        ]
        return Page(
            "Keys", section: "keys", template: "keys",
            [
                "made": made, "mayChange": visit.may(.changeKeys),
                "keys": page.items.map { key -> View in
                    let application = key.application.flatMap {
                        visit.context.directory.application($0, in: visit.environment.id)
                    }
                    return [
                        "id": key.id.description, "name": key.name, "hint": key.hint, "role": key.role.rawValue,
                        "application": application?.name, "made_at": When.markup(key.createdAt, now: visit.now),
                        "expires": When.markup(key.expiresAt, now: visit.now),
                    ]
                },
                "nextPath": page.next.map { visit.path("keys") + visit.query.with("cursor", $0).text },
                "roles": roles.map { role, may -> View in
                    ["role": role, "may": may, "isCurrent": role == fields["role"]]
                },
                "name": fields["name"], "application": fields["application"], "expires": fields["expires"],
                "nameError": message("name"), "roleError": message("role"),
                "applicationError": message("application"), "expiresError": message("expires_at"),
            ], status: error == nil ? .ok : .unprocessableContent)
    }
}
