import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// `/v1/requests`: what sources received. docs/api.md.
struct RequestRoutes: RouteGroup {
    let kit: RouteKit
    let requests: RequestService

    init(_ kit: RouteKit) {
        self.kit = kit
        requests = RequestService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/requests", "listRequests", "List what sources received",
                detail: "Refused requests are in it too, each with its reason; of a flood of them, a sample.",
                .readSources,
                query: [
                    QueryParameter("source", "Only those of this source: its id."),
                    QueryParameter(
                        "verdict", "Only those judged like this.",
                        schema: ##"{"$ref":"#/components/schemas/RequestVerdict"}"##),
                    .since, .until,
                ] + QueryParameter.page(kit.limits), answer: .page("Request"), list),
            Operation(
                .get, "/v1/requests/{id}", "getRequest", "Look at a request",
                detail: "With its body. What in it, in its headers or in its URL is a secret is masked.", .readSources,
                answer: .one("RequestInFull", "The request."), show),
            Operation(
                .post, "/v1/requests/{id}/replay", "replayRequest", "Deliver what a request brought again",
                detail: "To the webhooks that subscribe to its event now, or to the one named.", .changeSources,
                body: .json("RequestReplay", isRequired: false, example: #"{}"#),
                answer: .one("RequestReplayed", "The new deliveries.", status: .accepted),
                conflicts: ["request_not_accepted", "no_subscribers", "webhook_inactive", "payload_dropped"], replay),
            Operation(
                .post, "/v1/requests/{id}/verify", "verifyRequest", "Judge a request again",
                detail:
                    "By the source as it is now, its secret mended for example, and as of when the request arrived. One "
                    + "that was refused and passes becomes an event.", .changeSources,
                body: .json("Nothing", isRequired: false),
                answer: .one("Request", "The request as it is judged now."),
                conflicts: ["request_not_read", "payload_dropped", "source_misconfigured"], verify),
        ]
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (filter, page) = try kit.query(request) { reader in
            var filter = RequestService.Filter()
            filter.source = reader.identifier("source", SourceID.self)
            filter.verdict = reader.choice("verdict", RequestVerdictName.self)?.code
            filter.since = reader.instant("since")
            filter.until = reader.instant("until")
            return (filter, reader.page(kit.limits))
        }
        let found = try await requests.requests(filter, page: page, for: principal)
        return .page(found) { $0.write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let kept = try await requests.request(context.id(RequestID.self, "request"), for: principal)
        return .json(capacity: 2048 + kept.body.count) { writer in
            writer.object { writer in
                kept.request.writeMembers(to: &writer)
                writer.body(kept.body[...], isTruncated: kept.isBodyGone)
            }
        }
    }

    private func replay(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(RequestID.self, "request")
        return try await kit.post(request, principal) { reader in
            var webhook: EndpointID?
            if let text = reader.string("webhook") {
                webhook = EndpointID(text)
                if webhook == nil { reader.note("webhook", "Give a webhook's id: ep_ and 26 characters.") }
            }
            try reader.finish()
            let (event, deliveries) = try await requests.replay(id, to: webhook, by: principal)
            return .json(.accepted) { writer in
                writer.object { writer in
                    writer.field("event", event.description)
                    writer.field("delivery_count", deliveries.count)
                    writer.array("deliveries") { writer in
                        for delivery in deliveries.prefix(kit.limits.deliveriesTold) {
                            writer.object { writer in
                                writer.field("id", delivery.id.description)
                                writer.field("webhook", delivery.endpoint.description)
                            }
                        }
                    }
                }
            }
        }
    }

    private func verify(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(RequestID.self, "request")
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            let judged = try await requests.verify(id, by: principal)
            return .json { judged.write(to: &$0) }
        }
    }
}

/// The verdicts by the names that the API has for them.
enum RequestVerdictName: String, CaseIterable {
    case accepted, duplicate, answered, refused, limited
    case tooLarge = "too_large"
    case inactive

    var code: StoredVerdict.Code {
        switch self {
        case .accepted: .accepted
        case .duplicate: .duplicate
        case .answered: .answered
        case .refused: .refused
        case .limited: .limited
        case .tooLarge: .tooLarge
        case .inactive: .inactive
        }
    }
}
