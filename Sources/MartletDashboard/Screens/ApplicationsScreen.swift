import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// The customers of an environment.
struct ApplicationsScreen: Screen {
    let kit: DashboardKit

    static let menu: MenuEntry? = MenuEntry(
        title: "Applications", section: "applications", icon: .application, group: 1, permission: .readApplications)

    static let templates = [
        Template(
            "applications",
            """
            <div class="head"><div><h1>Applications</h1><p class="lead">Your customers, or their apps: each has webhooks of its own, and sees
              nothing of the others'.</p></div>{{#mayChange}}<div class="actions"><a class="button primary"
              href="{{base}}/applications/new">{{plus}}Add an application</a></div>{{/mayChange}}</div>
            <div class="table stacks"><table><thead><tr><th>Application</th><th>uid</th><th class="number">Webhooks</th><th>Made</th></tr></thead>
              <tbody>{{#rows}}<tr><td class="first"><a href="{{path}}"><strong>{{name}}</strong></a>{{#isDefault}} <span
              class="tag">default</span>{{/isDefault}}<span class="sub mono">{{id}}</span></td><td class="rest">{{#uid}}<span
              class="tag">{{uid}}</span>{{/uid}}</td><td class="number rest" data-label="Webhooks">{{webhooks}}</td><td
              class="second nowrap">{{made}}</td></tr>{{/rows}}</tbody></table></div>{{>pager}}
            """),
        Template(
            "application",
            """
            <p class="crumbs"><a href="{{base}}/applications">Applications</a></p>
            <div class="head"><div><h1>{{name}}</h1><p class="lead">{{#uid}}<span class="tag">{{uid}}</span> {{/uid}}<span class="mono">{{id}}</span></p></div>
              <div class="actions">{{#mayAddWebhook}}<a class="button primary" href="{{base}}/webhooks/new?application={{id}}">Add a webhook</a>{{/mayAddWebhook}}
              {{#mayChange}}<a class="button" href="{{self}}/edit">Edit</a>{{^isDefault}}<details class="confirm"><summary class="button">Delete…</summary><div><p>Its
                webhooks and keys go with it; what waits for them is cancelled. Its history stays, unless you
                <a href="{{self}}/erase">erase it</a>.</p><form method="post" action="{{self}}/delete"><input
                type="hidden" name="csrf" value="{{csrf}}"><button class="danger solid">Delete this application</button></form></div></details>{{/isDefault}}{{/mayChange}}</div></div>
            <div class="card pad"><dl class="facts"><dt>Made</dt><dd>{{made}}</dd>{{#metadata}}<dt>{{key}}</dt><dd>{{value}}</dd>{{/metadata}}
              <dt>More</dt><dd><a href="{{base}}/events?application={{id}}">Its events</a> · <a
              href="{{base}}/deliveries?application={{id}}">its deliveries</a> · <a href="{{base}}/webhooks?application={{id}}">its webhooks</a></dd></dl></div>
            <section><h2>Webhooks</h2>{{#hasWebhooks}}<div class="table stacks"><table><thead><tr><th>Webhook</th><th>Events</th><th>State</th></tr></thead><tbody>
              {{#webhooks}}<tr><td class="first wide"><a class="clip" href="{{path}}">{{url}}</a></td><td class="rest">{{#events}}<span
              class="tag">{{name}}</span> {{/events}}</td><td class="second">{{badge}}</td></tr>{{/webhooks}}</tbody></table></div>{{/hasWebhooks}}
              {{^hasWebhooks}}<div class="empty"><h2>No webhooks</h2><p>Add one for it here, or let it register its own with a key of the role
              <code>application</code>.</p></div>{{/hasWebhooks}}</section>
            {{>portal-links}}
            """),
        Template(
            "application-form",
            """
            <p class="crumbs"><a href="{{base}}/applications">Applications</a></p>
            <div class="head"><div><h1>{{title}}</h1></div></div>
            <form method="post" action="{{action}}"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="field{{#nameError}} has-error{{/nameError}}"><label for="name">Name</label><input id="name" name="name" value="{{name}}">{{#nameError}}<p class="error">{{nameError}}</p>{{/nameError}}</div>
              <div class="field{{#uidError}} has-error{{/uidError}}"><label for="uid">uid</label><input id="uid" name="uid" value="{{uid}}" autocomplete="off" spellcheck="false">{{#uidError}}<p class="error">{{uidError}}</p>{{/uidError}}
                <p class="hint">Your own name for it, by which the API finds it: a customer number, say.</p></div>
              <div class="field{{#metadataError}} has-error{{/metadataError}}"><label for="metadata">Metadata, one a line</label><textarea id="metadata" name="metadata" rows="3"
                placeholder="plan: large">{{metadata}}</textarea>{{#metadataError}}<p class="error">{{metadataError}}</p>{{/metadataError}}</div>
              <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{cancelPath}}">Cancel</a></div></form>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("applications", list)
        routes.get("applications/new") { visit in
            try visit.principal.require(.changeApplications)
            return .page(form(visit, nil, Query()))
        }
        routes.post("applications/new") { visit, fields in try await save(visit, fields, to: nil) }
        routes.get("applications/:id", show)
        routes.get("applications/:id/edit") { visit in
            try visit.principal.require(.changeApplications)
            let application = try application(visit)
            var fields = Query()
            fields.add("name", application.name)
            fields.add("uid", application.uid ?? "")
            fields.add("metadata", application.metadata.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
            return .page(form(visit, application, fields))
        }
        routes.post("applications/:id/edit") { visit, fields in
            try await save(visit, fields, to: application(visit))
        }
        routes.post("applications/:id/delete") { visit, _ in
            try await ApplicationService(visit.context).delete(visit.name, by: visit.principal)
            return .redirect(visit.path("applications") + "?notice=\(Notice.deleted.rawValue)")
        }
    }

    private func application(_ visit: Visit) throws(ServiceError) -> MartletCore.Application {
        try ApplicationService(visit.context).application(visit.name, for: visit.principal)
    }

    private func list(_ visit: Visit) async throws -> PageAnswer {
        let page = try await ApplicationService(visit.context).applications(
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        return .page(
            Page(
                "Applications", section: "applications", template: "applications",
                [
                    "mayChange": visit.may(.changeApplications), "plus": Icon.plus.markup,
                    "rows": page.items.map { application -> View in
                        [
                            "id": application.id.description, "uid": application.uid, "name": application.name,
                            "path": visit.path("applications", application.id.description),
                            "isDefault": application.id == visit.environment.defaultApplication,
                            "webhooks": visit.context.directory.endpoints(
                                in: visit.environment.id, application: application.id
                            ).count, "made": When.markup(application.createdAt, now: visit.now),
                        ]
                    },
                    "nextPath": page.next.map { visit.path("applications") + visit.query.with("cursor", $0).text },
                ]))
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let application = try application(visit)
        let endpoints = visit.context.directory.endpoints(in: visit.environment.id, application: application.id)
            .sorted { $0.id > $1.id }.prefix(100)
        let view: View = [
            "self": visit.path("applications", application.id.description), "name": application.name,
            "uid": application.uid, "id": application.id.description,
            "isDefault": application.id == visit.environment.defaultApplication,
            "mayChange": visit.may(.changeApplications), "mayAddWebhook": visit.may(.changeWebhooks),
            "made": When.markup(application.createdAt, now: visit.now),
            "metadata": application.metadata.map { ["key": $0.name, "value": $0.value] as View },
            "hasWebhooks": !endpoints.isEmpty,
            "webhooks": endpoints.map { endpoint -> View in
                [
                    "url": endpoint.url, "path": visit.path("webhooks", endpoint.id.description),
                    "events": endpoint.events.prefix(3).map { ["name": $0] as View },
                    "badge": Badge.markup(endpoint),
                ]
            },
        ]
        return .page(
            Page(
                application.name, section: "applications", template: "application",
                view.merging(PortalLinkScreen.view(application, visit))))
    }

    private func save(_ visit: Visit, _ fields: Query, to application: MartletCore.Application?) async throws
        -> PageAnswer
    {
        let service = ApplicationService(visit.context)
        do throws(ServiceError) {
            let metadata = try MetadataText.read(fields["metadata"] ?? "")
            let saved: MartletCore.Application
            if let application {
                saved = try await service.update(
                    application.id.description, name: fields.text("name") ?? "", uid: .some(fields.text("uid")),
                    metadata: metadata, by: visit.principal)
            } else {
                saved = try await service.create(
                    name: fields.text("name"), uid: fields.text("uid"), metadata: metadata, by: visit.principal)
            }
            let notice: Notice = application == nil ? .created : .saved
            return .redirect(visit.path("applications", saved.id.description) + "?notice=\(notice.rawValue)")
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(form(visit, application, fields, error: error))
        }
    }

    private func form(
        _ visit: Visit, _ application: MartletCore.Application?, _ fields: Query, error: ServiceError? = nil
    ) -> Page {
        let own = application.map { visit.path("applications", $0.id.description) }
        func message(_ name: String) -> String? { error?.fields.first { $0.field.hasPrefix(name) }?.message }
        return Page(
            application == nil ? "Add an application" : "Edit an application", section: "applications",
            template: "application-form",
            [
                "title": application == nil ? "Add an application" : "Edit",
                "action": own.map { "\($0)/edit" }
                    ?? visit.path("applications", "new"), "cancelPath": own ?? visit.path("applications"),
                "submit": application == nil ? "Add the application" : "Save", "name": fields["name"],
                "uid": fields["uid"], "metadata": fields["metadata"], "nameError": message("name"),
                "uidError": message("uid") ?? (error?.kind == .conflict ? error?.detail : nil),
                "metadataError": message("metadata"),
            ], status: error == nil ? .ok : error?.kind == .conflict ? .conflict : .unprocessableContent)
    }
}

/// Free text by name, as forms have it: `name: value`, one a line.
enum MetadataText {
    static func read(_ text: String) throws(ServiceError) -> [Metadata] {
        var metadata: [Metadata] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw .invalid("metadata", "Write each as `name: value`, one a line. This is not: \(line.prefix(60))")
            }
            metadata.append(
                Metadata(
                    name: String(parts[0].filter { !$0.isWhitespace }),
                    value: String(parts[1].drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())))
        }
        return metadata
    }
}
