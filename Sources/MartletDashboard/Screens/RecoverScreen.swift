import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Delivering again what failed at a webhook or was never sent to it: counted first, then started as a job.
struct RecoverScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let templates = [
        Template(
            "recover",
            """
            <p class="crumbs"><a href="{{base}}/webhooks">Webhooks</a> / <a href="{{webhookPath}}">{{url}}</a></p>
            <div class="head"><div><h1>Recover</h1><p class="lead">Delivers again what failed at this webhook, or what was never sent to it.
              Receivers see the same bytes under the same ids.</p></div></div>
            {{#problem}}<p class="callout bad" role="alert">{{problem}}</p>{{/problem}}
            {{#forecast}}<div class="callout" role="status"><strong>{{forecast}}</strong> {{forecastNote}}</div>{{/forecast}}
            <form method="post" action="{{self}}"><input type="hidden" name="csrf" value="{{csrf}}">
              <div class="field"><span class="label">What</span>{{#kinds}}<label class="choice"><input type="radio" name="only" value="{{value}}"{{#isCurrent}} checked{{/isCurrent}}><span>{{name}}
                <span class="hint">{{about}}</span></span></label>{{/kinds}}</div>
              <div class="fields">
                <div class="field{{#sinceError}} has-error{{/sinceError}}"><label for="since">Since</label><input id="since" name="since" value="{{since}}" list="sinces" autocomplete="off"><datalist
                  id="sinces"><option value="1h"></option><option value="24h"></option><option value="7d"></option></datalist>{{#sinceError}}<p class="error">{{sinceError}}</p>{{/sinceError}}
                  <p class="hint">So long ago (<code>24h</code>, <code>7d</code>), or a time in UTC.</p></div>
                <div class="field{{#untilError}} has-error{{/untilError}}"><label for="until">Until</label><input id="until" name="until" value="{{until}}" placeholder="now" autocomplete="off">{{#untilError}}<p class="error">{{untilError}}</p>{{/untilError}}</div>
                <div class="field{{#rateError}} has-error{{/rateError}}"><label for="rate">Deliveries a second</label><input id="rate" name="rate" inputmode="numeric" value="{{rate}}" placeholder="100">{{#rateError}}<p class="error">{{rateError}}</p>{{/rateError}}</div>
              </div>
              <div class="form-foot"><button name="do" value="count"{{^forecast}} class="primary"{{/forecast}}>Count first</button><button
                name="do" value="start"{{#forecast}} class="primary"{{/forecast}}>Start</button><a class="button quiet" href="{{webhookPath}}">Back to
                the webhook</a></div>
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

    private func act(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let id = try visit.id(EndpointID.self, "webhook")
        let jobs = JobService(visit.context)
        let only = form.text("only").flatMap(JobWork.Recovery.init) ?? .failed
        do throws(ServiceError) {
            let draft = try draft(form, now: visit.now)
            if form["do"] == "start" {
                let job = try await jobs.recover(id, only: only, draft, by: visit.principal)
                return .redirect(visit.path("jobs", job.id.description))
            }
            let forecast = try await jobs.forecastRecovery(id, only: only, draft, by: visit.principal)
            return .page(try page(visit, form, forecast: forecast))
        } catch {
            guard error.kind == .invalid || error.kind == .conflict else { throw error }
            return .page(try page(visit, form, error: error))
        }
    }

    private func draft(_ form: Query, now: Timestamp) throws(ServiceError) -> JobDraft {
        var fields: [ServiceError.Field] = []
        func instant(_ name: String) -> Timestamp? {
            guard let text = form.text(name) else { return nil }
            if let ago = Duration(text: text) { return now - ago }
            guard let instant = Timestamp(rfc3339: text) else {
                fields.append(.init(name, "Give so long ago, such as 24h, or a time such as 2026-01-01T00:00:00Z."))
                return nil
            }
            return instant
        }
        let draft = JobDraft(
            since: instant("since"), until: instant("until"), rate: form.text("rate").flatMap { Int($0) })
        if draft.rate == nil, form.text("rate") != nil { fields.append(.init("rate", "Give a whole number.")) }
        if draft.since == nil, fields.isEmpty { fields.append(.init("since", "Say since when.")) }
        guard fields.isEmpty else { throw .invalid(fields) }
        return draft
    }

    private func page(
        _ visit: Visit, _ fields: Query, forecast: JobForecast? = nil, error: ServiceError? = nil
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
        func message(_ name: String) -> String? { error?.fields.first { $0.field == name }?.message }
        let known = ["since", "until", "rate"]
        return Page(
            "Recover", section: "webhooks", template: "recover",
            [
                "self": "\(webhookPath)/recover", "webhookPath": webhookPath, "url": endpoint.url,
                "kinds": kinds.map { value, name, about -> View in
                    ["value": value, "name": name, "about": about, "isCurrent": value == only]
                },
                "since": fields["since"] ?? "24h", "until": fields["until"], "rate": fields["rate"],
                "sinceError": message("since"), "untilError": message("until"), "rateError": message("rate"),
                "problem": error.flatMap { error in
                    error.fields.contains { known.contains($0.field) } ? nil : error.detail
                } ?? (endpoint.isActive ? nil : "The webhook is not active. Activate it first."),
                "forecast": forecast.map { forecast in
                    (forecast.isExact ? "" : "At least ")
                        + Figures.count(forecast.count, "delivery would be made.", "deliveries would be made.")
                },
                "forecastNote": forecast.map { forecast in
                    "\(Figures.text(forecast.examined)) looked at, from \(forecast.since.rfc3339) to "
                        + "\(forecast.until.rfc3339); at \(forecast.rate) a second "
                        + (forecast.count == 0
                            ? "there is nothing to do."
                            : "that takes about \(When.taken(Int64(forecast.count) * 1_000_000 / Int64(forecast.rate))).")
                },
            ], status: error == nil ? .ok : error?.kind == .conflict ? .conflict : .unprocessableContent)
    }
}
