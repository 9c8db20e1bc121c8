import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// An environment's own settings, its profiles, and who is signed in.
struct SettingsScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Settings", section: "settings", icon: .settings, group: 2, permission: .readEnvironment)

    static let templates = [
        Template(
            "settings",
            """
            <div class="head"><div><h1>Settings</h1><p class="lead">Of the environment <strong>{{name}}</strong>, <span class="mono">{{id}}</span></p></div></div>
            {{#problem}}<p class="callout bad" role="alert">{{problem}}</p>{{/problem}}
            {{^isFixed}}<form class="card pad" method="post" action="{{base}}/settings"><input type="hidden" name="csrf" value="{{csrf}}">{{/isFixed}}{{#isFixed}}<div class="card pad">{{/isFixed}}
              <div class="fields">
              <div class="field{{#profileError}} has-error{{/profileError}}"><label for="profile">Profile</label><select id="profile" name="profile"{{#isFixed}} disabled{{/isFixed}}>{{#profiles}}<option{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/profiles}}</select>{{#profileError}}<p class="error">{{profileError}}</p>{{/profileError}}
                <p class="hint">For webhooks that name none of their own.</p></div>
              <div class="field"><label for="form">Payloads</label><select id="form" name="form"{{#isFixed}} disabled{{/isFixed}}><option value="stable"{{#isStable}} selected{{/isStable}}>byte-stable</option><option value="verbatim"{{^isStable}} selected{{/isStable}}>as they come</option></select>
                <p class="hint">Byte-stable: as <code>JSON.stringify</code> writes them.</p></div>
              <div class="field{{#payloadsError}} has-error{{/payloadsError}}"><label for="payloads">Payloads are kept for</label><input id="payloads" name="payloads" value="{{payloads}}" placeholder="as the service"{{#isFixed}} disabled{{/isFixed}}>{{#payloadsError}}<p class="error">{{payloadsError}}</p>{{/payloadsError}}</div>
              <div class="field{{#historyError}} has-error{{/historyError}}"><label for="history">History is kept for</label><input id="history" name="history" value="{{history}}" placeholder="as the service"{{#isFixed}} disabled{{/isFixed}}>{{#historyError}}<p class="error">{{historyError}}</p>{{/historyError}}</div>
              </div>
              <dl class="facts"><dt>Plain http</dt><dd>{{https}}</dd><dt>Addresses</dt><dd>{{addresses}}</dd></dl>
              {{^isFixed}}<p class="actions pad-top"><button class="primary">Save</button></p></form>{{/isFixed}}{{#isFixed}}</div>{{/isFixed}}
            <section id="customers"><h2>What customers see</h2>{{>customer-pages}}</section>
            <section id="profiles"><div class="section-head"><h2>Profiles</h2>{{#mayChangeProfiles}}<a class="button slim" href="{{base}}/settings/profiles/new">Add a profile</a>{{/mayChangeProfiles}}</div><div class="table stacks"><table><thead><tr><th>Profile</th><th>Signature</th><th>Acknowledged by</th><th>Timeout</th><th>Retries</th></tr></thead><tbody>
              {{#known}}<tr><td class="first">{{#path}}<a href="{{path}}"><strong>{{name}}</strong></a>{{/path}}{{^path}}<strong>{{name}}</strong>{{/path}}{{#isOwn}} <span class="tag">own</span>{{/isOwn}}</td><td class="rest"><code>{{header}}</code><span class="sub">{{signature}}</span></td><td class="rest">{{success}}</td>
                <td class="rest" data-label="Timeout">{{timeout}}</td><td class="rest">{{retries}}</td></tr>{{/known}}</tbody></table></div></section>
            <section><h2>Sessions</h2><div class="card pad row spread"><p>This one began {{began}} and ends {{ends}}.</p>{{#mayClose}}<details class="confirm"><summary
              class="button">Sign everybody out…</summary><div><p>{{whoIsOut}}</p><form method="post" action="{{base}}/settings/sign-everybody-out"><input
              type="hidden" name="csrf" value="{{csrf}}"><button class="danger solid">Sign everybody out</button></form></div></details>{{/mayClose}}</div></section>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("settings") { .page(try page($0)) }
        routes.post("settings", save)
        routes.post("settings/sign-everybody-out") { visit, _ in
            try await visit.kit.sessions.closeAll(by: visit.principal)
            return .redirect(SignInScreen.path())
        }
    }

    private func save(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        do throws(ServiceError) {
            func duration(_ name: String) throws(ServiceError) -> Duration? {
                guard let text = form.text(name) else { return nil }
                guard let duration = Duration(text: text) else {
                    throw .invalid("retention.\(name)", "Give a duration such as 30d, or leave it empty.")
                }
                return duration
            }
            let draft = EnvironmentService.Draft(
                profile: form.text("profile"),
                payloadForm: form.text("form").flatMap(MartletCore.Environment.PayloadForm.init),
                payloads: .some(try duration("payloads")), history: .some(try duration("history")))
            _ = try await EnvironmentService(visit.context).update(draft, by: visit.principal)
            return .redirect(visit.path("settings") + "?notice=\(Notice.saved.rawValue)")
        } catch {
            guard error.kind == .invalid else { throw error }
            return .page(try page(visit, form, error: error))
        }
    }

    /// The page with what was typed in, where it was not taken.
    private func page(
        _ visit: Visit, _ form: Query? = nil, error: ServiceError? = nil
    ) throws(ServiceError) -> Page {
        let environment = try EnvironmentService(visit.context).environment(for: visit.principal)
        let profiles =
            visit.may(.readProfiles)
            ? try ProfileService(visit.context).profiles(
                page: PageRequest(limit: 250, cursor: nil), for: visit.principal
            ).items : []
        func message(_ name: String) -> String? { error?.fields.first { $0.field == name }?.message }
        let profile = form?["profile"] ?? environment.profile
        let payloadForm = form?["form"].flatMap(MartletCore.Environment.PayloadForm.init) ?? environment.payloadForm
        let mayChangeProfiles = visit.may(.changeProfiles)
        let view: View = [
            "mayChangeProfiles": mayChangeProfiles,
            "name": environment.name, "id": environment.id.description,
            "isFixed": !visit.may(.changeEnvironment),
            "profiles": profiles.map {
                ["name": $0.profile.name, "isCurrent": $0.profile.name == profile] as View
            },
            "isStable": payloadForm == .stable,
            "payloads": form?["payloads"] ?? environment.retention.payloads?.text,
            "history": form?["history"] ?? environment.retention.history?.text,
            "profileError": message("profile"), "payloadsError": message("retention.payloads"),
            "historyError": message("retention.history"),
            "https": environment.requiresHTTPS ? "refused" : "taken",
            "addresses": visit.context.egress.allowsPrivateNetworks
                ? "private and loopback addresses are delivered to as well" : "public ones alone",
            "known": profiles.map { listed -> View in
                [
                    "name": listed.profile.name, "isOwn": !listed.isBuiltIn,
                    "path": listed.isBuiltIn || !mayChangeProfiles
                        ? nil : visit.path("settings", "profiles", listed.profile.name),
                    "header": listed.profile.signature.signatureHeader,
                    "signature": WebhookFacts.words(listed.profile.signature),
                    "success": listed.profile.success.sentence, "timeout": listed.profile.timeout.text,
                    "retries": WebhookFacts.words(listed.profile.retry),
                ]
            },
            "began": When.markup(visit.session?.createdAt, now: visit.now),
            "ends": When.markup(visit.session?.expiresAt, now: visit.now), "mayClose": visit.may(.changeKeys),
            "whoIsOut": visit.principal.key == nil
                ? "Every session of this dashboard is closed, this one too."
                : "Every session that was opened with a key of this environment is closed, this one too.",
        ]
        return Page(
            "Settings", section: "settings", template: "settings",
            view.merging(CustomerPagesForm(environment.pages).view(visit)),
            status: error == nil ? .ok : .unprocessableContent)
    }
}
