import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// `/v1/webhooks`: docs/api.md.
struct WebhookRoutes: RouteGroup {
    let kit: RouteKit
    let webhooks: WebhookService

    init(_ kit: RouteKit) {
        self.kit = kit
        webhooks = WebhookService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/webhooks", "createWebhook", "Register a webhook",
                detail: "The answer has the signing secret, which is shown here and at `/secret` only.",
                .changeWebhooks,
                body: .json(
                    "NewWebhook",
                    example: #"{"url":"https://example.com/webhook","events":["property.updated","transaction.*"]}"#),
                answer: .made("Webhook"), create),
            Operation(
                .get, "/v1/webhooks", "listWebhooks", "List webhooks", .readWebhooks,
                query: [.application] + QueryParameter.page(kit.limits), answer: .page("Webhook"), list),
            Operation(
                .get, "/v1/webhooks/{id}", "getWebhook", "Look at a webhook", .readWebhooks,
                answer: .one("Webhook", "The webhook."), show),
            Operation(
                .patch, "/v1/webhooks/{id}", "updateWebhook", "Change a webhook",
                detail: "What is left out stays as it is. Making it inactive holds what is scheduled; making it active "
                    + "again releases it, and `gap` in the answer then says what it was not sent meanwhile, and how to "
                    + "recover that.", .changeWebhooks,
                body: .json("WebhookChange", example: #"{"active":false}"#),
                answer: .one("ChangedWebhook", "The webhook as it is now."), update),
            Operation(
                .delete, "/v1/webhooks/{id}", "deleteWebhook", "Delete a webhook",
                detail: "What waits for it is cancelled; its history stays.", .changeWebhooks, answer: .deleted, delete),
            Operation(
                .get, "/v1/webhooks/{id}/secret", "getWebhookSecret", "Show a webhook's signing secret", .readSecrets,
                answer: .one("Secret", "The secret in force, and the one before while it counts."), secret),
            Operation(
                .post, "/v1/webhooks/{id}/secret/rotate", "rotateWebhookSecret", "Put a new secret in force",
                detail: "Where the scheme carries several signatures, old and new both sign for `overlap`. Where it "
                    + "carries one, the old signs until `cut_over_at`, and a 401 or 403 meanwhile is tried once more "
                    + "with the other.", .changeWebhooks,
                body: .json("Rotation", isRequired: false, example: #"{"overlap":"2h"}"#),
                answer: .one("Webhook", "The webhook with its new secret."), rotate),
            Operation(
                .post, "/v1/webhooks/{id}/test", "testWebhook", "Send a test event now",
                detail: "It is tried once, and the answer waits for what comes of it.", .changeWebhooks,
                body: .json("TestEvent", example: #"{"type":"property.created","data":{"property_id":"p_1"}}"#),
                answer: .one("TestResult", "The attempt, whether acknowledged or not."),
                conflicts: ["webhook_inactive", "webhook_unattended"],
                test),
            Operation(
                .get, "/v1/webhooks/{id}/stats", "getWebhookStats", "Sum up how a webhook has been doing",
                .readWebhooks,
                query: [
                    .since,
                    QueryParameter(
                        "window", "How far back to look, unless `since` is given: 1d unless given.",
                        schema: ##"{"$ref":"#/components/schemas/Duration"}"##),
                ], answer: .one("WebhookStats", "The sums, by whole hours."), stats),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let draft = WebhookDraft(&reader)
            try reader.finish()
            let made = try await webhooks.create(draft, by: principal)
            return .json(
                .created, location: "/v1/webhooks/\(made.endpoint.id)",
                of: WebhookWire(made.endpoint, secret: made.secret.revealed, for: principal))
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (application, page) = try kit.query(request) { ($0.string("application"), $0.page(kit.limits)) }
        let found = try await webhooks.webhooks(application: application, page: page, for: principal)
        return .page(found) { WebhookWire($0, for: principal).write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let endpoint = try webhooks.webhook(context.id(EndpointID.self, "webhook"), for: principal)
        return .json(of: WebhookWire(endpoint, for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        var reader = try await kit.object(request)
        let draft = WebhookDraft(&reader)
        try reader.finish()
        let changed = try await webhooks.update(id, draft, by: principal)
        return .json(of: WebhookWire(changed.endpoint, gap: changed.gap, for: principal))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await webhooks.delete(context.id(EndpointID.self, "webhook"), by: principal)
        return .noContent
    }

    private func secret(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
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

    private func rotate(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request, principal) { reader in
            let secret = reader.string("secret")
            let overlap = reader.duration("overlap")
            let cutOverAt = reader.instant("cut_over_at")
            try reader.finish()
            let rotated = try await webhooks.rotate(
                id, to: secret, overlap: overlap, cutOverAt: cutOverAt, by: principal)
            return .json(of: WebhookWire(rotated.endpoint, secret: rotated.secret.revealed, for: principal))
        }
    }

    private func test(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request, principal) { reader in
            let type = reader.string("type")
            if type == nil { reader.note("type", "Name the event type to send: \"property.created\".") }
            let data = reader.value("data")
            try reader.finish()
            let payload = try data.map(normalise)
            let tested = try await webhooks.test(id, type: type ?? "", data: payload, by: principal)
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

    /// The payload in the form it is sent in; what is wrong with it is named by its place in the request.
    private func normalise(_ data: JSONValue) throws(PayloadRejection) -> [UInt8] {
        do throws(PayloadRejection) {
            return try JSONNormaliser.normalise(data.bytes).bytes
        } catch {
            var rejection = error
            rejection.path = "$.data" + error.path.dropFirst()
            throw rejection
        }
    }

    private func stats(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let since = try kit.query(request) { reader in
            reader.instant("since") ?? kit.services.time.now() - (reader.duration("window") ?? .seconds(86_400))
        }
        let stats = try await webhooks.stats(
            of: context.id(EndpointID.self, "webhook"), since: since, for: principal)
        return .json(of: stats)
    }
}
