import MartletCore
import MartletService
import MartletStore

extension Badge {
    /// What became of an inbound request.
    static func markup(_ verdict: RequestVerdict) -> Markup {
        switch verdict {
        case .accepted: markup("accepted", .good)
        case .duplicate: markup("duplicate", .quiet)
        case .answered: markup("handshake", .info)
        case .refused: markup("refused", .bad)
        case .limited: markup("limited", .warn)
        case .tooLarge: markup("too large", .warn)
        case .inactive: markup("source off", .quiet)
        }
    }

    static func markup(_ source: Source, lacksSecret: Bool) -> Markup {
        if !source.isActive { return markup("off", .quiet) }
        return lacksSecret ? markup("needs its secret", .warn) : markup("active", .good)
    }
}

/// Inbound requests as rows of a table.
struct RequestRows {
    let visit: Visit
    /// Whether rows say whose they are.
    var namesSource = true

    static let template = Template(
        "request-table",
        """
        <div class="table stacks"><table>
          <thead><tr><th>Request</th>{{#namesSource}}<th>Source</th>{{/namesSource}}<th>Verdict</th><th>Why</th><th
            class="number">Size</th><th>From</th><th>Received</th></tr></thead>
          <tbody>{{#requests}}<tr><td class="first"><a href="{{path}}"><strong>{{title}}</strong></a><span
            class="sub mono">{{id}}</span></td>
            {{#namesSource}}<td class="rest muted">{{source}}</td>{{/namesSource}}
            <td class="second nowrap">{{badge}}</td><td class="rest"><span class="break">{{reason}}</span></td>
            <td class="number rest nowrap" data-label="Size">{{size}}</td>
            <td class="rest mono" data-label="From">{{address}}</td>
            <td class="rest nowrap" data-label="Received">{{received}}</td></tr>{{/requests}}</tbody></table></div>
        """)

    func views(_ requests: [StoredRequest]) -> [View] {
        requests.map { request in
            let source = visit.context.directory.source(request.source, in: visit.environment.id)
            return [
                "id": request.id.description, "path": visit.path("requests", request.id.description),
                "title": request.sentType ?? request.method, "namesSource": namesSource,
                "source": source?.name ?? "\(request.source) (deleted)", "badge": Badge.markup(request.verdict),
                "reason": request.verdict.reason, "size": Figures.bytes(request.size),
                "address": request.address?.description, "received": When.markup(request.receivedAt, now: visit.now),
            ]
        }
    }
}

extension StoredVerdict.Code {
    /// The verdicts that a log can be narrowed to, by the names that pages give them in their URLs.
    static let shown: [(name: String, title: String, code: StoredVerdict.Code)] = [
        ("accepted", "Accepted", .accepted), ("refused", "Refused", .refused), ("duplicate", "Duplicates", .duplicate),
        ("answered", "Handshakes", .answered), ("limited", "Limited", .limited),
    ]
}
