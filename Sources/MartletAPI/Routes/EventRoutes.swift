import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// `/v1/events`: docs/api.md.
struct EventRoutes: RouteGroup {
    let kit: RouteKit
    let events: EventService

    init(_ kit: RouteKit) {
        self.kit = kit
        events = EventService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/events", "publishEvent", "Publish an event",
                detail: "Answered only once the event and its deliveries are durable. A chosen `id` makes publishing "
                    + "again safe: the very same event gets its first answer.", .publishEvents,
                query: [.explain],
                body: .json(
                    "NewEvent", example: #"{"type":"property.created","data":{"property_id":"p_1","rooms":4}}"#),
                answer: .one("PublishedEvent", "Accepted, and durable.", status: .accepted),
                conflicts: ["event_id_taken"], publish),
            Operation(
                .post, "/v1/events/batch", "publishEvents", "Publish up to \(kit.limits.batchEvents) events",
                detail: "As a JSON array, or one event a line (NDJSON). Each is accepted or refused by itself; what is "
                    + "accepted is durable.", .publishEvents,
                body: RequestContent(
                    schemas: [
                        ("application/json", "NewEvents"), ("application/x-ndjson", "Lines"),
                        ("application/jsonl", "Lines"),
                    ],
                    example: #"[{"type":"property.created","data":{"property_id":"p_1"}}]"#),
                answer: .one("BatchResult", "One or more were accepted.", status: .accepted),
                publishBatch),
            Operation(
                .get, "/v1/events", "listEvents", "List events",
                detail: "This is also how a consumer fetches events that it missed.", .readEvents,
                query: [
                    .application, QueryParameter("type", "Only events of this type."),
                    .status, .since, .until, QueryParameter("q", "Only events with this text in their payload."),
                ] + QueryParameter.page(kit.limits),
                answer: .page("Event"), list),
            Operation(
                .get, "/v1/events/{id}", "getEvent", "Look at an event and its deliveries",
                detail: "By its id, or the one that its publisher chose.", .readEvents, query: [.explain],
                answer: .one("EventWithDeliveries", "The event."), show),
            Operation(
                .post, "/v1/events/{id}/replay", "replayEvent", "Deliver an event again",
                detail:
                    "To the webhooks that subscribe to it now and whose filters want it, or to one of them, whatever "
                    + "it subscribes to and filters. Receivers see the same bytes under the same id.", .replayEvents,
                body: .json("Replay", isRequired: false),
                answer: .one("Replayed", "The new deliveries are durable.", status: .accepted),
                conflicts: ["no_subscribers", "webhook_inactive", "payload_dropped"], replay),
        ]
    }

    private func publish(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let explain = request.uri.query == nil ? false : try kit.query(request) { $0.flag("explain") }
        let body = try await request.bytes(upTo: kit.limits.requestBytes)
        let stamp = try kit.stamp(request, body, principal)
        let draft = try body.withUnsafeReadableBytes { try reader(for: principal).draft($0) }
        let published = try await events.publish(draft, by: principal, stamp: stamp, explain: explain)
        let response = Response.json(.accepted) { writer in
            writer.object { published.writeMembers(to: &$0, told: kit.limits.deliveriesTold) }
        }
        return published.isReplayed ? response.replayed : response
    }

    private func reader(for principal: Principal) -> PublishReader {
        PublishReader(form: kit.services.directory.environment(principal.environment)?.payloadForm ?? .stable)
    }

    /// One event a line.
    private static let lineTypes = ["application/x-ndjson", "application/jsonl"]

    private func publishBatch(_ request: Request, _ context: APIContext, _ principal: Principal) async throws
        -> Response
    {
        try kit.noQuery(request)
        let body = try await request.bytes(upTo: kit.limits.batchBytes, types: ["application/json"] + Self.lineTypes)
        let stamp = try kit.stamp(request, body, principal)
        let drafts = try BatchReader(events: reader(for: principal), most: kit.limits.batchEvents).drafts(
            body, isLines: request.mediaType.map(Self.lineTypes.contains) ?? false)
        let results = try await events.publish(drafts, by: principal, stamp: stamp)
        let accepted = results.reduce(0) { count, result in
            if case .success = result { count + 1 } else { count }
        }
        guard accepted > 0 else { throw refusal(of: results) }
        if let error = results.lazy.compactMap(\.notTaken).first { throw incomplete(results, accepted, error) }
        let isReplayed = results.contains { result in
            if case .success(let published) = result { published.isReplayed } else { false }
        }
        // Every payload is in it again, and what is told of each event beside it.
        let response = Response.json(.accepted, capacity: body.readableBytes + 512 * results.count) { writer in
            writer.object { write(results, accepted: accepted, to: &$0) }
        }
        return isReplayed ? response.replayed : response
    }

    /// The problem of a batch of which nothing was accepted: each event's own stands in `results`.
    private func refusal(of results: [Result<PublishedEvent, ServiceError>]) -> Problem {
        var problem = Problem(
            .unprocessableContent, "batch_refused",
            "None of the \(results.count) events was accepted; `results` says why of each.")
        problem.members = { write(results, accepted: 0, to: &$0) }
        return problem
    }

    /// The problem of a batch of which the store took a part only.
    private func incomplete(
        _ results: [Result<PublishedEvent, ServiceError>], _ accepted: Int, _ error: ServiceError
    ) -> Problem {
        var problem = Problem(
            ServiceError(
                .unavailable, "batch_incomplete",
                "\(accepted) of the \(results.count) events are accepted; `results` says which. Publish the others again.",
                retryAfter: error.retryAfter ?? .seconds(1)))
        problem.members = { write(results, accepted: accepted, to: &$0) }
        return problem
    }

    private func write(
        _ results: [Result<PublishedEvent, ServiceError>], accepted: Int, to writer: inout JSONWriter
    ) {
        writer.field("accepted", accepted)
        writer.field("refused", results.count - accepted)
        writer.array("results") { writer in
            for (index, result) in results.enumerated() {
                giveWay(at: index)
                writer.object { writer in
                    writer.field("index", index)
                    switch result {
                    case .success(let published):
                        writer.field("status", 202)
                        published.writeMembers(to: &writer, told: kit.limits.deliveriesTold)
                    case .failure(let error): Problem(error).write(to: &writer)
                    }
                }
            }
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (filter, page) = try kit.query(request) { reader in
            var filter = EventFilter()
            filter.application = reader.string("application")
            filter.type = reader.string("type")
            filter.since = reader.instant("since")
            filter.until = reader.instant("until")
            filter.status = reader.choice("status", DeliveryStatus.self)
            filter.text = reader.string("q")
            return (filter, reader.page(kit.limits))
        }
        let found = try await events.events(filter, page: page, for: principal)
        return .page(found) { $0.write(to: &$1, deliveries: nil, unmatched: nil) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let explain = try kit.query(request) { $0.flag("explain") }
        let event = try await events.event(named: context.name, for: principal)
        let deliveries = try await events.deliveries(of: event, for: principal)
        let unmatched = explain ? events.unmatched(event, delivered: deliveries, for: principal) : nil
        return .json(capacity: 4096) { event.write(to: &$0, deliveries: deliveries, unmatched: unmatched) }
    }

    private func replay(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let name = context.name
        return try await kit.post(request, principal) { reader in
            var webhook: EndpointID?
            if let text = reader.string("webhook") {
                webhook = EndpointID(text)
                if webhook == nil { reader.note("webhook", "Give a webhook's id: ep_ and 26 characters.") }
            }
            try reader.finish()
            let deliveries = try await events.replay(name, to: webhook, by: principal)
            return .json(.accepted) { writer in
                writer.object { writer in
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
}

extension Result<PublishedEvent, ServiceError> {
    /// Why it was not taken, where that is not for what is wrong with the event.
    fileprivate var notTaken: ServiceError? {
        guard case .failure(let error) = self, error.kind == .unavailable || error.kind == .limited else { return nil }
        return error
    }
}
