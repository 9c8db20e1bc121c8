import HummingbirdCore
import MartletCore
import MartletService
import MartletStore

/// A delivery on the timeline: where it goes and why, how it stands, what comes next, and its attempts.
struct DeliveryLane {
    let visit: Visit
    let event: Event
    let delivery: Delivery
    /// Empty where they were not read.
    let attempts: [Attempt]

    /// What a template shows.
    func view(opensLast: Bool) async throws -> View {
        let context = visit.context
        let endpoint = context.directory.endpoint(delivery.endpoint, in: visit.environment.id)
        let target = context.directory.target(delivery.endpoint)
        let blocker = try await DeliveryService(context).blocker(of: delivery)
        let id = delivery.id.description
        let mayMove = visit.may(.changeDeliveries)
        let status = delivery.state.status
        return [
            "id": id, "path": visit.path("deliveries", id),
            "tone": Badge.tone(delivery).rawValue, "badge": Badge.markup(delivery),
            "isPending": status == .scheduled || status == .inFlight,
            "url": endpoint?.url ?? delivery.endpoint.description, "isDeleted": endpoint == nil,
            "webhookPath": endpoint.map { visit.path("webhooks", $0.id.description) },
            "why": why(endpoint),
            "reason": delivery.state.reason?.message,
            "next": next(target, endpoint), "schedule": schedule(target),
            "blocker": blocker?.description, "blockerPath": blocker.map { visit.path("deliveries", $0.description) },
            "orderingKey": delivery.turn?.key,
            "attempts": attempts.enumerated().map { index, attempt in
                AttemptView(
                    attempt: attempt, event: event, target: target,
                    isOpen: opensLast && index == attempts.count - 1, now: visit.now
                ).view
            },
            "mayRetry": mayMove && endpoint?.isActive == true && !event.body.isDropped
                && (status == .failed || status == .scheduled),
            "mayCancel": mayMove && (status == .scheduled || status == .held),
            "mayReplay": visit.may(.replayEvents) && endpoint?.isActive == true && !event.body.isDropped
                && (status == .succeeded || status == .cancelled),
            "mayTest": visit.may(.changeWebhooks) && endpoint?.isActive == true && !event.body.isDropped,
            "retryPath": visit.path("deliveries", id, "retry"), "cancelPath": visit.path("deliveries", id, "cancel"),
            "replayPath": visit.path("events", event.publicID, "replay"), "webhook": delivery.endpoint.description,
            "testPath": visit.path("webhooks", delivery.endpoint.description, "test")
                + "?event=\(PercentEncoding.encode(event.publicID))",
            "here": visit.request.uri.path,
        ]
    }

    /// Why the event came to this endpoint.
    private func why(_ endpoint: Endpoint?) -> String {
        let begin =
            switch delivery.cause {
            case .test: "A test event, sent to this webhook alone."
            case .replay: "Delivered again on request. "
            case .publish: ""
            }
        guard delivery.cause != .test else { return begin }
        guard let endpoint else { return begin + "The webhook has been deleted since." }
        guard let pattern = endpoint.events.first(where: { EventTypeName.pattern($0, covers: event.type) }) else {
            return begin + "It does not subscribe to \(event.type) any more."
        }
        let source = endpoint.source.map { " of the source \($0)" } ?? ""
        let covers =
            pattern == event.type
            ? "It subscribes to \(pattern)\(source)"
            : "It subscribes to \(pattern)\(source), which covers \(event.type)"
        return begin + covers + (endpoint.filter == nil ? "." : ", and its filter wanted it.")
    }

    /// When the next attempt is made, or what it waits for.
    private func next(_ target: DeliveryTarget?, _ endpoint: Endpoint?) -> Markup? {
        switch delivery.state {
        case .scheduled(let due):
            let number = delivery.attemptCount + 1
            guard due <= visit.now else {
                return Markup("Attempt \(number) ") + When.countdown(due, now: visit.now)
            }
            let condition = endpoint.flatMap { visit.context.courier.condition(of: $0.id) }
            if let breaker = condition?.breaker, breaker.state != .closed {
                return Markup(
                    "Attempt \(number) waits: the webhook is left alone for a while. \(breaker.reason?.description ?? "") "
                )
                    + (breaker.nextProbe.map { Markup("It is tried again ") + When.countdown($0, now: visit.now) }
                        ?? Markup(""))
            }
            if let paced = condition?.pacedUntil, paced > visit.now {
                return Markup("Attempt \(number) waits for its turn: the next one goes out ")
                    + When.countdown(paced, now: visit.now)
            }
            return Markup("Attempt \(number) is due and waits for its turn.")
        case .inFlight: return Markup("Attempt \(delivery.attemptCount + 1) is under way.")
        case .held, .succeeded, .failed, .cancelled: return nil
        }
    }

    /// What follows if that fails as well.
    private func schedule(_ target: DeliveryTarget?) -> String? {
        guard case .scheduled = delivery.state, let retry = target?.profile.retry else { return nil }
        switch retry.schedule {
        case .delays(let delays):
            let left = delays.dropFirst(delivery.attemptCount)
            guard !left.isEmpty else { return "It is the last one." }
            return "Should it fail: again after \(left.prefix(6).map(\.text).joined(separator: ", "))"
                + (left.count > 6 ? " and \(left.count - 6) more" : "") + "."
        case .exponential(_, _, let longest):
            return "Should it fail: again, up to \(longest.text) later each time"
                + (retry.window.map { ", until \($0.text) after the first attempt" } ?? "") + "."
        }
    }

    static let template = Template(
        "lane",
        """
        <div class="lane {{tone}}" id="{{id}}"{{#isPending}} data-pending{{/isPending}}>
          <div class="row spread"><div class="row"><strong class="break">{{#webhookPath}}<a href="{{webhookPath}}">{{url}}</a>{{/webhookPath}}{{^webhookPath}}{{url}}{{/webhookPath}}</strong>{{badge}}</div>
          <div class="row">
            {{#mayRetry}}<form method="post" action="{{retryPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
              type="hidden" name="next" value="{{here}}"><button class="slim">Try now</button></form>{{/mayRetry}}
            {{#mayReplay}}<form method="post" action="{{replayPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
              type="hidden" name="next" value="{{here}}"><button class="slim" name="webhook" value="{{webhook}}">Replay</button></form>{{/mayReplay}}
            {{#mayTest}}<a class="button slim" href="{{testPath}}">Edit and send as test</a>{{/mayTest}}
            {{#mayCancel}}<form method="post" action="{{cancelPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
              type="hidden" name="next" value="{{here}}"><button class="slim danger">Cancel</button></form>{{/mayCancel}}
          </div></div>
          <p class="small muted">{{why}}{{#reason}} {{reason}}{{/reason}} <a href="{{path}}" class="mono">{{id}}</a></p>
          {{#next}}<p class="small"><strong>{{next}}</strong> <span class="muted">{{schedule}}</span></p>{{/next}}
          {{#blocker}}<p class="small">It waits for <a class="mono" href="{{blockerPath}}">{{blocker}}</a>, which is before it in the
            order{{#orderingKey}} of <span class="tag">{{orderingKey}}</span>{{/orderingKey}}.</p>{{/blocker}}
          <div class="attempts">{{#attempts}}{{>attempt}}{{/attempts}}</div>
        </div>
        """)
}
