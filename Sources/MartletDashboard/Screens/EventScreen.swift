import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// The event viewer: one event, everywhere it went and did not go, and every attempt, on one timeline.
struct EventScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    /// How many deliveries are shown with their attempts; the others are listed.
    private static let mostLanes = 20

    static let templates = [
        ByteText.template, AttemptView.template, DeliveryLane.template,
        Template(
            "event",
            """
            <p class="crumbs"><a href="{{base}}/events">Events</a></p>
            <div class="head"><div><h1>{{type}}</h1>
              <p class="lead"><span class="mono">{{id}}</span> <button class="quiet slim" type="button" data-copy-text="{{id}}" hidden>Copy</button>
              {{#isTest}}<span class="tag">test</span>{{/isTest}}</p></div>
              <div class="actions">{{#mayReplay}}<details class="confirm"><summary class="button">Replay…</summary><div>
                <form class="stack" method="post" action="{{replayPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
                  type="hidden" name="next" value="{{here}}">
                <p>The same bytes go out again under the same id, as new deliveries.</p>
                <div><label for="replay-to">To</label><select id="replay-to" name="webhook"><option value="">every webhook that subscribes to it now</option>
                {{#webhooks}}<option value="{{id}}">{{url}}</option>{{/webhooks}}</select></div>
                <button class="primary">Replay</button></form></div></details>{{/mayReplay}}</div></div>
            <div class="split">
              <div class="card pad"><dl class="facts">
                <dt>Accepted</dt><dd>{{accepted}} <span class="muted">{{acceptedExact}}</span></dd>
                <dt>Occurred</dt><dd class="muted">{{created}}</dd>
                <dt>For</dt><dd>{{#application}}{{#applicationPath}}<a href="{{applicationPath}}">{{application}}</a>{{/applicationPath}}{{^applicationPath}}{{application}}{{/applicationPath}}{{/application}}{{^application}}every application{{/application}}</dd>
                {{#orderingKey}}<dt>Ordering key</dt><dd><span class="tag">{{orderingKey}}</span></dd>{{/orderingKey}}
                {{#deliverAt}}<dt>Not before</dt><dd>{{deliverAt}}</dd>{{/deliverAt}}
                <dt>Deliveries</dt><dd>{{deliveryCount}}</dd>
                <dt>Size</dt><dd>{{size}}</dd></dl></div>
              <div class="stack"><div class="code"><header><span>Payload</span>{{#payload}}<a href="{{payloadPath}}">Download the body</a>{{/payload}}</header>
                {{#payload}}{{>body}}{{/payload}}{{^payload}}<p class="muted small">The payload was dropped for its age.</p>{{/payload}}</div></div>
            </div>
            <section><h2>Timeline</h2>
            <div class="timeline" data-lanes>
              <div class="lane info"><div class="row"><strong>Accepted</strong> <span class="muted">{{accepted}}, durable before its publisher was
                answered</span></div></div>
              {{#lanes}}{{>lane}}{{/lanes}}
              {{#more}}<div class="lane"><p><a href="{{morePath}}">{{more}}</a></p></div>{{/more}}
              {{#isNobodys}}<div class="lane"><p class="muted">Nobody subscribed to it when it was accepted.</p></div>{{/isNobodys}}
            </div></section>
            {{#hasUnmatched}}<section><h2>Where it did not go</h2>
            <div class="table stacks"><table><thead><tr><th>Webhook</th><th>Why not</th><th><span class="sr">Actions</span></th></tr></thead><tbody>
            {{#unmatched}}<tr><td class="first"><a class="clip" href="{{path}}">{{url}}</a></td><td class="rest">{{reason}}</td>
              <td class="rest right">{{#mayReplay}}<form method="post" action="{{replayPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
                type="hidden" name="next" value="{{here}}"><button class="slim" name="webhook" value="{{webhook}}">Send it there</button></form>{{/mayReplay}}</td></tr>{{/unmatched}}
            </tbody></table></div></section>{{/hasUnmatched}}
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("events/:id", show)
        routes.get("events/:id/payload", payload)
        routes.post("events/:id/replay", replay)
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let events = EventService(visit.context)
        let event = try await events.event(named: visit.name, for: visit.principal)
        let deliveries = try await events.deliveries(of: event, for: visit.principal)
        var lanes: [View] = []
        for delivery in deliveries.prefix(Self.mostLanes) {
            let attempts = try await DeliveryService(visit.context).attempts(of: delivery)
            lanes.append(
                try await DeliveryLane(visit: visit, event: event, delivery: delivery, attempts: attempts).view(
                    opensLast: deliveries.count == 1))
        }
        let unmatched = events.unmatched(event, delivered: deliveries, for: visit.principal)
        let directory = visit.context.directory
        let application = event.application.flatMap { directory.application($0, in: visit.environment.id) }
        let mayReplay = visit.may(.replayEvents) && !event.body.isDropped
        let active = directory.endpoints(in: visit.environment.id, application: visit.principal.application)
            .filter(\.isActive).sorted { $0.id > $1.id }.prefix(100)
        let left = max(deliveries.count, event.deliveryCount) - Self.mostLanes
        let replayPath = visit.path("events", event.publicID, "replay")
        return .page(
            Page(
                event.type, section: "events", template: "event",
                [
                    "type": event.type, "id": event.publicID, "isTest": event.isTest,
                    "accepted": When.markup(event.acceptedAt, now: visit.now),
                    "acceptedExact": event.acceptedAt.rfc3339, "created": event.created.rfc3339,
                    "application": application?.name ?? event.application?.description,
                    "applicationPath": visit.may(.readApplications)
                        ? application.map { visit.path("applications", $0.id.description) } : nil,
                    "orderingKey": event.orderingKey,
                    "deliverAt": event.deliverAt.map { When.markup($0, now: visit.now) },
                    "deliveryCount": Figures.text(max(event.deliveryCount, deliveries.count)),
                    "size": Figures.bytes(event.body.bytes.count),
                    "payload": event.body.isDropped ? nil : ByteText.view(event.body.bytes[event.body.data]),
                    "payloadPath": visit.path("events", event.publicID, "payload"),
                    "mayReplay": mayReplay, "replayPath": replayPath, "here": visit.request.uri.path,
                    "webhooks": active.map { ["id": $0.id.description, "url": $0.url] as View },
                    "lanes": lanes,
                    "more": left > 0 ? "\(Figures.count(left, "more delivery", "more deliveries"))…" : nil,
                    "morePath": visit.path("deliveries") + "?event=\(PercentEncoding.encode(event.publicID))",
                    "isNobodys": deliveries.isEmpty,
                    "hasUnmatched": !unmatched.isEmpty,
                    "unmatched": unmatched.map { other -> View in
                        let endpoint = directory.endpoint(other.endpoint, in: visit.environment.id)
                        return [
                            "url": endpoint?.url ?? other.endpoint.description, "reason": other.reason,
                            "path": visit.path("webhooks", other.endpoint.description),
                            "webhook": other.endpoint.description,
                            "mayReplay": mayReplay && endpoint?.isActive == true,
                        ]
                    },
                ]))
    }

    /// The body as receivers get it, to be saved.
    private func payload(_ visit: Visit) async throws -> PageAnswer {
        let event = try await EventService(visit.context).event(named: visit.name, for: visit.principal)
        guard !event.body.isDropped else { throw ServiceError.notFound("payload any more") }
        return .raw(
            Response(
                status: .ok,
                headers: [
                    .contentType: "application/json", .cacheControl: "no-store",
                    .contentDisposition: #"attachment; filename="payload.json""#,
                ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: event.body.bytes))))
    }

    private func replay(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let endpoint = form.text("webhook").flatMap { EndpointID($0) }
        if endpoint == nil, form.text("webhook") != nil { throw ServiceError.notFound("webhook") }
        _ = try await EventService(visit.context).replay(visit.name, to: endpoint, by: visit.principal)
        return .redirect(visit.next(form, otherwise: visit.path("events", visit.name), .replayed))
    }
}
