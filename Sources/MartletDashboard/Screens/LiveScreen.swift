import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore
import ServiceLifecycle

/// Rows for the lists of events and deliveries as they come in: server-sent events with each row's HTML (HTML Standard,
/// section 9.2). A list asks with its own filters.
struct LiveScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    /// How often rows are sent, and how many at once at the most; of more, their number is told.
    private static let interval = Duration.milliseconds(700)
    private static let mostRows = 25
    /// After how many intervals a session is looked at again, and a silent stream says that it lives.
    private static let heartbeat = 20

    func add(to routes: PageRoutes) {
        routes.get("live/events") { visit in
            let text = visit.query.text("q")
            let status = visit.query.text("status").flatMap(DeliveryStatus.init)
            return try stream(visit) { pending in
                let rows = EventRows(visit)
                var messages: [String] = []
                for (event, isNew) in pending.events {
                    if let text, !Self.body(of: event, contains: text) { continue }
                    let deliveries = try await EventService(visit.context).deliveries(of: event, for: visit.principal)
                    if let status, !deliveries.contains(where: { $0.state.status == status }) { continue }
                    let html = kit.templates.render("event-row", try await rows.view(event))
                    messages.append(Self.row(event.publicID, html, isNew: isNew))
                }
                return messages
            }
        }
        routes.get("live/deliveries") { visit in
            let status = visit.query.text("status").flatMap(DeliveryStatus.init)
            let event = visit.query.text("event")
            return try stream(visit) { pending in
                let rows = DeliveryRows(visit: visit)
                var messages: [String] = []
                for (delivery, of, isNew) in pending.deliveries {
                    if let event, event != of.publicID, event != of.id.description { continue }
                    let live =
                        (try? await DeliveryService(visit.context).delivery(delivery.id, for: visit.principal))
                        ?? delivery
                    if let status, live.state.status != status { continue }
                    let html = kit.templates.render("delivery-row", rows.view(live, of))
                    messages.append(Self.row(delivery.id.description, html, isNew: isNew))
                }
                return messages
            }
        }
    }

    /// What has come in since rows were sent last, each thing once.
    private struct Pending {
        var events: [(event: Event, isNew: Bool)] = []
        var deliveries: [(delivery: Delivery, event: Event, isNew: Bool)] = []
        /// How much did not fit.
        var left = 0

        var isEmpty: Bool { events.isEmpty && left == 0 }

        mutating func add(_ item: LiveItem) {
            switch item {
            case .received, .tick: break
            case .accepted(let event, let deliveries, let isReplay):
                add(event, isNew: !isReplay)
                for delivery in deliveries { add(delivery, event, isNew: true) }
            case .attempted(let event, let delivery, _):
                add(event, isNew: false)
                add(delivery, event, isNew: false)
            }
        }

        private mutating func add(_ event: Event, isNew: Bool) {
            guard !events.contains(where: { $0.event.id == event.id }) else { return }
            guard events.count < LiveScreen.mostRows else {
                left += isNew ? 1 : 0
                return
            }
            events.append((event, isNew))
        }

        private mutating func add(_ delivery: Delivery, _ event: Event, isNew: Bool) {
            if let index = deliveries.firstIndex(where: { $0.delivery.id == delivery.id }) {
                deliveries[index].delivery = delivery
            } else if deliveries.count < LiveScreen.mostRows {
                deliveries.append((delivery, event, isNew))
            }
        }
    }

    private func stream(
        _ visit: Visit, _ messages: @escaping @Sendable (Pending) async throws -> [String]
    ) throws -> PageAnswer {
        let live = LiveService(visit.context)
        let type = visit.query.text("type")
        let application = visit.query.text("application")
        let endpoint = visit.query.text("webhook").flatMap { EndpointID($0) }
        _ = try live.filter(type: type, application: application, endpoint: endpoint, for: visit.principal)
        let body = ResponseBody { writer in
            let subscription = try live.subscribe(
                type: type, application: application, endpoint: endpoint, for: visit.principal)
            try await subscription.ticking(every: Self.interval) { items in
                try await writer.write(ByteBuffer(string: "retry: 3000\nevent: hello\ndata: {}\n\n"))
                var pending = Pending()
                var ticks = 0
                for await item in items.cancelOnGracefulShutdown() {
                    guard case .tick = item else {
                        pending.add(item)
                        continue
                    }
                    ticks += 1
                    if ticks % Self.heartbeat == 0 {
                        guard try await visit.isStillGood() else { return }
                        if pending.isEmpty { try await writer.write(ByteBuffer(string: ": \n\n")) }
                    }
                    let left = pending.left + subscription.takeMissed()
                    if !pending.isEmpty {
                        let text = try await messages(pending).joined()
                        if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
                    }
                    if left > 0 {
                        try await writer.write(ByteBuffer(string: "event: more\ndata: {\"count\":\(left)}\n\n"))
                    }
                    pending = Pending()
                }
            }
            try await writer.finish(nil)
        }
        return .raw(
            Response(status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body))
    }

    private static func row(_ id: String, _ html: String, isNew: Bool) -> String {
        var writer = JSONWriter(capacity: html.utf8.count + 100)
        writer.object { writer in
            writer.field("id", id)
            writer.field("new", isNew)
            writer.field("html", html)
        }
        return "event: row\ndata: \(writer.text)\n\n"
    }

    private static func body(of event: Event, contains text: String) -> Bool {
        event.body.bytes.firstRange(of: Array(text.utf8)) != nil
    }

    static let barTemplate = Template(
        "live-bar",
        """
        {{#livePath}}<p class="live-bar" data-live="{{livePath}}" data-state="off" hidden><i></i><span data-live-state>Connecting…</span>
          <button class="quiet slim" type="button" data-live-pause>Pause</button>
          <button class="slim" type="button" data-live-show hidden></button></p>{{/livePath}}
        """)
}

extension Visit {
    /// Whether whoever is visiting may still do so.
    func isStillGood() async throws -> Bool {
        switch entrance {
        case .session(_, let text):
            guard let session = try await kit.sessions.session(presenting: text) else { return false }
            return kit.sessions.principal(of: session, in: environment.id) == principal
        case .portal(let pass, let token): return PortalService(context).present(token) == .open(pass)
        }
    }
}
