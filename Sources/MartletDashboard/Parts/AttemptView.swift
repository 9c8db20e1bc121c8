import MartletCore
import MartletService
import WebhookSigning

/// One attempt with everything that is known of it: when, where to, what was sent, what came back, how long each part
/// took, how its signature can be checked, and how to send it again by hand.
struct AttemptView {
    let attempt: Attempt
    let event: Event
    /// How its endpoint is delivered to now; `nil` where it is no more.
    let target: DeliveryTarget?
    let isOpen: Bool
    let now: Timestamp

    /// Where the request went; `nil` where it was handed to a listener.
    private var url: EndpointURL? { try? EndpointURL(parsing: attempt.request.url) }
    private var success: SuccessRule { target?.profile.success ?? .any2xx }
    private var body: ArraySlice<UInt8> { event.body.slice(target?.profile.envelope ?? .event) }

    var view: View {
        let isGood = AttemptVerdict(attempt.outcome, success: success) == .acknowledged
        var view: View = [
            "id": attempt.id.description, "number": attempt.number, "isOpen": isOpen,
            "chevron": Icon.chevron.markup,
            "badge": Badge.markup(label, isGood ? .good : .bad),
            "sentence": attempt.outcome.sentence(success: success),
            "started": When.markup(attempt.startedAt, now: now),
            "took": When.taken(attempt.outcome.timing.total),
            "address": attempt.outcome.address?.description, "url": attempt.request.url,
            "requestHeaders": requestHead,
            "isDropped": event.body.isDropped,
            "requestBody": event.body.isDropped ? nil : ByteText.view(body),
            "timing": timing, "curl": event.body.isDropped || url == nil ? nil : curl,
        ]
        switch attempt.outcome.result {
        case .response(let response):
            view["response"] =
                [
                    "status": response.status, "headers": Self.lines(response.headers),
                    "body": ByteText.view(response.body[...], isCut: response.isTruncated),
                ] as View
        case .failure(let failure): view["failure"] = ["code": failure.code.rawValue] as View
        }
        if let target, !event.body.isDropped,
            let proof = SignatureProof(attempt, body: body, id: event.publicID, profile: target.profile)
        {
            view["proof"] =
                [
                    "base": proof.base, "commands": proof.commands, "expected": proof.expected, "note": proof.note,
                    "header": target.profile.signature.signatureHeader,
                ] as View
        }
        return view
    }

    private var label: String {
        switch attempt.outcome.result {
        case .response(let response): String(response.status)
        case .failure(let failure):
            String(failure.code.rawValue.map { $0 == "_" ? " " : $0 })
        }
    }

    /// The request's head as it is written: its line and the headers of its own, which are made of the URL and the body, around
    /// those that are recorded. Of what was handed to a listener, who wrote these itself, the recorded ones.
    private var requestHead: String {
        var headers = attempt.request.headers
        guard !headers.isEmpty, let url else { return Self.lines(headers) }
        headers.insert(HeaderField(name: "Host", value: url.authority), at: 0)
        if !event.body.isDropped { headers.append(HeaderField(name: "Content-Length", value: String(body.count))) }
        return "POST \(url.target) HTTP/1.1\n" + Self.lines(headers)
    }

    private static func lines(_ headers: [HeaderField]) -> String {
        headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }

    /// The parts that the attempt's time went into, one after the other.
    private var timing: View {
        let timing = attempt.outcome.timing
        var parts: [(name: String, style: String, taken: Int64)] = [
            ("name look-up", "t-resolve", timing.resolve ?? 0), ("connecting", "t-connect", timing.connect ?? 0),
            ("TLS", "t-tls", timing.tls ?? 0), ("waiting for the answer", "t-wait", timing.firstByte ?? 0),
        ]
        let rest = timing.total - parts.reduce(0) { $0 + $1.taken }
        parts.append(
            (timing.firstByte == nil ? "until it ended" : "the answer's body, and the rest", "t-read", max(0, rest)))
        parts.removeAll { $0.taken <= 0 }
        let total = Double(max(1, parts.reduce(0) { $0 + $1.taken }))
        var left = 0.0
        let summary = HTML.escape(parts.map { "\($0.name) \(When.taken($0.taken))" }.joined(separator: ", "))
        var bar = #"<svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="\#(summary)">"#
        for part in parts {
            let width = Double(part.taken) / total * 1000
            bar +=
                #"<rect class="\#(part.style)" x="\#(ChartScale.text(left))" width="\#(ChartScale.text(width))" height="10"/>"#
            left += width
        }
        return [
            "bar": Markup(trusted: bar + "</svg>"),
            "parts": parts.map { ["name": $0.name, "style": $0.style, "taken": When.taken($0.taken)] as View },
        ]
    }

    /// The request as a command that sends it again by hand, under the signature that it had.
    private var curl: String {
        var lines = ["curl -i -X POST \(ShellText.quoted(attempt.request.url))"]
        for header in attempt.request.headers {
            lines.append("  -H \(ShellText.quoted("\(header.name): \(header.value)"))")
        }
        let isInline = body.count <= 16 << 10 && HTML.isPlain(body)
        lines.append(
            isInline
                ? "  --data-binary \(ShellText.quoted(String(decoding: body, as: UTF8.self)))"
                : "  --data-binary @payload.json")
        return lines.joined(separator: " \\\n")
    }

    static let template = Template(
        "attempt",
        """
        <details class="attempt" id="{{id}}"{{#isOpen}} open{{/isOpen}}>
          <summary>{{chevron}}<strong>Attempt {{number}}</strong>{{badge}}<span class="why">{{sentence}}</span>
            <span class="muted nowrap">{{took}}</span><span class="muted nowrap">{{started}}</span></summary>
          <div class="attempt-body">
            <div class="timing">{{#timing}}{{bar}}<ul>{{#parts}}<li><i class="{{style}}"></i>{{name}} {{taken}}</li>{{/parts}}</ul>{{/timing}}</div>
            <dl class="facts"><dt>Sent to</dt><dd class="mono">{{url}}</dd>
              <dt>Address</dt><dd>{{#address}}<span class="mono">{{address}}</span>, checked and dialled{{/address}}{{^address}}<span
                class="muted">none was dialled</span>{{/address}}</dd>
              {{#failure}}<dt>Failure</dt><dd><span class="tag">{{code}}</span></dd>{{/failure}}</dl>
            <div class="split">
              <div class="stack"><h3>Request</h3>
                {{#requestHeaders}}<pre class="code wrap" tabindex="0">{{requestHeaders}}</pre>{{/requestHeaders}}
                {{#isDropped}}<p class="muted small">The payload was dropped for its age.</p>{{/isDropped}}
                {{#requestBody}}{{>body}}{{/requestBody}}</div>
              <div class="stack"><h3>Response</h3>
                {{#response}}<pre class="code wrap" tabindex="0">HTTP/1.1 {{status}}
        {{headers}}</pre>{{#body}}{{>body}}{{/body}}{{/response}}
                {{^response}}<p class="muted small">None that counts.</p>{{/response}}</div>
            </div>
            {{#proof}}<details class="more"><summary>Verify it yourself</summary>
              <div class="stack"><p class="small">Exactly these bytes were signed:</p>
              <pre class="code wrap" tabindex="0">{{base}}</pre>
              <p class="small">With the webhook's secret in <code>SECRET</code>, this prints the signature that
                <code>{{header}}</code> carried:</p>
              <div class="code"><pre class="code" tabindex="0" id="proof-{{id}}">{{commands}}</pre></div>
              <p class="small break"><code>{{expected}}</code></p>
              {{#note}}<p class="muted small">{{note}}</p>{{/note}}
              <button class="slim" type="button" data-copy="proof-{{id}}" hidden>Copy the command</button></div></details>{{/proof}}
            {{#curl}}<details class="more"><summary>As curl</summary>
              <div class="stack"><pre class="code" tabindex="0" id="curl-{{id}}">{{curl}}</pre>
              <button class="slim" type="button" data-copy="curl-{{id}}" hidden>Copy as curl</button></div></details>{{/curl}}
          </div>
        </details>
        """)
}
