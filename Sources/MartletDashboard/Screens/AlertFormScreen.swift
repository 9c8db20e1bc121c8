import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// Adding an alert and changing one.
struct AlertFormScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "alert-form",
            """
            <p class="crumbs"><a href="{{base}}/alerts">Alerts</a>{{#selfPath}} / <a href="{{selfPath}}">{{alertName}}</a>{{/selfPath}}</p>
            <div class="head"><div><h1>{{title}}</h1></div></div>
            {{#errorCount}}<p class="callout bad" role="alert">{{errorCount}}{{#otherErrors}} {{message}}{{/otherErrors}}</p>{{/errorCount}}
            <form method="post" action="{{action}}" novalidate><input type="hidden" name="csrf" value="{{csrf}}">
            <div class="form-group"><header><h2>What it is called</h2><p>The subject of its e-mail.</p></header><div>
              {{#f_name}}<div class="field{{#error}} has-error{{/error}}"><label for="name">Name</label><input id="name" name="name" value="{{value}}" maxlength="100"
                placeholder="Webhooks fail"{{#error}} aria-invalid="true" aria-describedby="name-error"{{/error}} autocomplete="off">{{>field-error}}</div>{{/f_name}}
            </div></div>
            <div class="form-group"><header><h2>What it looks at</h2><p>Every 10 seconds. What is left empty is as the box says.</p></header><div>
              {{#ruleError}}<p class="error">{{ruleError}}</p>{{/ruleError}}
              <fieldset class="rule"><legend class="sr">Rule</legend>
              <label class="choice"><input type="radio" name="rule" value="consecutive_failures"{{#isFailures}} checked{{/isFailures}}><span>Attempts to a webhook fail in a row</span></label>
              <div class="fields rule-fields">{{#f_failures}}<div class="field{{#error}} has-error{{/error}}"><label for="failures">How many</label><input id="failures" name="failures" inputmode="numeric"
                value="{{value}}" placeholder="10">{{>field-error}}</div>{{/f_failures}}</div>
              <label class="choice"><input type="radio" name="rule" value="success_rate"{{#isRate}} checked{{/isRate}}><span>Too few attempts succeed</span></label>
              <div class="fields rule-fields">{{#f_below}}<div class="field{{#error}} has-error{{/error}}"><label for="below">Fewer than, in %</label><input id="below" name="below" inputmode="decimal" value="{{value}}"
                placeholder="95">{{>field-error}}</div>{{/f_below}}{{#f_window}}<div class="field{{#error}} has-error{{/error}}"><label for="window">Over the last</label><input id="window" name="window"
                value="{{value}}" placeholder="1h">{{>field-error}}</div>{{/f_window}}{{#f_attempts}}<div class="field{{#error}} has-error{{/error}}"><label for="attempts">Of at least, attempts</label><input
                id="attempts" name="attempts" inputmode="numeric" value="{{value}}" placeholder="20">{{>field-error}}</div>{{/f_attempts}}</div>
              <label class="choice"><input type="radio" name="rule" value="oldest_waiting"{{#isWaiting}} checked{{/isWaiting}}><span>A delivery waits for too long</span></label>
              <div class="fields rule-fields">{{#f_age}}<div class="field{{#error}} has-error{{/error}}"><label for="age">Overdue for longer than</label><input id="age" name="age" value="{{value}}"
                placeholder="10m">{{>field-error}}</div>{{/f_age}}</div>
              <label class="choice"><input type="radio" name="rule" value="endpoint_disabled"{{#isDisabled}} checked{{/isDisabled}}><span>A webhook is taken out of service</span></label>
              <label class="choice"><input type="radio" name="rule" value="source_refusing"{{#isRefusing}} checked{{/isRefusing}}><span>A source refuses what comes in</span></label>
              <div class="fields rule-fields">{{#f_refusal_window}}<div class="field{{#error}} has-error{{/error}}"><label for="refusal_window">Within the last</label><input id="refusal_window" name="refusal_window"
                value="{{value}}" placeholder="15m">{{>field-error}}</div>{{/f_refusal_window}}</div>
              </fieldset></div></div>
            <div class="form-group"><header><h2>What it is about</h2><p>Left empty, the whole environment. Only those are shown on the status page.</p></header><div>
              {{#f_application}}<div class="field{{#error}} has-error{{/error}}"><label for="application">Application</label><input id="application" name="application" value="{{value}}" list="applications"
                placeholder="every application" autocomplete="off" spellcheck="false"><datalist id="applications">{{#applications}}<option value="{{id}}">{{name}}</option>{{/applications}}</datalist>{{>field-error}}</div>{{/f_application}}
              {{#f_webhook}}<div class="field{{#error}} has-error{{/error}}"><label for="webhook">Webhook</label><input id="webhook" name="webhook" value="{{value}}" list="webhooks" placeholder="every webhook"
                autocomplete="off" spellcheck="false"><datalist id="webhooks">{{#webhooks}}<option value="{{id}}">{{url}}</option>{{/webhooks}}</datalist>{{>field-error}}<p class="hint">Either an application or a webhook.</p></div>{{/f_webhook}}
            </div></div>
            <div class="form-group"><header><h2>Who is told</h2><p>Once that it fires, and once that it is over. It is quiet in between.</p></header><div>
              {{#f_emails}}<div class="field{{#error}} has-error{{/error}}"><label for="emails">E-mail, one address a line</label><textarea id="emails" name="emails" rows="2" spellcheck="false"
                placeholder="ops@example.com"{{^sendsMail}} aria-describedby="mail-hint"{{/sendsMail}}>{{value}}</textarea>{{>field-error}}{{^sendsMail}}<p class="hint" id="mail-hint">This server sends no e-mail: start it with
                <code>--smtp-url</code> and <code>--smtp-from</code>.</p>{{/sendsMail}}</div>{{/f_emails}}
              <div class="field"><label class="choice"><input type="checkbox" name="tell_webhooks"{{#tellsWebhooks}} checked{{/tellsWebhooks}}><span>Webhooks of the application
                <code>@operations</code>, of which {{listeners}}</span></label></div>
            </div></div>
            <div class="form-group"><header><h2>How it behaves</h2></header><div>
              {{#f_clears_after}}<div class="field{{#error}} has-error{{/error}}"><label for="clears_after">Is over after all was well for</label><input id="clears_after" name="clears_after" value="{{value}}"
                placeholder="5m">{{>field-error}}<p class="hint">Longer where it keeps coming back: twice as long each time, at most 16 times as long.</p></div>{{/f_clears_after}}
              <div class="field"><label class="choice"><input type="checkbox" name="active"{{#isActive}} checked{{/isActive}}><span>It is looked at</span></label></div>
            </div></div>
            <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{cancelPath}}">Cancel</a></div>
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("alerts/new") { visit in
            try visit.principal.require(.changeAlerts)
            var form = AlertForm()
            if let webhook = visit.query.text("webhook") { form.fields.add("webhook", webhook) }
            return .page(try await page(form, nil, visit))
        }
        routes.post("alerts/new") { visit, fields in
            try visit.principal.require(.changeAlerts)
            return try await save(visit, fields, nil)
        }
        routes.get("alerts/:id/edit") { visit in
            try visit.principal.require(.changeAlerts)
            let alert = try await alert(visit)
            return .page(try await page(AlertForm(alert), alert, visit))
        }
        routes.post("alerts/:id/edit") { visit, fields in
            try visit.principal.require(.changeAlerts)
            return try await save(visit, fields, try await alert(visit))
        }
    }

    private func alert(_ visit: Visit) async throws -> Alert {
        try await AlertService(visit.context).alert(visit.id(AlertID.self, "alert"), for: visit.principal).alert
    }

    private func save(_ visit: Visit, _ fields: Query, _ alert: Alert?) async throws -> PageAnswer {
        var form = AlertForm(fields)
        let draft = form.draft()
        if form.errors.isEmpty {
            do throws(ServiceError) {
                let service = AlertService(visit.context)
                let saved =
                    if let alert {
                        try await service.update(alert.id, draft, by: visit.principal)
                    } else {
                        try await service.create(draft, by: visit.principal)
                    }
                let notice: Notice = alert == nil ? .created : .saved
                return .redirect(visit.path("alerts", saved.alert.id.description) + "?notice=\(notice.rawValue)")
            } catch {
                guard error.kind == .invalid else { throw error }
                form.errors = error.fields
            }
        }
        return .page(try await page(form, alert, visit, status: .unprocessableContent))
    }

    private func page(
        _ form: AlertForm, _ alert: Alert?, _ visit: Visit, status: HTTPResponse.Status = .ok
    ) async throws -> Page {
        let service = AlertService(visit.context)
        let first = PageRequest(limit: 200, cursor: nil)
        let applications = try await ApplicationService(visit.context).applications(page: first, for: visit.principal)
            .items
        let webhooks = visit.context.directory.endpoints(in: visit.environment.id).sorted { $0.id > $1.id }.prefix(200)
        let count = try service.listeners(for: visit.principal)
        let selfPath = alert.map { visit.path("alerts", $0.id.description) }
        return Page(
            alert == nil ? "Add an alert" : "Edit an alert", section: "alerts", template: "alert-form",
            form.view.merging([
                "title": alert == nil ? "Add an alert" : "Edit", "alertName": alert?.name, "selfPath": selfPath,
                "action": selfPath.map { "\($0)/edit" } ?? visit.path("alerts", "new"),
                "cancelPath": selfPath ?? visit.path("alerts"), "submit": alert == nil ? "Add the alert" : "Save",
                "applications": applications.map { ["id": $0.uid ?? $0.id.description, "name": $0.name] as View },
                "webhooks": webhooks.map { ["id": $0.id.description, "url": $0.url] as View },
                "sendsMail": service.sendsMail,
                "listeners": count == 0 ? "there is none yet" : count == 1 ? "there is one" : "there are \(count)",
            ]), status: status)
    }
}
