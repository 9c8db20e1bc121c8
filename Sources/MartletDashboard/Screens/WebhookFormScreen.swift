import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Adding a webhook and changing one: every setting that there is.
struct WebhookFormScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    /// How many of the catalogue's types can be ticked; others are written.
    private static let mostTypes = 250

    static let templates = [
        Template(
            "webhook-form",
            """
            <p class="crumbs"><a href="{{base}}/webhooks">Webhooks</a>{{#selfPath}} / <a href="{{selfPath}}">{{name}}</a>{{/selfPath}}</p>
            <div class="head"><div><h1>{{title}}</h1></div></div>
            {{#errorCount}}<p class="callout bad" role="alert">{{errorCount}}{{#otherErrors}} {{message}}{{/otherErrors}}</p>{{/errorCount}}
            <form method="post" action="{{action}}" novalidate><input type="hidden" name="csrf" value="{{csrf}}">
            <div class="form-group"><header><h2>Where to</h2><p>Each event goes to this URL as a POST.</p></header><div>
              {{#f_url}}<div class="field{{#error}} has-error{{/error}}"><label for="url">URL</label><input id="url" name="url" type="url" value="{{value}}"
                placeholder="https://example.com/webhooks"{{#error}} aria-invalid="true" aria-describedby="url-error"{{/error}} autocomplete="off">{{>field-error}}
                <p class="hint">{{urlHint}}</p></div>{{/f_url}}
              {{#f_description}}<div class="field{{#error}} has-error{{/error}}"><label for="description">Description</label><input id="description"
                name="description" value="{{value}}">{{>field-error}}</div>{{/f_description}}
              {{#isNew}}{{#mayChooseApplication}}{{#f_application}}<div class="field{{#error}} has-error{{/error}}"><label for="application">Application</label><input
                id="application" name="application" value="{{value}}" list="applications" placeholder="the environment's own"
                autocomplete="off" spellcheck="false"><datalist id="applications">{{#applications}}<option value="{{id}}">{{name}}</option>{{/applications}}</datalist>{{>field-error}}
                <p class="hint">Whose webhook it is: an application's uid or id.</p></div>{{/f_application}}{{/mayChooseApplication}}{{/isNew}}
            </div></div>
            <div class="form-group"><header><h2>Which events</h2><p>By type, and if you wish by what is in them.</p></header><div>
              <div class="field{{#eventsError}} has-error{{/eventsError}}"><span class="label">Event types</span>
                <label class="choice"><input type="checkbox" name="events" value="*"{{#takesAll}} checked{{/takesAll}}><span>All, also those that are yet to come</span></label>
                {{#hasCatalogue}}<div class="scroll" role="group" aria-label="Event types of the catalogue"><div class="picks">{{#groups}}{{#group}}<h3>{{group}}</h3>{{/group}}{{#types}}<label class="choice"
                  title="{{about}}"><input type="checkbox" name="events" value="{{name}}"{{#isChosen}} checked{{/isChosen}}><span>{{name}}</span></label>{{/types}}{{/groups}}</div></div>{{/hasCatalogue}}
                {{#eventsError}}<p class="error">{{eventsError}}</p>{{/eventsError}}</div>
              <div class="field"><label for="patterns">More, one a line</label><textarea id="patterns" name="patterns" rows="2" spellcheck="false"
                placeholder="transaction.*">{{patterns}}</textarea><p class="hint">Types that are not listed, or a beginning and <code>.*</code>.</p></div>
              {{#mayChooseSource}}{{#f_source}}<div class="field{{#error}} has-error{{/error}}"><label for="source">Source</label><select id="source" name="source"><option value="">all, and what is published</option>{{#sources}}<option value="{{id}}"{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/sources}}</select>{{>field-error}}
                <p class="hint">Only what came in by this source.</p></div>{{/f_source}}{{/mayChooseSource}}
              {{#f_filter}}<div class="field{{#error}} has-error{{/error}}"><label for="filter">Filter</label><textarea id="filter" name="filter" rows="4" spellcheck="false"
                placeholder='{"data.amount":{"gte":100}}'>{{value}}</textarea>{{>field-error}}<p class="hint">JSON: only events whose payload fits. Empty for all.</p></div>{{/f_filter}}
            </div></div>
            <div class="form-group"><header><h2>How it is signed and judged</h2><p>The profile says how requests look; what is set here stands in its place.</p></header><div>
              {{#f_profile}}<div class="field{{#error}} has-error{{/error}}"><label for="profile">Profile</label><select id="profile" name="profile"><option value="">as the environment ({{usualProfile}})</option>{{#profiles}}<option{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/profiles}}</select>{{>field-error}}</div>{{/f_profile}}
              {{#isNew}}{{#f_secret}}<div class="field{{#error}} has-error{{/error}}"><label for="secret">Signing secret</label><input id="secret" name="secret" value="{{value}}" autocomplete="off" spellcheck="false"
                placeholder="one is made for you">{{>field-error}}</div>{{/f_secret}}{{/isNew}}
              {{>success-fields}}
              {{#f_timeout}}<div class="field{{#error}} has-error{{/error}}"><label for="timeout">Timeout</label><input id="timeout" name="timeout" value="{{value}}" placeholder="as the profile says">{{>field-error}}
                <p class="hint">For everything, from the name's look-up to the answer's last byte: 100ms to 1m.</p></div>{{/f_timeout}}
            </div></div>
            <div class="form-group"><header><h2>Retries</h2><p>What happens when an attempt is not acknowledged.</p></header><div>
              {{>retry-fields}}</div></div>
            <div class="form-group"><header><h2>How fast</h2><p>Left empty, what the receiver can bear is found out.</p></header><div>
              <div class="fields">
                {{#f_rate}}<div class="field{{#error}} has-error{{/error}}"><label for="rate">Attempts</label><input id="rate" name="rate" inputmode="numeric" value="{{value}}" placeholder="no limit">{{>field-error}}</div>{{/f_rate}}
                {{#f_per}}<div class="field{{#error}} has-error{{/error}}"><label for="per">in</label><input id="per" name="per" value="{{value}}" placeholder="1s">{{>field-error}}</div>{{/f_per}}
                {{#f_burst}}<div class="field{{#error}} has-error{{/error}}"><label for="burst">Burst</label><input id="burst" name="burst" inputmode="numeric" value="{{value}}" placeholder="as many">{{>field-error}}</div>{{/f_burst}}
                {{#f_max_in_flight}}<div class="field{{#error}} has-error{{/error}}"><label for="max_in_flight">At once</label><input id="max_in_flight" name="max_in_flight" inputmode="numeric" value="{{value}}" placeholder="adapts">{{>field-error}}</div>{{/f_max_in_flight}}
              </div>
              <div class="field"><label class="choice"><input type="checkbox" name="ordered"{{#isOrdered}} checked{{/isOrdered}}><span>In order: one at a time for each ordering key</span></label></div>
            </div></div>
            <div class="form-group"><header><h2>Extras</h2></header><div>
              {{#f_headers}}<div class="field{{#error}} has-error{{/error}}"><label for="headers">Headers, one a line</label><textarea id="headers" name="headers" rows="3" spellcheck="false"
                placeholder="X-Api-Key: …">{{value}}</textarea>{{>field-error}}</div>{{/f_headers}}
              {{#f_metadata}}<div class="field{{#error}} has-error{{/error}}"><label for="metadata">Metadata, one a line</label><textarea id="metadata" name="metadata" rows="3" spellcheck="false"
                placeholder="owner: payments">{{value}}</textarea>{{>field-error}}</div>{{/f_metadata}}
              {{#isNew}}<div class="field"><label class="choice"><input type="checkbox" name="inactive"{{#isInactive}} checked{{/isInactive}}><span>Do not send to it yet</span></label></div>{{/isNew}}
            </div></div>
            <div class="form-foot"><button class="primary">{{submit}}</button><a class="button quiet" href="{{cancelPath}}">Cancel</a></div>
            </form>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("webhooks/new") { visit in
            try visit.principal.require(.changeWebhooks)
            var fields = Query()
            for event in visit.query.all("events") { fields.add("events", event) }
            for name in ["application", "source"] {
                if let value = visit.query[name] { fields.add(name, value) }
            }
            return .page(try await page(WebhookForm(fields), nil, visit))
        }
        routes.post("webhooks/new", create)
        routes.get("webhooks/:id/edit") { visit in
            try visit.principal.require(.changeWebhooks)
            let endpoint = try endpoint(visit)
            return .page(try await page(WebhookForm(endpoint), endpoint, visit))
        }
        routes.post("webhooks/:id/edit", save)
    }

    private func endpoint(_ visit: Visit) throws(ServiceError) -> Endpoint {
        try WebhookService(visit.context).webhook(visit.id(EndpointID.self, "webhook"), for: visit.principal)
    }

    private func create(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeWebhooks)
        var form = WebhookForm(fields)
        let draft = form.draft(isNew: true)
        if form.errors.isEmpty {
            do throws(ServiceError) {
                let made = try await WebhookService(visit.context).create(draft, by: visit.principal)
                return .redirect(
                    visit.path("webhooks", made.endpoint.id.description) + "?notice=\(Notice.created.rawValue)")
            } catch {
                guard error.kind == .invalid else { throw error }
                form.errors = error.fields
            }
        }
        return .page(try await page(form, nil, visit, status: .unprocessableContent))
    }

    private func save(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        try visit.principal.require(.changeWebhooks)
        let endpoint = try endpoint(visit)
        var form = WebhookForm(fields)
        let draft = form.draft(isNew: false)
        if form.errors.isEmpty {
            do throws(ServiceError) {
                _ = try await WebhookService(visit.context).update(endpoint.id, draft, by: visit.principal)
                return .redirect(
                    visit.path("webhooks", endpoint.id.description) + "?notice=\(Notice.saved.rawValue)")
            } catch {
                guard error.kind == .invalid else { throw error }
                form.errors = error.fields
            }
        }
        return .page(try await page(form, endpoint, visit, status: .unprocessableContent))
    }

    private func page(
        _ form: WebhookForm, _ endpoint: Endpoint?, _ visit: Visit, status: HTTPResponse.Status = .ok
    ) async throws -> Page {
        let first = PageRequest(limit: Self.mostTypes, cursor: nil)
        let types = try await EventTypeService(visit.context).eventTypes(page: first, for: visit.principal)
        let profiles = try ProfileService(visit.context).profiles(page: first, for: visit.principal)
        let mayChoose = visit.may(.readApplications)
        let applications =
            mayChoose
            ? try await ApplicationService(visit.context).applications(page: first, for: visit.principal).items : []
        let selfPath = endpoint.map { visit.path("webhooks", $0.id.description) }
        let view = form.view(
            isNew: endpoint == nil, catalogue: types.items, profiles: profiles.items.map(\.profile.name),
            usualProfile: visit.environment.profile,
            sources: visit.may(.readSources) ? visit.context.directory.sources(in: visit.environment.id) : [])
        return Page(
            endpoint == nil ? "Add a webhook" : "Edit a webhook", section: "webhooks", template: "webhook-form",
            view.merging([
                "title": endpoint == nil ? "Add a webhook" : "Edit", "name": endpoint?.url, "selfPath": selfPath,
                "action": selfPath.map { "\($0)/edit" } ?? visit.path("webhooks", "new"),
                "cancelPath": selfPath ?? visit.path("webhooks"),
                "submit": endpoint == nil ? "Add the webhook" : "Save",
                "mayChooseApplication": mayChoose, "mayChooseSource": visit.may(.readSources),
                "applications": applications.map { ["id": $0.uid ?? $0.id.description, "name": $0.name] as View },
                "urlHint": visit.environment.requiresHTTPS
                    ? "https alone: \(visit.environment.name) takes no plain http. Private and loopback addresses are refused unless the operator allowed them."
                    : "https or http. Private and loopback addresses are refused unless the operator allowed them.",
            ]), status: status)
    }
}
