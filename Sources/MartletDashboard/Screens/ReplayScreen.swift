import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Delivering a selection of events again, to whoever subscribes to them now: counted first, then started as a job.
struct ReplayScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "replay",
            """
            <p class="crumbs"><a href="{{base}}/jobs">Jobs</a></p>
            <div class="head"><div><h1>Replay events</h1><p class="lead">Delivers a selection of events again, under the same ids, to the webhooks that subscribe to them
              now. What they have already got comes to them a second time.</p></div></div>
            {{>job-forecast}}
            {{#isFailed}}<p class="callout">To deliver again only where it failed, <a href="{{recoverPath}}">recover what failed</a>.</p>{{/isFailed}}
            <form method="post" action="{{self}}"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="fields">
                <div class="field{{#typeError}} has-error{{/typeError}}"><label for="type">Type</label><input id="type" name="type" list="types" value="{{type}}" placeholder="every type" autocomplete="off"
                  spellcheck="false"><datalist id="types">{{#types}}<option value="{{name}}"></option>{{/types}}</datalist>{{#typeError}}<p class="error">{{typeError}}</p>{{/typeError}}</div>
                <div class="field"><label for="status">With a delivery</label><select id="status" name="status"><option value="">in any state, or none</option>{{#statuses}}<option
                  value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/statuses}}</select></div>
                <div class="field{{#webhookError}} has-error{{/webhookError}}"><label for="webhook">Only to the webhook</label><input id="webhook" name="webhook" value="{{webhook}}" placeholder="ep_…"
                  autocomplete="off" spellcheck="false">{{#webhookError}}<p class="error">{{webhookError}}</p>{{/webhookError}}</div>
                {{#mayChoose}}<div class="field{{#applicationError}} has-error{{/applicationError}}"><label for="application">Application</label><input id="application" name="application" value="{{application}}"
                  placeholder="uid or app_…" autocomplete="off" spellcheck="false">{{#applicationError}}<p class="error">{{applicationError}}</p>{{/applicationError}}</div>{{/mayChoose}}
              </div>
              {{>job-fields}}
              {{>job-foot}}
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("replay") { visit in
            try visit.principal.require(.replayEvents)
            return .page(try await page(visit, visit.query))
        }
        routes.post("replay", act)
    }

    private static func form(_ fields: Query) -> JobForm {
        JobForm(fields: fields, about: ["type", "status", "webhook", "application"])
    }

    private func act(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.replayEvents)
        let jobs = JobService(visit.context)
        let form = Self.form(fields)
        do throws(ServiceError) {
            var filter = ReplayFilter()
            filter.type = fields.text("type")
            filter.application = fields.text("application")
            filter.status = fields.text("status").flatMap(DeliveryStatus.init)
            if let text = fields.text("webhook") {
                guard let id = EndpointID(text) else {
                    throw .invalid("webhook", "A webhook's id is ep_ and 26 characters.")
                }
                filter.endpoint = id
            }
            let draft = try form.draft(now: visit.now)
            if form.starts {
                let job = try await jobs.replay(filter, draft, by: visit.principal)
                return .redirect(visit.path("jobs", job.id.description))
            }
            let forecast = try await jobs.forecastReplay(filter, draft, by: visit.principal)
            return .page(try await page(visit, fields, counted: JobForm.Counted(forecast)))
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(try await page(visit, fields, error: error))
        }
    }

    private func page(
        _ visit: Visit, _ fields: Query, counted: JobForm.Counted? = nil, error: ServiceError? = nil
    ) async throws(ServiceError) -> Page {
        let types = try await EventTypeService(visit.context).eventTypes(
            page: PageRequest(limit: 250, cursor: nil), for: visit.principal)
        let status = fields.text("status").flatMap(DeliveryStatus.init)
        func message(_ name: String) -> String? { error?.fields.first { $0.field == name }?.message }
        let view: View = [
            "self": visit.path("replay"), "backPath": visit.path("jobs"), "back": "Back to the jobs",
            "type": fields["type"], "types": types.items.map { ["name": $0.name] as View },
            "statuses": DeliveryStatus.allCases.map { other -> View in
                ["value": other.rawValue, "name": other.words, "isCurrent": other == status]
            },
            "webhook": fields["webhook"], "mayChoose": visit.may(.readApplications),
            "application": fields["application"], "typeError": message("type"), "webhookError": message("webhook"),
            "applicationError": message("application"), "isFailed": status == .failed,
            "recoverPath": Self.recoverPath(fields, visit),
        ]
        return Page(
            "Replay events", section: "jobs", template: "replay",
            view.merging(
                Self.form(fields).view(counted, error: error, known: ["type", "webhook", "application"])),
            status: .of(error))
    }

    // MARK: The way here

    /// Where what a list shows can be delivered again; `nil` where its filters say more than a replay can go by.
    static func path(from list: Query, _ visit: Visit) -> String? {
        guard visit.may(.replayEvents), list.text("q") == nil, list.text("event") == nil else { return nil }
        if list.text("status") == DeliveryStatus.failed.rawValue, list.text("type") == nil {
            return recoverPath(list, visit)
        }
        return visit.path("replay") + carried(["type", "status", "webhook", "application"], list).text
    }

    /// Where what failed can be delivered again to those webhooks where it did.
    static func recoverPath(_ list: Query, _ visit: Visit) -> String {
        if let webhook = list.text("webhook").flatMap({ EndpointID($0) }) {
            return visit.path("webhooks", webhook.description, "recover") + carried([], list).text
        }
        return visit.path("recover") + carried(["application"], list).text
    }

    private static func carried(_ names: [String], _ list: Query) -> Query {
        var query = Query()
        for name in names + ["until"] { list.text(name).map { query.add(name, $0) } }
        // A list that reaches back to the beginning is carried as far as most histories go.
        query.add("since", list.text("since") ?? "30d")
        return query
    }
}
