import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// Erasing an application with all that is its: asked for by its name, then watched.
struct ErasureScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "erase",
            """
            <p class="crumbs"><a href="{{base}}/applications">Applications</a> / <a href="{{applicationPath}}">{{name}}</a></p>
            <div class="head"><div><h1>Erase {{name}}</h1><p class="lead">For when a customer has left and nothing of theirs may stay. It cannot be taken
              back, nor stopped.</p></div></div>
            {{#problem}}<p class="callout bad" role="alert">{{problem}}</p>{{/problem}}
            <div class="split"><div class="card pad stack"><h2>What goes</h2><ul class="points">
              <li>the application, {{webhooks}} and its keys: at once, and what waits for them is cancelled</li>
              <li>its deliveries with every attempt, its webhooks' statistics and what happened to them: step by step, also over restarts</li>
              <li>the events that were meant for it alone, with their payloads</li></ul></div>
              <div class="card pad stack"><h2>What stays</h2><ul class="points"><li>events that were meant for every application</li>
              <li>ids, in what tells of other things</li></ul><p class="muted small">To end its webhooks and keep its history, delete it instead.</p></div></div>
            <form method="post" action="{{self}}" class="first"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="field{{#nameError}} has-error{{/nameError}}"><label for="confirm">Type its name to confirm: <strong>{{name}}</strong></label><input id="confirm" name="confirm" autocomplete="off"
                spellcheck="false"{{#nameError}} aria-invalid="true" aria-describedby="confirm-error"{{/nameError}}>{{#nameError}}<p class="error" id="confirm-error">{{nameError}}</p>{{/nameError}}</div>
              <div class="form-foot"><button class="danger solid">Erase it for good</button><a class="button quiet" href="{{applicationPath}}">Keep it</a></div></form>
            """),
        Template(
            "erasure",
            """
            <p class="crumbs"><a href="{{base}}/applications">Applications</a></p>
            <div id="erasure"{{#isRunning}} data-refresh="1500"{{/isRunning}}>
            <div class="head"><div><h1>Erasure</h1><p class="lead">{{badge}} <span class="mono">{{id}}</span></p></div></div>
            <div class="card pad stack"><p role="status"><strong>{{verdict}}</strong></p><dl class="facts">
              <dt>Events removed</dt><dd>{{events}}</dd><dt>Deliveries removed</dt><dd>{{deliveries}}</dd>
              <dt>Asked for</dt><dd>{{requested}}</dd>{{#finished}}<dt>Finished</dt><dd>{{finished}}</dd>{{/finished}}</dl>
              {{#isRunning}}<p class="small"><a href="{{self}}">Refresh</a></p>{{/isRunning}}</div></div>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("applications/:id/erase") { visit in
            try visit.principal.require(.changeApplications)
            return .page(try page(visit))
        }
        routes.post("applications/:id/erase", erase)
        routes.get("applications/:id/erasure", watch)
    }

    private func erase(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeApplications)
        let application = try ApplicationService(visit.context).application(visit.name, for: visit.principal)
        guard form.text("confirm") == application.name else {
            return .page(try page(visit, nameError: "This is not its name. Nothing was erased."))
        }
        do throws(ServiceError) {
            _ = try await ErasureService(visit.context).erase(application.id.description, by: visit.principal)
        } catch {
            guard error.kind == .conflict else { throw error }
            return .page(try page(visit, problem: error))
        }
        return .redirect(
            visit.path("applications", application.id.description, "erasure") + "?notice=\(Notice.erased.rawValue)")
    }

    private func page(
        _ visit: Visit, nameError: String? = nil, problem: ServiceError? = nil
    ) throws(ServiceError) -> Page {
        let application = try ApplicationService(visit.context).application(visit.name, for: visit.principal)
        let webhooks = visit.context.directory.endpoints(in: visit.environment.id, application: application.id).count
        let path = visit.path("applications", application.id.description)
        return Page(
            "Erase \(application.name)", section: "applications", template: "erase",
            [
                "self": "\(path)/erase", "applicationPath": path, "name": application.name,
                "webhooks": webhooks == 0 ? "webhooks" : "its \(Figures.count(webhooks, "webhook"))",
                "nameError": nameError, "problem": problem?.detail,
            ], status: nameError == nil ? .of(problem) : .unprocessableContent)
    }

    private func watch(_ visit: Visit) async throws -> PageAnswer {
        let erasure = try await ErasureService(visit.context).erasure(of: visit.name, for: visit.principal)
        let isRunning = erasure.finishedAt == nil
        return .page(
            Page(
                "Erasure", section: "applications", template: "erasure",
                [
                    "self": visit.path("applications", erasure.application.description, "erasure"),
                    "id": erasure.application.description, "isRunning": isRunning,
                    "badge": isRunning ? Badge.markup("running", .info) : Badge.markup("done", .good),
                    "verdict": isRunning
                        ? "The application is gone; what was its is being removed."
                        : "Nothing of it is left but ids.",
                    "events": Figures.text(erasure.events), "deliveries": Figures.text(erasure.deliveries),
                    "requested": When.markup(erasure.requestedAt, now: visit.now),
                    "finished": When.markup(erasure.finishedAt, now: visit.now),
                ]))
    }
}
