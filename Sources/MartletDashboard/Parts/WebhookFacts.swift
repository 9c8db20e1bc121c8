import MartletCore
import MartletService
import WebhookSigning

/// A webhook's settings in words, those of its profile put in where it has none of its own.
struct WebhookFacts {
    private let endpoint: Endpoint
    private let visit: Visit
    private let profile: Profile

    init(_ endpoint: Endpoint, _ visit: Visit) {
        self.endpoint = endpoint
        self.visit = visit
        profile = visit.context.directory.target(endpoint.id)?.profile ?? .standard
    }

    func view(_ stats: WebhookStats) -> View {
        let application = visit.context.directory.application(endpoint.application, in: visit.environment.id)
        let showsHeaders = visit.principal.role != .reader
        return [
            "events": endpoint.events.map { ["name": $0] as View }, "source": source,
            "filter": endpoint.filter.flatMap { JSONMarkup.lines(Array($0.json)[...]) },
            "application": application?.name ?? endpoint.application.description,
            "applicationPath": visit.may(.readApplications)
                ? visit.path("applications", endpoint.application.description) : nil,
            "order": endpoint.isOrdered ? "one at a time, in the order accepted, for each key" : "as they come",
            "rate": endpoint.rateLimit.map {
                "\(Figures.text($0.count)) attempts a \($0.period.text), \(Figures.text($0.burst)) in a burst"
            } ?? "no limit of its own",
            "atOnce": endpoint.maxInFlight.map { "\($0) attempts" } ?? "as many as it shows that it can bear",
            "headers": endpoint.headers.map {
                ["label": "Header", "name": $0.name, "value": showsHeaders ? $0.value : "•••"] as View
            },
            "metadata": endpoint.metadata.map { ["name": $0.name, "value": $0.value] as View },
            "made": When.markup(endpoint.createdAt, now: visit.now),
            "changed": When.markup(endpoint.updatedAt, now: visit.now),
            "profile": endpoint.profile ?? "\(profile.name), as the environment",
            "signatureHeader": profile.signature.signatureHeader, "signature": Self.words(profile.signature),
            "success": profile.success.sentence + own(endpoint.success != nil),
            "timeout": profile.timeout.text + own(endpoint.timeout != nil),
            "retries": Self.words(profile.retry) + own(endpoint.retry != nil),
            "lastSuccess": When.markup(stats.health?.lastSuccessAt, now: visit.now),
            "rotation": endpoint.secrets.overlapEnds.flatMap { $0 > visit.now ? $0.rfc3339 : nil },
            "hasCutOver": !profile.signature.scheme.carriesSeveralSignatures,
            "rotationWords": profile.signature.scheme.carriesSeveralSignatures
                ? "A new secret is put in force. Until the old one ends, every request carries the signatures of both."
                : "A new secret is put in force. This scheme carries one signature: until the old secret ends, a request that "
                    + "is answered 401 or 403 is tried once more with the other one.",
        ]
    }

    /// The source whose events alone it gets, as far as the visitor may know of it.
    private var source: View? {
        guard let id = endpoint.source else { return nil }
        guard visit.may(.readSources) else { return ["name": id.description] }
        guard let source = visit.context.directory.source(id, in: visit.environment.id) else {
            return ["name": "\(id), which was deleted: it gets nothing more"]
        }
        return ["name": source.name, "path": visit.path("sources", id.description)]
    }

    private func own(_ isOwn: Bool) -> String { isOwn ? " (its own)" : "" }

    static func words(_ signature: SignatureProfile) -> String {
        let over =
            switch signature.scheme {
            case .body: "the body"
            case .timestampBody: "timestamp and body"
            case .tV1: "timestamp.body"
            case .standard, .standardEd25519: "id.timestamp.body"
            }
        if signature.scheme == .standardEd25519 { return "Ed25519 over \(over)" }
        return "HMAC-\(signature.hash.rawValue.uppercased()) over \(over), in \(signature.encoding.rawValue)"
    }

    static func words(_ retry: RetryPolicy) -> String {
        switch retry.schedule {
        case .delays(let delays):
            delays.isEmpty ? "none" : "after " + delays.map(\.text).joined(separator: ", ")
        case .exponential(let first, let factor, let longest):
            "after \(first.text), then \(ChartScale.text(factor)) times as long each time up to \(longest.text)"
                + (retry.window.map { ", for \($0.text)" } ?? "")
        }
    }
}
