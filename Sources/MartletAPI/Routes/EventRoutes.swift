import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// `/v1/events`: SPEC section 3.
struct EventRoutes {
    let kit: RouteKit
    let events: EventService

    init(_ kit: RouteKit) {
        self.kit = kit
        events = EventService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/events") { request, _ in try await publish(request) }
        router.post("/v1/events/batch") { request, _ in try await publishBatch(request) }
        router.get("/v1/events") { request, _ in try await list(request) }
        router.get("/v1/events/:id") { request, context in try await show(request, context) }
        router.post("/v1/events/:id/replay") { request, context in try await replay(request, context) }
    }

    private func publish(_ request: Request) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
        let explain = request.uri.query == nil ? false : try kit.query(request) { $0.flag("explain") }
        try principal.require(.publishEvents)
        let body = try await request.bytes(upTo: kit.limits.requestBytes)
        let stamp = try kit.stamp(request, body, principal)
        let draft = try body.withUnsafeReadableBytes { try reader(for: principal).draft($0) }
        let published = try await events.publish(draft, by: principal, stamp: stamp, explain: explain)
        return .json(.accepted) { writer in
            writer.object { published.writeMembers(to: &$0, told: kit.limits.deliveriesTold) }
        }
    }

    private func reader(for principal: Principal) -> PublishReader {
        PublishReader(form: kit.services.directory.environment(principal.environment)?.payloadForm ?? .stable)
    }

    private func publishBatch(_ request: Request) async throws -> Response {
        let principal = try kit.plain(request)
        try principal.require(.publishEvents)
        let body = try await request.bytes(
            upTo: kit.limits.batchBytes, types: ["application/json", "application/x-ndjson", "application/jsonl"])
        let stamp = try kit.stamp(request, body, principal)
        let drafts = try BatchReader(events: reader(for: principal), most: kit.limits.batchEvents).drafts(
            body, isLines: request.headers[.contentType].map { !$0.lowercased().hasPrefix("application/json") || $0.lowercased().hasPrefix("application/jsonl") } ?? false)
        let results = try await events.publish(drafts, by: principal, stamp: stamp)
        let accepted = results.reduce(0) { count, result in
            if case .success = result { count + 1 } else { count }
        }
        return .json(accepted == 0 ? .unprocessableContent : .accepted, capacity: 256 * results.count) { writer in
            writer.object { writer in
                writer.field("accepted", accepted)
                writer.field("refused", results.count - accepted)
                writer.array("results") { writer in
                    for (index, result) in results.enumerated() {
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
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
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

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
        let explain = try kit.query(request) { $0.flag("explain") }
        let event = try await events.event(named: context.name, for: principal)
        let deliveries = try await events.deliveries(of: event, for: principal)
        let unmatched = explain && principal.application == nil ? events.unmatched(event) : nil
        return .json(capacity: 4096) { event.write(to: &$0, deliveries: deliveries, unmatched: unmatched) }
    }

    private func replay(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = context.name
        return try await kit.post(request) { reader, principal in
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
