import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Links to an application's portal: making one, and taking all of them back.
struct PortalLinkScreen: Screen {
    let kit: DashboardKit

    private static let lifetimes = ["15m", "1h", "1d", "7d"]

    static let templates = [
        Template(
            "portal-links",
            """
            {{#portal}}<section id="portal"><h2>Portal</h2><div class="card pad stack">
              <p>Pages for this application's own people, with everything about it and nothing else. Whoever has a link gets in, until it ends.</p>
              <div class="row"><form class="row" method="post" action="{{path}}"><input type="hidden" name="csrf" value="{{csrf}}"><label for="portal-lifetime">Good for</label><select
                id="portal-lifetime" name="expires_in" class="narrow">{{#lifetimes}}<option{{#isUsual}} selected{{/isUsual}}>{{value}}</option>{{/lifetimes}}</select><button>Open portal</button></form>
              <details class="confirm left"><summary class="button">Withdraw all links…</summary><div><p>Every link that was made so far opens nothing from now on, whoever is looking at the portal.</p><form
                method="post" action="{{path}}/withdraw"><input type="hidden" name="csrf" value="{{csrf}}"><button class="danger solid">Withdraw all links</button></form></div></details></div>
            </div></section>{{/portal}}
            """),
        Template(
            "portal-link",
            """
            <p class="crumbs"><a href="{{base}}/applications">Applications</a> / <a href="{{applicationPath}}">{{name}}</a></p>
            <div class="head"><div><h1>Portal of {{name}}</h1><p class="lead">This link lets in whoever has it, and ends {{until}}. It is shown here and nowhere else.</p></div></div>
            <div class="callout good stack" role="status"><pre class="code wrap" id="portal-url" tabindex="0">{{url}}</pre>
              <p class="row"><a class="button primary" href="{{path}}" target="_blank" rel="noopener noreferrer">Open it</a><button type="button" data-copy="portal-url" hidden>Copy</button></p></div>
            {{#isFramed}}<section><h2>In a page of yours</h2><p class="prose">These may frame it: {{#ancestors}}<code>{{name}}</code> {{/ancestors}}. Have your server make a link for each page that it shows.</p>
              <pre class="code wrap" tabindex="0">{{frame}}</pre></section>{{/isFramed}}
            {{^isFramed}}<p class="muted small">No site may frame it. Name those that may under <a href="{{base}}/settings#customers">Settings</a>.</p>{{/isFramed}}
            <section><h2>By the API</h2><p class="prose">{{linkWords}}</p><pre class="code wrap" tabindex="0">{{command}}</pre></section>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.post("applications/:id/portal", open)
        routes.post("applications/:id/portal/withdraw") { visit, _ in
            try await PortalService(visit.context).withdraw(visit.name, link: nil, by: visit.principal)
            return .redirect(visit.path("applications", visit.name) + "?notice=\(Notice.linksWithdrawn.rawValue)")
        }
    }

    /// What the application's own page shows; nothing to those who may not.
    static func view(_ application: MartletCore.Application, _ visit: Visit) -> View {
        guard visit.may(.changeApplications) else { return [:] }
        return [
            "portal": [
                "path": visit.path("applications", application.id.description, "portal"),
                "lifetimes": lifetimes.map { ["value": $0, "isUsual": $0 == "1h"] as View },
            ] as View
        ]
    }

    private func open(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        guard let lifetime = Duration(text: form.text("expires_in") ?? "1h") else {
            throw ServiceError.invalid("expires_in", "Give a duration such as 1h.")
        }
        let link = try PortalService(visit.context).open(visit.name, lifetime: lifetime, by: visit.principal)
        let id = link.pass.application
        let name = visit.context.directory.application(id, in: visit.environment.id)?.name ?? id.description
        let path = PortalAddress.path(link.token)
        let publicURL = kit.publicURL(of: visit.request)
        let ancestors = visit.environment.pages.frameAncestors
        // Shown in the answer itself: a redirect would have to carry it in a URL of the dashboard.
        return .page(
            Page(
                "Portal of \(name)", section: "applications", template: "portal-link",
                [
                    "name": name, "applicationPath": visit.path("applications", id.description), "path": path,
                    "url": publicURL + path, "until": When.markup(link.pass.expiresAt, now: visit.now),
                    "isFramed": !ancestors.isEmpty, "ancestors": ancestors.map { ["name": $0] as View },
                    "frame": #"<iframe src="\#(publicURL)/portal/…" title="Webhooks"></iframe>"#,
                    "linkWords": "A link like this one, whenever a customer wants in:",
                    "command": """
                    curl -X POST \(publicURL)/v1/applications/\(id)/portal \\
                      -H 'Authorization: Bearer mk_…' -H 'Content-Type: application/json' \\
                      -d '{"expires_in":"\(lifetime.text)"}'
                    """,
                ]))
    }
}
