import Hummingbird
import MartletCore
import MartletService

/// The list of events, with filters that stand in its URL.
struct EventsScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Events", section: "events", icon: .event, group: 0, permission: .readEvents)

    static let templates = [
        EventRows.template, EventRows.rowTemplate, LiveScreen.barTemplate,
        Template(
            "events",
            """
            <div class="head"><div><h1>Events</h1><p class="lead">Everything that was published here, newest first.</p></div><div
              class="actions">{{>live-bar}}{{#replayPath}}<a class="button" href="{{replayPath}}">Replay these…</a>{{/replayPath}}</div></div>
            <form class="filters" method="get">
              <div class="wider"><label for="type">Type</label><input id="type" name="type" list="types" value="{{type}}"
                placeholder="order.created" autocomplete="off" spellcheck="false"><datalist id="types">{{#types}}<option
                value="{{name}}"></option>{{/types}}</datalist></div>
              <div><label for="status">With a delivery</label><select id="status" name="status"><option value="">in any state</option>
                {{#statuses}}<option value="{{value}}"{{#isCurrent}} selected{{/isCurrent}}>{{name}}</option>{{/statuses}}</select></div>
              {{#hasApplications}}<div><label for="application">Application</label><input id="application" name="application"
                value="{{applicationName}}" placeholder="uid or app_…" autocomplete="off" spellcheck="false"></div>{{/hasApplications}}
              <div><label for="since">Accepted</label><select id="since" name="since">{{#windows}}<option value="{{value}}"{{#isCurrent}}
                selected{{/isCurrent}}>{{name}}</option>{{/windows}}</select></div>
              <div class="wider"><label for="q">Text in the payload</label><input id="q" name="q" type="search" value="{{text}}"
                autocomplete="off" spellcheck="false"></div>
              <div class="actions"><button>Filter</button>{{#isFiltered}}<a class="button quiet" href="{{base}}/events">Clear</a>{{/isFiltered}}</div>
            </form>
            {{#error}}<p class="callout bad">{{error}}</p>{{/error}}
            {{#hasTable}}{{>event-table}}{{/hasTable}}{{#hasRows}}{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty"{{#hasTable}} data-until-rows{{/hasTable}}>
              {{#nextPath}}{{>nothing-so-far}}{{/nextPath}}
              {{^nextPath}}{{#isFiltered}}<h2>No event like this</h2><p>No event fits all of these filters.</p><p class="actions"><a
                class="button" href="{{base}}/events">Show all events</a></p>{{/isFiltered}}
              {{^isFiltered}}<h2>No events yet</h2><p>They appear here as soon as they are published with
                <code>POST /v1/events</code>. A test event from a webhook's page is one, too.</p>{{/isFiltered}}{{/nextPath}}
            </div>{{/hasRows}}
            """),
    ]

    /// How many events a page has.
    private static let rows = 50

    func add(to routes: PageRoutes) { routes.get("events", show) }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        var filter = EventFilter()
        filter.type = visit.query.text("type")
        filter.status = visit.query.text("status").flatMap(DeliveryStatus.init)
        filter.application = visit.query.text("application")
        filter.text = visit.query.text("q")
        filter.since = TimeFilter.since(visit.query, now: visit.now)
        filter.until = visit.query.text("until").flatMap(Timestamp.init(rfc3339:))
        var page = ListPage<Event>(items: [], next: nil)
        var problem: String?
        do throws(ServiceError) {
            page = try await EventService(visit.context).events(
                filter, page: PageRequest(limit: Self.rows, cursor: visit.query.text("cursor")), for: visit.principal)
        } catch {
            guard error.kind == .invalid else { throw error }
            problem = error.fields.first?.message ?? error.detail
        }
        let rows = try await EventRows(visit).views(page.items)
        let types = try await EventTypeService(visit.context).eventTypes(
            page: PageRequest(limit: 250, cursor: nil), for: visit.principal)
        // New rows can only come to the beginning of a list that reaches up to now.
        let isLive = visit.query.text("cursor") == nil && filter.until == nil && problem == nil
        return .page(
            Page(
                "Events", section: "events", template: "events",
                [
                    "type": filter.type, "text": filter.text, "applicationName": filter.application,
                    "types": types.items.map { ["name": $0.name] as View },
                    "statuses": DeliveryStatus.allCases.map { status -> View in
                        ["value": status.rawValue, "name": status.words, "isCurrent": status == filter.status]
                    },
                    "hasApplications": visit.may(.readApplications),
                    "windows": TimeFilter.options(visit.query),
                    "isFiltered": !visit.query.with("cursor", nil).with("notice", nil).pairs.allSatisfy(
                        \.value.isEmpty),
                    "hasRows": !rows.isEmpty, "rows": rows, "error": problem,
                    "hasTable": isLive || !rows.isEmpty, "isEmpty": rows.isEmpty,
                    "livePath": isLive ? visit.path("live", "events") + visit.query.with("notice", nil).text : nil,
                    "replayPath": rows.isEmpty ? nil : ReplayScreen.path(from: visit.query, visit),
                    "nextPath": page.next.map { visit.path("events") + visit.query.with("cursor", $0).text },
                    "searched": visit.searched(page, EventID.self, limit: Self.rows),
                ]))
    }
}

/// How far back a list reaches, as its URL says it: `24h`, or an instant.
enum TimeFilter {
    private static let choices = [
        ("", "at any time"), ("1h", "in the last hour"), ("24h", "in the last 24 hours"), ("7d", "in the last 7 days"),
        ("30d", "in the last 30 days"),
    ]

    static func since(_ query: Query, now: Timestamp) -> Timestamp? {
        guard let text = query.text("since") else { return nil }
        return Duration(text: text).map { now - $0 } ?? Timestamp(rfc3339: text)
    }

    static func options(_ query: Query) -> [View] {
        let current = query.text("since") ?? ""
        var options = choices
        if !options.contains(where: { $0.0 == current }) { options.append((current, "since \(current)")) }
        return options.map { ["value": $0.0, "name": $0.1, "isCurrent": $0.0 == current] }
    }
}
