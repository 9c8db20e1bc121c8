import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// One request that a source received: what became of it and why, its headers and its payload.
struct RequestScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        Template(
            "request",
            """
            <p class="crumbs"><a href="{{base}}/sources">Sources</a> / {{#sourcePath}}<a href="{{sourcePath}}">{{source}}</a>{{/sourcePath}}{{^sourcePath}}{{source}}{{/sourcePath}}</p>
            <div class="head"><div><h1>{{title}}</h1><p class="lead">{{badge}} <span class="mono">{{id}}</span></p></div>
              {{#mayChange}}<div class="actions">
                {{#eventPath}}<form method="post" action="{{self}}/replay"><input type="hidden" name="csrf" value="{{csrf}}"><button
                  class="primary">Replay</button></form>{{/eventPath}}
                {{#mayVerify}}<form method="post" action="{{self}}/verify"><input type="hidden" name="csrf" value="{{csrf}}"><button
                  class="primary">Verify again</button></form>{{/mayVerify}}
              </div>{{/mayChange}}</div>
            <div class="callout {{tone}}"><strong>{{reason}}</strong>{{#advice}} {{advice}}{{/advice}}</div>
            <div class="card pad"><dl class="facts">
              <dt>Received</dt><dd>{{received}}</dd><dt>Answered</dt><dd>{{status}}</dd>
              {{#code}}<dt>Code</dt><dd><span class="tag">{{code}}</span></dd>{{/code}}
              {{#eventPath}}<dt>Event</dt><dd><a class="mono" href="{{eventPath}}">{{event}}</a></dd>{{/eventPath}}
              {{#sentID}}<dt>Sender's id</dt><dd class="mono">{{sentID}}</dd>{{/sentID}}
              {{#sentType}}<dt>Sender's type</dt><dd class="mono">{{sentType}}</dd>{{/sentType}}
              <dt>From</dt><dd class="mono">{{address}}{{^address}}unknown{{/address}}</dd>
              <dt>Size</dt><dd>{{size}}</dd></dl></div>
            <section><div class="split">
              <div class="stack"><h2>Headers</h2><pre class="code wrap" tabindex="0">{{method}} {{url}}
            {{headers}}</pre><p class="muted small">Secrets are masked; signatures are not.</p></div>
              <div class="stack"><h2>Payload</h2>{{#isGone}}<p class="muted small">It was not kept, or was dropped for its age.</p>{{/isGone}}
              {{^isGone}}{{#body}}{{>body}}{{/body}}{{/isGone}}</div></div></section>
            """)
    ]

    func add(to routes: PageRoutes) {
        routes.get("requests/:id", show)
        routes.post("requests/:id/replay") { visit, form in
            let id = try visit.id(RequestID.self, "request")
            _ = try await RequestService(visit.context).replay(id, to: nil, by: visit.principal)
            return .redirect(
                visit.path("requests", id.description) + "?notice=\(Notice.replayed.rawValue)")
        }
        routes.post("requests/:id/verify") { visit, form in
            let id = try visit.id(RequestID.self, "request")
            let judged = try await RequestService(visit.context).verify(id, by: visit.principal)
            let notice: Notice = StoredVerdict(judged.verdict).event == nil ? .stillRefused : .verified
            return .redirect(visit.path("requests", id.description) + "?notice=\(notice.rawValue)")
        }
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let kept = try await RequestService(visit.context).request(
            visit.id(RequestID.self, "request"), for: visit.principal)
        let request = kept.request
        let source = visit.context.directory.source(request.source, in: visit.environment.id)
        let stored = StoredVerdict(request.verdict)
        let isRefused = stored.code == .refused
        let advice: String? =
            isRefused && source != nil
            ? "The sender was told nothing but 401. Mend the source, then verify it again." : nil
        return .page(
            Page(
                request.id.description, section: "sources", template: "request",
                [
                    "self": visit.path("requests", request.id.description), "id": request.id.description,
                    "title": request.sentType ?? "\(request.method) request",
                    "source": source?.name ?? "\(request.source) (deleted)",
                    "sourcePath": source.map { visit.path("sources", $0.id.description) },
                    "badge": Badge.markup(request.verdict), "tone": Self.tone(stored.code),
                    "reason": request.verdict.reason,
                    "advice": advice,
                    "mayChange": visit.may(.changeSources),
                    "mayVerify": isRefused && source != nil && !kept.isBodyGone,
                    "received": When.markup(request.receivedAt, now: visit.now), "status": request.verdict.status,
                    "code": isRefused ? stored.name : nil, "event": stored.event?.description,
                    "eventPath": stored.event.map { visit.path("events", $0.description) },
                    "sentID": request.sentID, "sentType": request.sentType, "address": request.address?.description,
                    "size": Figures.bytes(request.size), "method": request.method, "url": request.url,
                    "headers": request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"),
                    "isGone": kept.isBodyGone, "body": ByteText.view(kept.body[...]),
                ]))
    }

    private static func tone(_ code: StoredVerdict.Code) -> String {
        switch code {
        case .accepted, .answered: "good"
        case .duplicate, .inactive: ""
        case .refused: "bad"
        case .limited, .tooLarge: "warn"
        }
    }
}
