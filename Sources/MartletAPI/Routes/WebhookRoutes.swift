import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// `/v1/webhooks`: SPEC section 3.
struct WebhookRoutes {
    let kit: RouteKit
    let webhooks: WebhookService

    init(_ kit: RouteKit) {
        self.kit = kit
        webhooks = WebhookService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/webhooks") { request, _ in try await create(request) }
        router.get("/v1/webhooks") { request, _ in try await list(request) }
        router.get("/v1/webhooks/:id") { request, context in try show(request, context) }
        router.patch("/v1/webhooks/:id") { request, context in try await update(request, context) }
        router.delete("/v1/webhooks/:id") { request, context in try await delete(request, context) }
        router.get("/v1/webhooks/:id/secret") { request, context in try secret(request, context) }
        router.post("/v1/webhooks/:id/secret/rotate") { request, context in try await rotate(request, context) }
        router.post("/v1/webhooks/:id/test") { request, context in try await test(request, context) }
        router.get("/v1/webhooks/:id/stats") { request, context in try await stats(request, context) }
    }

    private func create(_ request: Request) async throws -> Response {
        try await kit.post(request) { reader, principal in
            let draft = WebhookDraft(&reader)
            try reader.finish()
            let made = try await webhooks.create(draft, by: principal)
            return .json(
                .created, location: "/v1/webhooks/\(made.endpoint.id)",
                of: WebhookWire(made.endpoint, secret: made.secret.revealed, for: principal))
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
        let (application, page) = try kit.query(request) { ($0.string("application"), $0.page(kit.limits)) }
        let found = try await webhooks.webhooks(application: application, page: page, for: principal)
        return .page(found) { WebhookWire($0, for: principal).write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext) throws -> Response {
        let principal = try kit.plain(request)
        let endpoint = try webhooks.webhook(context.id(EndpointID.self, "webhook"), for: principal)
        return .json(of: WebhookWire(endpoint, for: principal))
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = try kit.plain(request)
        let id = try context.id(EndpointID.self, "webhook")
        var reader = try await request.object(upTo: kit.limits.requestBytes)
        let draft = WebhookDraft(&reader)
        try reader.finish()
        return .json(of: WebhookWire(try await webhooks.update(id, draft, by: principal), for: principal))
    }

    private func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = try kit.plain(request)
        try await webhooks.delete(context.id(EndpointID.self, "webhook"), by: principal)
        return .noContent
    }

    private func secret(_ request: Request, _ context: APIContext) throws -> Response {
        let principal = try kit.plain(request)
        let id = try context.id(EndpointID.self, "webhook")
        let secrets = try webhooks.secret(of: id, for: principal)
        let now = kit.services.time.now().seconds
        return .json { writer in
            writer.object { writer in
                writer.field("webhook", id.description)
                writer.field("secret", secrets.current.revealed)
                writer.key("previous")
                if let previous = secrets.previous, secrets.overlapEnds > now {
                    writer.object { writer in
                        writer.field("secret", previous.revealed)
                        writer.field("expires_at", Timestamp(milliseconds: secrets.overlapEnds * 1000))
                        writer.field("cut_over_at", Timestamp(milliseconds: secrets.cutOverAt * 1000))
                    }
                } else {
                    writer.null()
                }
            }
        }
    }

    private func rotate(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request) { reader, principal in
            let secret = reader.string("secret")
            let overlap = reader.duration("overlap")
            let cutOverAt = reader.instant("cut_over_at")
            try reader.finish()
            let rotated = try await webhooks.rotate(
                id, to: secret, overlap: overlap, cutOverAt: cutOverAt, by: principal)
            return .json(of: WebhookWire(rotated.endpoint, secret: rotated.secret.revealed, for: principal))
        }
    }

    private func test(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request) { reader, principal in
            let type = reader.string("type")
            if type == nil { reader.note("type", "Name the event type to send: \"property.created\".") }
            let data = reader.value("data")
            try reader.finish()
            let payload = try data.map { try JSONNormaliser.normalise($0.bytes) }
            let tested = try await webhooks.test(id, type: type ?? "", data: payload?.bytes, by: principal)
            let target = kit.services.directory.target(id)
            return .json { writer in
                writer.object { writer in
                    writer.field("event", tested.event.publicID)
                    writer.key("delivery")
                    tested.delivery.writeSummary(to: &writer)
                    writer.key("attempt")
                    AttemptWire(
                        attempt: tested.attempt,
                        body: tested.event.body.slice(target?.profile.envelope ?? .event),
                        success: target?.profile.success ?? .any2xx
                    ).write(to: &writer)
                }
            }
        }
    }

    private func stats(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = try kit.caller.principal(of: request)
        let since = try kit.query(request) { reader in
            reader.instant("since") ?? kit.services.time.now() - (reader.duration("window") ?? .seconds(86_400))
        }
        let stats = try await webhooks.stats(
            of: context.id(EndpointID.self, "webhook"), since: since, for: principal)
        return .json(of: stats)
    }
}
