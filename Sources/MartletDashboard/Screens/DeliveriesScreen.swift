import Hummingbird
import MartletCore
import MartletService

/// The list of deliveries, with filters that stand in its URL.
struct DeliveriesScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Deliveries", section: "deliveries", icon: .delivery, group: 0, permission: .readDeliveries)

    static let templates = [
        DeliveryRows.template, DeliveryRows.rowTemplate,
        Template(
            "deliveries",
            """
            <div class="head"><div><h1>Deliveries</h1><p class="lead">Each event on its way to each webhook, newest first.</p></div><div
              class="actions">{{>live-bar}}{{#replayPath}}<a class="button" href="{{replayPath}}">{{replayWords}}</a>{{/replayPath}}</div></div>
            <form class="filters" method="get">
              <div><label for="status">State</label><select id="status" name="status"><option value="">any</option>{{#statuses}}<option
                value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/statuses}}</select></div>
              <div class="wider"><label for="webhook">Webhook</label><input id="webhook" name="webhook" value="{{webhook}}"
                placeholder="ep_…" autocomplete="off" spellcheck="false"></div>
              <div class="wider"><label for="event">Event</label><input id="event" name="event" value="{{event}}" placeholder="evt_…" autocomplete="off" spellcheck="false"></div>
              {{#hasApplications}}<div><label for="application">Application</label><input id="application" name="application"
                value="{{applicationName}}" placeholder="uid or app_…" autocomplete="off" spellcheck="false"></div>{{/hasApplications}}
              <div><label for="since">Made</label><select id="since" name="since">{{#windows}}<option value="{{value}}"{{#isCurrent}}
                selected{{/isCurrent}}>{{name}}</option>{{/windows}}</select></div>
              <div class="actions"><button>Filter</button>{{#isFiltered}}<a class="button quiet" href="{{base}}/deliveries">Clear</a>{{/isFiltered}}</div>
            </form>
            {{#error}}<p class="callout bad">{{error}}</p>{{/error}}
            {{#hasTable}}{{>delivery-table}}{{/hasTable}}{{#hasRows}}{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty"{{#hasTable}} data-until-rows{{/hasTable}}>{{#nextPath}}{{>nothing-so-far}}{{/nextPath}}{{^nextPath}}{{#isFiltered}}<h2>No delivery like this</h2><p class="actions"><a class="button"
              href="{{base}}/deliveries">Show all deliveries</a></p>{{/isFiltered}}{{^isFiltered}}<h2>No deliveries yet</h2><p>An event that
              a webhook subscribes to becomes a delivery. <a href="{{base}}/webhooks">Look at the webhooks</a>, or send one a test
              event.</p>{{/isFiltered}}{{/nextPath}}</div>{{/hasRows}}
            """),
    ]

    /// How many deliveries a page has.
    private static let rows = 50

    func add(to routes: PageRoutes) { routes.get("deliveries", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        var filter = DeliveryFilter()
        filter.status = visit.query.text("status").flatMap(DeliveryStatus.init)
        filter.event = visit.query.text("event")
        filter.application = visit.query.text("application")
        filter.since = TimeFilter.since(visit.query, now: visit.now)
        var problem: String?
        if let text = visit.query.text("webhook") {
            filter.endpoint = EndpointID(text)
            if filter.endpoint == nil { problem = "A webhook's id is ep_ and 26 characters." }
        }
        var page = ListPage<Delivery>(items: [], next: nil)
        if problem == nil {
            do throws(ServiceError) {
                page = try await DeliveryService(visit.context).deliveries(
                    filter, page: PageRequest(limit: Self.rows, cursor: visit.query.text("cursor")),
                    for: visit.principal)
            } catch {
                guard error.kind == .invalid else { throw error }
                problem = error.fields.first?.message ?? error.detail
            }
        }
        let rows = try await DeliveryRows(visit: visit).views(page.items)
        let isLive = visit.query.text("cursor") == nil && problem == nil
        return .page(
            Page(
                "Deliveries", section: "deliveries", template: "deliveries",
                [
                    "statuses": DeliveryStatus.allCases.map { status -> View in
                        ["value": status.rawValue, "name": status.words, "isCurrent": status == filter.status]
                    },
                    "webhook": visit.query.text("webhook"), "event": filter.event,
                    "applicationName": filter.application, "hasApplications": visit.may(.readApplications),
                    "windows": TimeFilter.options(visit.query),
                    "isFiltered": !visit.query.with("cursor", nil).with("notice", nil).pairs.allSatisfy(
                        \.value.isEmpty),
                    "error": problem, "hasRows": !rows.isEmpty, "deliveries": rows, "namesWebhook": true,
                    "hasTable": isLive || !rows.isEmpty, "isEmpty": rows.isEmpty,
                    "livePath": isLive
                        ? visit.path("live", "deliveries") + visit.query.with("notice", nil).text : nil,
                    "searched": visit.searched(page, DeliveryID.self, limit: Self.rows),
                    "replayPath": rows.isEmpty ? nil : ReplayScreen.path(from: visit.query, visit),
                    "replayWords": filter.status == .failed ? "Recover these…" : "Replay these…",
                    "nextPath": page.next.map { visit.path("deliveries") + visit.query.with("cursor", $0).text },
                ]))
    }
}
