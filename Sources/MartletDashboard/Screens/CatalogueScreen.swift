import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// The catalogue: what can be subscribed to, with schemas and examples, and an editor for them.
struct CatalogueScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Catalogue", section: "catalogue", icon: .catalogue, group: 1, permission: .readCatalogue)

    static let templates = [
        Template(
            "catalogue",
            """
            <div class="head"><div><h1>Catalogue</h1><p class="lead">The event types that receivers can subscribe to.</p></div>
              {{#mayChange}}<div class="actions"><a class="button primary" href="{{base}}/catalogue/new">{{plus}}Add an event type</a></div>{{/mayChange}}</div>
            {{#groups}}<section class="first"><h2>{{group}}</h2><div class="table stacks"><table><tbody>{{#types}}<tr><td class="first"><a
              href="{{path}}"><strong class="mono">{{name}}</strong></a>{{#isArchived}} <span class="tag">archived</span>{{/isArchived}}<span
              class="sub">{{about}}</span></td><td class="second nowrap right"><span class="muted">{{has}}</span></td></tr>{{/types}}</tbody></table></div></section>{{/groups}}
            {{^groups}}<div class="empty"><h2>No event types</h2><p>Events of any type can be published; those that are described here can be
              chosen when a webhook is added, and tried out with their example.</p></div>{{/groups}}{{>pager}}
            """),
        Template(
            "event-type",
            """
            <p class="crumbs"><a href="{{base}}/catalogue">Catalogue</a></p>
            <div class="head"><div><h1 class="mono">{{name}}</h1><p class="lead">{{about}}</p></div>
              <div class="actions"><a class="button" href="{{base}}/events?type={{name}}">Its events</a>{{#mayChange}}<a class="button"
              href="{{self}}/edit">Edit</a><details class="confirm"><summary class="button">Delete…</summary><div><p>Webhooks that subscribe to it
              keep doing so; it is no longer offered or described.</p><form method="post" action="{{self}}/delete"><input type="hidden" name="csrf"
              value="{{csrf}}"><button class="danger solid">Delete this event type</button></form></div></details>{{/mayChange}}</div></div>
            {{#isArchived}}<p class="callout warn">It is archived: no longer offered to those who subscribe.</p>{{/isArchived}}
            <div class="split"><div class="stack"><h2>Example</h2>{{#example}}<pre class="code" tabindex="0">{{example}}</pre>{{/example}}{{^example}}<p
              class="muted">None. A test event of this type needs a payload then.</p>{{/example}}</div>
              <div class="stack"><h2>Schema</h2>{{#schema}}<pre class="code" tabindex="0">{{schema}}</pre>{{/schema}}{{^schema}}<p class="muted">None.</p>{{/schema}}</div></div>
            <section><h2>Who gets it</h2>{{#hasWebhooks}}<ul class="stack">{{#webhooks}}<li><a class="break" href="{{path}}">{{url}}</a> {{badge}}</li>{{/webhooks}}</ul>{{/hasWebhooks}}
              {{^hasWebhooks}}<p class="muted">No webhook subscribes to it.</p>{{/hasWebhooks}}</section>
            """),
        Template(
            "event-type-form",
            """
            <p class="crumbs"><a href="{{base}}/catalogue">Catalogue</a></p>
            <div class="head"><div><h1>{{title}}</h1></div></div>
            {{#problem}}<p class="callout bad" role="alert">{{problem}}</p>{{/problem}}
            <form method="post" action="{{action}}"><input type="hidden" name="csrf" value="{{csrf}}">
              {{#isNew}}<div class="field{{#nameError}} has-error{{/nameError}}"><label for="name">Name</label><input id="name" name="name" value="{{name}}" placeholder="order.created"
                autocomplete="off" spellcheck="false">{{#nameError}}<p class="error">{{nameError}}</p>{{/nameError}}</div>{{/isNew}}
              <div class="field{{#descriptionError}} has-error{{/descriptionError}}"><label for="description">Description</label><input id="description" name="description" value="{{description}}">{{#descriptionError}}<p class="error">{{descriptionError}}</p>{{/descriptionError}}
                <p class="hint">When it occurs, in a sentence.</p></div>
              <div class="field{{#groupError}} has-error{{/groupError}}"><label for="group">Group</label><input id="group" name="group" value="{{group}}">{{#groupError}}<p class="error">{{groupError}}</p>{{/groupError}}</div>
              <div class="split">
              <div class="field broad{{#exampleError}} has-error{{/exampleError}}"><label for="example">Example payload</label><textarea id="example" name="example" rows="18" spellcheck="false">{{example}}</textarea>{{#exampleError}}<p class="error">{{exampleError}}</p>{{/exampleError}}</div>
              <div class="field broad{{#schemaError}} has-error{{/schemaError}}"><label for="schema">JSON Schema of the payload</label><textarea id="schema" name="schema" rows="18" spellcheck="false">{{schema}}</textarea>{{#schemaError}}<p class="error">{{schemaError}}</p>{{/schemaError}}</div></div>
              <div class="field"><label class="choice"><input type="checkbox" name="archived"{{#isArchived}} checked{{/isArchived}}><span>Archived: no longer offered</span></label></div>
              <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{cancelPath}}">Cancel</a></div></form>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("catalogue", list)
        routes.get("catalogue/new") { visit in
            try visit.principal.require(.changeCatalogue)
            return .page(form(visit, nil, Query()))
        }
        routes.post("catalogue/new") { visit, fields in try await save(visit, fields, to: nil) }
        routes.get("catalogue/:id", show)
        routes.get("catalogue/:id/edit") { visit in
            try visit.principal.require(.changeCatalogue)
            let type = try await type(visit)
            var fields = Query()
            fields.add("description", type.description)
            fields.add("group", type.group ?? "")
            fields.add("example", type.example.map { JSONMarkup.plain(Array($0.utf8)[...]) } ?? "")
            fields.add("schema", type.schema.map { JSONMarkup.plain(Array($0.utf8)[...]) } ?? "")
            if type.isArchived { fields.add("archived", "on") }
            return .page(form(visit, type, fields))
        }
        routes.post("catalogue/:id/edit") { visit, fields in try await save(visit, fields, to: type(visit)) }
        routes.post("catalogue/:id/delete") { visit, _ in
            try await EventTypeService(visit.context).delete(visit.name, by: visit.principal)
            return .redirect(visit.path("catalogue") + "?notice=\(Notice.deleted.rawValue)")
        }
    }

    private func type(_ visit: Visit) async throws(ServiceError) -> EventType {
        try await EventTypeService(visit.context).eventType(visit.name, for: visit.principal)
    }

    private func list(_ visit: Visit) async throws -> PageAnswer {
        let page = try await EventTypeService(visit.context).eventTypes(
            page: PageRequest(limit: 250, cursor: visit.query.text("cursor")), for: visit.principal)
        var order: [String] = []
        for type in page.items where !order.contains(type.group ?? "") { order.append(type.group ?? "") }
        return .page(
            Page(
                "Catalogue", section: "catalogue", template: "catalogue",
                [
                    "mayChange": visit.may(.changeCatalogue), "plus": Icon.plus.markup,
                    "groups": order.map { group -> View in
                        [
                            "group": group.isEmpty ? "Without a group" : group,
                            "types": page.items.filter { ($0.group ?? "") == group }.map { type -> View in
                                let has = [type.example == nil ? nil : "example", type.schema == nil ? nil : "schema"]
                                return [
                                    "name": type.name, "about": type.description, "isArchived": type.isArchived,
                                    "path": visit.path("catalogue", type.name),
                                    "has": has.compactMap(\.self).joined(separator: ", "),
                                ]
                            },
                        ]
                    },
                    "nextPath": page.next.map { visit.path("catalogue") + visit.query.with("cursor", $0).text },
                ]))
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let type = try await type(visit)
        let endpoints = visit.context.directory.endpoints(
            in: visit.environment.id, application: visit.principal.application
        ).filter { endpoint in endpoint.events.contains { EventTypeName.pattern($0, covers: type.name) } }
            .sorted { $0.id > $1.id }.prefix(50)
        return .page(
            Page(
                type.name, section: "catalogue", template: "event-type",
                [
                    "self": visit.path("catalogue", type.name), "name": type.name, "about": type.description,
                    "mayChange": visit.may(.changeCatalogue), "isArchived": type.isArchived,
                    "example": type.example.flatMap { JSONMarkup.lines(Array($0.utf8)[...]) },
                    "schema": type.schema.flatMap { JSONMarkup.lines(Array($0.utf8)[...]) },
                    "hasWebhooks": !endpoints.isEmpty,
                    "webhooks": endpoints.map { endpoint -> View in
                        [
                            "url": endpoint.url, "path": visit.path("webhooks", endpoint.id.description),
                            "badge": Badge.markup(endpoint),
                        ]
                    },
                ]))
    }

    private func save(_ visit: Visit, _ fields: Query, to type: EventType?) async throws -> PageAnswer {
        let service = EventTypeService(visit.context)
        do throws(ServiceError) {
            var draft = EventTypeService.Draft()
            draft.description = fields.text("description") ?? ""
            draft.group = .some(fields.text("group"))
            draft.example = .some(try json(fields, "example"))
            draft.schema = .some(try json(fields, "schema", isObject: true))
            draft.isArchived = fields.isOn("archived")
            let saved =
                if let type {
                    try await service.update(type.name, draft, by: visit.principal)
                } else {
                    try await service.create(fields.text("name"), draft, by: visit.principal)
                }
            let notice: Notice = type == nil ? .created : .saved
            return .redirect(visit.path("catalogue", saved.name) + "?notice=\(notice.rawValue)")
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(form(visit, type, fields, error: error))
        }
    }

    private func json(_ fields: Query, _ name: String, isObject: Bool = false) throws(ServiceError) -> String? {
        guard let text = fields.text(name) else { return nil }
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else {
            throw .invalid(name, "This is not JSON.")
        }
        if isObject, value.object == nil { throw .invalid(name, "Give a JSON Schema: an object.") }
        return text
    }

    private func form(_ visit: Visit, _ type: EventType?, _ fields: Query, error: ServiceError? = nil) -> Page {
        let own = type.map { visit.path("catalogue", $0.name) }
        func message(_ name: String) -> String? { error?.fields.first { $0.field.hasPrefix(name) }?.message }
        return Page(
            type == nil ? "Add an event type" : "Edit an event type", section: "catalogue",
            template: "event-type-form",
            [
                "title": type.map { "Edit \($0.name)" } ?? "Add an event type", "isNew": type == nil,
                "action": own.map { "\($0)/edit" } ?? visit.path("catalogue", "new"),
                "cancelPath": own ?? visit.path("catalogue"), "submit": type == nil ? "Add the event type" : "Save",
                "name": fields["name"], "description": fields["description"], "group": fields["group"],
                "example": fields["example"], "schema": fields["schema"], "isArchived": fields.isOn("archived"),
                "nameError": message("name"), "descriptionError": message("description"),
                "groupError": message("group"), "exampleError": message("example"), "schemaError": message("schema"),
                "problem": error?.kind == .conflict ? error?.detail : nil,
            ], status: error == nil ? .ok : error?.kind == .conflict ? .conflict : .unprocessableContent)
    }
}
