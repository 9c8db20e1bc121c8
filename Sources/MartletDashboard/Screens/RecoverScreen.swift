import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Delivering again what failed at a webhook or was never sent to it: counted first, then started as a job.
struct RecoverScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates =
        JobForm.templates + [
            Template(
                "recover",
                """
                <p class="crumbs"><a href="{{base}}/webhooks">Webhooks</a> / <a href="{{backPath}}">{{url}}</a></p>
                <div class="head"><div><h1>Recover</h1><p class="lead">Delivers again what failed at this webhook, or what was never sent to it.
                  Receivers see the same bytes under the same ids.</p></div></div>
                {{#isInactive}}<p class="callout warn">The webhook is not active. Activate it first.</p>{{/isInactive}}
                {{>job-forecast}}
                <form method="post" action="{{self}}"><input type="hidden" name="csrf" value="{{csrf}}">
                  <fieldset class="field"><legend class="label">What</legend>{{#kinds}}<label class="choice"><input type="radio" name="only" value="{{value}}"{{#isCurrent}} checked{{/isCurrent}}><span>{{name}}
                    <span class="hint">{{about}}</span></span></label>{{/kinds}}</fieldset>
                  {{>job-fields}}
                  {{>job-foot}}
                </form>
                """)
        ]

    func add(to routes: PageRoutes) {
        routes.get("webhooks/:id/recover") { visit in
            try visit.principal.require(.replayEvents)
            return .page(try page(visit, visit.query))
        }
        routes.post("webhooks/:id/recover", act)
    }

    private static func form(_ fields: Query) -> JobForm { JobForm(fields: fields, about: ["only"]) }

    private func act(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        let id = try visit.id(EndpointID.self, "webhook")
        let jobs = JobService(visit.context)
        let form = Self.form(fields)
        let only = fields.text("only").flatMap(JobWork.Recovery.init) ?? .failed
        do throws(ServiceError) {
            let draft = try form.draft(now: visit.now)
            if form.starts {
                let job = try await jobs.recover(id, only: only, draft, by: visit.principal)
                return .redirect(visit.path("jobs", job.id.description))
            }
            let forecast = try await jobs.forecastRecovery(id, only: only, draft, by: visit.principal)
            return .page(try page(visit, fields, counted: JobForm.Counted(forecast)))
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(try page(visit, fields, error: error))
        }
    }

    private func page(
        _ visit: Visit, _ fields: Query, counted: JobForm.Counted? = nil, error: ServiceError? = nil
    ) throws(ServiceError) -> Page {
        let endpoint = try WebhookService(visit.context).webhook(
            visit.id(EndpointID.self, "webhook"), for: visit.principal)
        let webhookPath = visit.path("webhooks", endpoint.id.description)
        let only = fields.text("only") ?? "failed"
        let kinds = [
            ("failed", "What failed", "events whose deliveries to it have all come to nothing"),
            ("missed", "What was missed", "events that it subscribes to and that were never sent to it"),
            ("all", "Both", "what failed first"),
        ]
        let view: View = [
            "self": "\(webhookPath)/recover", "backPath": webhookPath, "back": "Back to the webhook",
            "url": endpoint.url, "isInactive": !endpoint.isActive && error == nil,
            "kinds": kinds.map { value, name, about -> View in
                ["value": value, "name": name, "about": about, "isCurrent": value == only]
            },
        ]
        return Page(
            "Recover", section: "webhooks", template: "recover",
            view.merging(Self.form(fields).view(counted, error: error)), status: .of(error))
    }
}

extension HTTPResponse.Status {
    /// What a form is answered with that is shown again.
    static func of(_ error: ServiceError?) -> HTTPResponse.Status {
        switch error?.kind {
        case nil: .ok
        case .conflict: .conflict
        default: .unprocessableContent
        }
    }
}
