import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Sending a test event with a payload that can be edited, and seeing at once what came of it.
struct TestEventScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "test-event",
            """
            <p class="crumbs"><a href="{{base}}/webhooks">Webhooks</a> / <a href="{{webhookPath}}">{{url}}</a></p>
            <div class="head"><div><h1>Send a test event</h1><p class="lead">It goes to this webhook alone, signed like any other, and is
              tried once.</p></div></div>
            {{#callout}}<p class="callout warn">{{callout}}</p>{{/callout}}
            {{#result}}<section class="first"><h2>{{heading}}</h2><p class="small muted">Event <a class="mono" href="{{eventPath}}">{{event}}</a></p>
              <div class="attempts">{{#attempt}}{{>attempt}}{{/attempt}}</div></section>{{/result}}
            <form method="get" action="{{self}}" class="filters"><div class="wider"><label for="choose">Start from the example of</label><select
              id="choose" name="type">{{#types}}<option{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/types}}</select></div><div
              class="actions"><button>Load</button></div></form>
            <form method="post" action="{{self}}"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="field{{#typeError}} has-error{{/typeError}}"><label for="type">Event type</label><input id="type" name="type" value="{{type}}" list="types"
                autocomplete="off" spellcheck="false"><datalist id="types">{{#types}}<option value="{{name}}"></option>{{/types}}</datalist>
                {{#typeError}}<p class="error">{{typeError}}</p>{{/typeError}}</div>
              <div class="field broad{{#dataError}} has-error{{/dataError}}"><label for="data">Payload</label><textarea id="data" name="data" rows="16"
                spellcheck="false"{{#dataError}} aria-invalid="true" aria-describedby="data-error"{{/dataError}}>{{data}}</textarea>
                {{#dataError}}<p class="error" id="data-error">{{dataError}}</p>{{/dataError}}
                <p class="hint">A JSON object or array: what stands under <code>data</code> in the body.</p></div>
              <div class="form-foot"><button class="primary">Send the test event</button><a class="button quiet"
                href="{{webhookPath}}">Back to the webhook</a></div>
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("webhooks/:id/test", show)
        routes.post("webhooks/:id/test", send)
    }

    /// Filled in with an event that was, or with the example of a type.
    private func show(_ visit: Visit) async throws -> PageAnswer {
        try visit.principal.require(.changeWebhooks)
        let endpoint = try endpoint(visit)
        if let name = visit.query.text("event") {
            let event = try await EventService(visit.context).event(named: name, for: visit.principal)
            let data = event.body.isDropped ? "" : JSONMarkup.plain(event.body.bytes[event.body.data])
            return .page(try await page(endpoint, visit, type: event.type, data: data))
        }
        let types = try await catalogue(visit)
        let wanted = visit.query.text("type")
        let type =
            types.first { $0.name == wanted } ?? types.first { type in
                endpoint.events.contains { EventTypeName.pattern($0, covers: type.name) }
            } ?? types.first
        let example = type?.example.map { JSONMarkup.plain(Array($0.utf8)[...]) }
        return .page(
            try await page(
                endpoint, visit, type: type?.name ?? wanted ?? "", data: example ?? "{\n  \"hello\": \"world\"\n}"))
    }

    private func send(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeWebhooks)
        let endpoint = try endpoint(visit)
        let type = form.text("type") ?? ""
        let data = form["data"] ?? ""
        let payload: [UInt8]
        do throws(PayloadRejection) {
            payload = try JSONNormaliser.normalise(Array(data.utf8)).bytes
        } catch {
            return .page(
                try await page(
                    endpoint, visit, type: type, data: data,
                    dataError: error.path == "$" ? error.message : "\(error.path): \(error.message)",
                    status: .unprocessableContent))
        }
        do throws(ServiceError) {
            let tested = try await WebhookService(visit.context).test(
                endpoint.id, type: type, data: payload, by: visit.principal)
            let target = visit.context.directory.target(endpoint.id)
            let isGood =
                AttemptVerdict(tested.attempt.outcome, success: target?.profile.success ?? .any2xx) == .acknowledged
            let attempt = AttemptView(
                attempt: tested.attempt, event: tested.event, target: target, isOpen: true, now: visit.now
            ).view
            return .page(
                try await page(
                    endpoint, visit, type: type, data: data,
                    result: [
                        "heading": isGood ? "It arrived" : "It did not arrive", "event": tested.event.publicID,
                        "eventPath": visit.path("events", tested.event.publicID), "attempt": attempt,
                    ]))
        } catch {
            guard error.kind == .invalid || error.kind == .conflict || error.kind == .tooLarge else { throw error }
            let isType = error.fields.contains { $0.field == "type" }
            return .page(
                try await page(
                    endpoint, visit, type: type, data: data, typeError: isType ? error.fields.first?.message : nil,
                    dataError: isType ? nil : error.fields.first?.message ?? error.detail, status: .unprocessableContent
                ))
        }
    }

    private func endpoint(_ visit: Visit) throws(ServiceError) -> Endpoint {
        try WebhookService(visit.context).webhook(visit.id(EndpointID.self, "webhook"), for: visit.principal)
    }

    private func catalogue(_ visit: Visit) async throws(ServiceError) -> [EventType] {
        try await EventTypeService(visit.context).eventTypes(
            page: PageRequest(limit: 250, cursor: nil), for: visit.principal
        ).items.filter { !$0.isArchived }
    }

    private func page(
        _ endpoint: Endpoint, _ visit: Visit, type: String, data: String, typeError: String? = nil,
        dataError: String? = nil, result: View? = nil, status: HTTPResponse.Status = .ok
    ) async throws(ServiceError) -> Page {
        let types = try await catalogue(visit)
        let webhookPath = visit.path("webhooks", endpoint.id.description)
        return Page(
            "Test event", section: "webhooks", template: "test-event",
            [
                "self": "\(webhookPath)/test", "webhookPath": webhookPath, "url": endpoint.url, "type": type,
                "data": data, "typeError": typeError, "dataError": dataError, "result": result,
                "types": types.map { ["name": $0.name, "isCurrent": $0.name == type] as View },
                "callout": endpoint.isActive
                    ? nil : "The webhook is not active. Activate it first, or nothing can be sent.",
            ], status: status)
    }
}
