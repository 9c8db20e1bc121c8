import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import WebhookSigning

/// `/v1/sources`: docs/api.md.
struct SourceRoutes: RouteGroup {
    let kit: RouteKit
    let sources: SourceService

    init(_ kit: RouteKit) {
        self.kit = kit
        sources = SourceService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/sources", "createSource", "Make a source",
                detail:
                    "Its `url` is what the sender is told. Where the sender shows its secret only once it knows the URL, "
                    + "leave `secret` out and PATCH it in.", .changeSources,
                body: .json(
                    "NewSource",
                    example: #"{"name":"Stripe","preset":"stripe","secret":"whsec_…","type_prefix":"stripe"}"#),
                answer: .made("Source"), conflicts: ["too_many_sources"], create),
            Operation(
                .get, "/v1/sources", "listSources", "List sources", .readSources,
                query: QueryParameter.page(kit.limits), answer: .page("Source"), list),
            Operation(
                .get, "/v1/sources/{id}", "getSource", "Look at a source", .readSources,
                answer: .one("Source", "The source."), show),
            Operation(
                .patch, "/v1/sources/{id}", "updateSource", "Change a source",
                detail:
                    "What is left out stays as it is. A `secret` replaces the one in force at once; what the old one "
                    + "signed is recognised, and refused.", .changeSources,
                body: .json("SourceChange", example: #"{"active":false}"#),
                answer: .one("Source", "The source as it is now."), update),
            Operation(
                .delete, "/v1/sources/{id}", "deleteSource", "Delete a source",
                detail: "Its URL is gone at once. What it received stays as long as other history.", .changeSources,
                answer: .deleted, delete),
            Operation(
                .get, "/v1/sources/{id}/secret", "getSourceSecret", "Show a source's secret", .changeSources,
                answer: .one("SourceSecret", "The secret in force, and the one before while it counts."), secret),
            Operation(
                .post, "/v1/sources/{id}/secret/rotate", "rotateSourceSecret", "Put a new secret in force",
                detail: "Old and new both count for `overlap`.", .changeSources,
                body: .json("SourceRotation", isRequired: false, example: #"{"secret":"whsec_…","overlap":"2h"}"#),
                answer: .one("Source", "The source, with its new secret where that was made here."), rotate),
            Operation(
                .post, "/v1/sources/{id}/test", "testSource", "Have a source receive a test request",
                detail:
                    "It is made and signed as the source's sender would, with an event id of its own, and goes the way of "
                    + "every request but for the rate limit. Where the sender signs with a private key, a key pair is made "
                    + "for the test.", .changeSources,
                body: .json("SourceTest", isRequired: false, example: #"{"type":"order.created"}"#),
                answer: .one("SourceTestResult", "What was sent, and what came of it."),
                conflicts: ["source_inactive", "no_secret", "source_misconfigured"], test),
        ]
    }

    private func wire(_ source: MartletCore.Source, made secret: SigningSecret? = nil, _ request: Request) -> SourceWire
    {
        SourceWire(
            source: source, url: kit.url(of: source, request), parameters: sources.parameters(of: source),
            lacksSecret: sources.lacksSecret(source), secret: secret?.revealed)
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let draft = SourceDraft(&reader)
            try reader.finish()
            let made = try await sources.create(draft, by: principal)
            return .json(
                .created, location: "/v1/sources/\(made.source.id)", of: wire(made.source, made: made.secret, request))
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        let found = try await sources.sources(page: page, for: principal)
        return .page(found) { wire($0, request).write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let source = try sources.source(context.id(SourceID.self, "source"), for: principal)
        return .json(of: wire(source, request))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(SourceID.self, "source")
        var reader = try await kit.object(request)
        let draft = SourceDraft(&reader)
        try reader.finish()
        let changed = try await sources.update(id, draft, by: principal)
        return .json(of: wire(changed.source, made: changed.secret, request))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await sources.delete(context.id(SourceID.self, "source"), by: principal)
        return .noContent
    }

    private func secret(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let id = try context.id(SourceID.self, "source")
        let secrets = try sources.secret(of: id, for: principal)
        let now = kit.services.time.now().seconds
        return .json { writer in
            writer.object { writer in
                writer.field("source", id.description)
                writer.field("secret", secrets?.current.revealed)
                writer.key("previous")
                if let previous = secrets?.previous, let end = secrets?.overlapEnds, end > now {
                    writer.object { writer in
                        writer.field("secret", previous.revealed)
                        writer.field("expires_at", Timestamp(milliseconds: end * 1000))
                    }
                } else {
                    writer.null()
                }
            }
        }
    }

    private func rotate(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(SourceID.self, "source")
        return try await kit.post(request, principal) { reader in
            let secret = reader.string("secret")
            let overlap = reader.duration("overlap")
            try reader.finish()
            let rotated = try await sources.rotate(id, to: secret, overlap: overlap, by: principal)
            return .json(of: wire(rotated.source, made: rotated.secret, request))
        }
    }

    private func test(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(SourceID.self, "source")
        return try await kit.post(request, principal) { reader in
            var trial = SourceService.Trial()
            trial.type = reader.string("type")
            trial.id = reader.string("id")
            trial.secret = reader.string("secret")
            if let value = reader.value("body") { trial.body = value.string.map { Array($0.utf8) } ?? value.bytes }
            try reader.finish()
            let source = try sources.source(id, for: principal)
            let tried = try await sources.test(id, trial, url: kit.url(of: source, request), by: principal)
            return .json { writer in
                writer.object { writer in
                    writer.key("request")
                    tried.request.write(to: &writer)
                    writer.object("sent") { writer in
                        writer.field("method", tried.sent.method)
                        writer.field("url", tried.sent.url)
                        writer.headers(tried.sent.headers.map { HeaderField(name: $0.name, value: $0.value) })
                        writer.body(tried.sent.body[...], isTruncated: false)
                    }
                    writer.field("own_key", tried.hasOwnKey)
                }
            }
        }
    }
}

extension RouteKit {
    /// What a source's sender is told.
    func url(of source: MartletCore.Source, _ request: Request) -> String {
        "\(publicURL(of: request))/in/\(source.token)"
    }
}
