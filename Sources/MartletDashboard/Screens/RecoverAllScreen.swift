import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Delivering again what failed, wherever it did: the webhooks with what each would get, then a job for each of them.
struct RecoverAllScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "recover-all",
            """
            <p class="crumbs"><a href="{{base}}/jobs">Jobs</a></p>
            <div class="head"><div><h1>Recover what failed</h1><p class="lead">Delivers again what came to nothing, to those webhooks alone where it did. Receivers
              see the same bytes under the same ids.</p></div></div>
            {{>job-forecast}}
            <form method="post" action="{{self}}"><input type="hidden" name="csrf" value="{{csrf}}">
              {{#hasRows}}<div class="table stacks form-table"><table><thead><tr><th>Webhook</th><th class="number">To deliver</th><th>Takes about</th></tr></thead><tbody>
                {{#rows}}<tr><td class="first wide"><label class="choice"><input type="checkbox" name="webhook" value="{{id}}"{{#isChosen}} checked{{/isChosen}}><span
                  class="clip">{{url}}</span></label></td><td class="number rest" data-label="To deliver">{{count}}</td><td class="second nowrap">{{taken}}</td></tr>{{/rows}}</tbody></table></div>{{/hasRows}}
              {{#inactive}}<p class="callout warn"><a href="{{path}}">{{url}}</a> has failures too, and is not active. Activate it first.</p>{{/inactive}}
              {{>job-fields}}
              {{#mayChoose}}<div class="field"><label for="application">Application</label><input id="application" name="application" value="{{application}}"
                placeholder="every application" autocomplete="off" spellcheck="false">{{#applicationError}}<p class="error">{{applicationError}}</p>{{/applicationError}}</div>{{/mayChoose}}
              {{>job-foot}}
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("recover") { visit in
            try visit.principal.require(.replayEvents)
            return .page(page(visit, visit.query))
        }
        routes.post("recover", act)
    }

    private static func form(_ fields: Query) -> JobForm { JobForm(fields: fields, about: ["application"]) }

    private func act(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.replayEvents)
        let form = Self.form(fields)
        do throws(ServiceError) {
            let draft = try form.draft(now: visit.now)
            if form.starts { return try await start(visit, fields, draft) }
            let found = try await JobService(visit.context).recoverable(
                application: fields.text("application"), draft, by: visit.principal)
            return .page(page(visit, fields, found: found))
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(page(visit, fields, error: error))
        }
    }

    private func start(_ visit: Visit, _ fields: Query, _ draft: JobDraft) async throws(ServiceError) -> PageAnswer {
        let jobs = JobService(visit.context)
        let ids = fields.all("webhook").compactMap { EndpointID($0) }
        guard !ids.isEmpty else { throw .invalid("webhook", "Choose at least one webhook.") }
        var started: [Job] = []
        for id in ids.prefix(jobs.mostRecoverable(by: visit.principal)) {
            do throws(ServiceError) {
                started.append(try await jobs.recover(id, only: .failed, draft, by: visit.principal))
            } catch {
                throw Self.refusal(error, of: id, after: started.count, visit)
            }
        }
        if let job = started.first, started.count == 1 { return .redirect(visit.path("jobs", job.id.description)) }
        return .redirect(visit.path("jobs") + "?notice=\(Notice.started.rawValue)")
    }

    /// Says of which webhook what stands in the way. It may have been deleted since it was counted; those before it go on,
    /// and the list of jobs shows them.
    private static func refusal(
        _ error: ServiceError, of id: EndpointID, after started: Int, _ visit: Visit
    ) -> ServiceError {
        guard error.kind == .conflict || error.kind == .notFound else { return error }
        let isKnown = error.kind != .notFound
        let url = isKnown ? visit.context.directory.endpoint(id, in: visit.environment.id)?.url : nil
        let already = started == 0 ? "" : Figures.count(started, "recovery was", "recoveries were") + " started. "
        return ServiceError(.conflict, error.code, "\(already)\(url ?? id.description): \(error.detail)")
    }

    private func page(
        _ visit: Visit, _ fields: Query, found: RecoverableWebhooks? = nil, error: ServiceError? = nil
    ) -> Page {
        let chosen = Set(fields.all("webhook"))
        let counted = found.map { found in
            JobForm.Counted(
                count: found.count, isExact: found.isExact,
                note: found.items.isEmpty
                    ? "Nothing failed there that was not delivered since."
                    : "To \(Figures.count(found.items.count, "webhook")), each at its own rate."
                        + (found.isPartial
                            ? " There are more failures than are looked at: come back for the others." : "")
            )
        }
        let view: View = [
            "self": visit.path("recover"), "backPath": visit.path("jobs"), "back": "Back to the jobs",
            "hasRows": found?.items.isEmpty == false,
            "rows": (found?.items ?? []).map { item -> View in
                let id = item.endpoint.id.description
                let forecast = item.forecast
                return [
                    "id": id, "url": item.endpoint.url, "isChosen": chosen.isEmpty || chosen.contains(id),
                    "count": (forecast.isExact ? "" : "at least ") + Figures.text(forecast.count),
                    "taken": When.taken(Int64(forecast.count) * 1_000_000 / Int64(forecast.rate)),
                ]
            },
            "inactive": (found?.inactive.prefix(5) ?? []).map { endpoint -> View in
                ["url": endpoint.url, "path": visit.path("webhooks", endpoint.id.description)]
            },
            "mayChoose": visit.may(.readApplications), "application": fields["application"],
            "applicationError": error?.fields.first { $0.field == "application" }?.message,
        ]
        return Page(
            "Recover what failed", section: "jobs", template: "recover-all",
            view.merging(Self.form(fields).view(counted, error: error, known: ["application"])), status: .of(error))
    }
}
