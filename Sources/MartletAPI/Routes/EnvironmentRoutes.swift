import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/environment`: docs/api.md. The one that the key belongs to.
struct EnvironmentRoutes: RouteGroup {
    let kit: RouteKit
    let environments: EnvironmentService

    init(_ kit: RouteKit) {
        self.kit = kit
        environments = EnvironmentService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/environment", "getEnvironment", "Look at the key's environment", .readEnvironment,
                answer: .one("Environment", "The environment."), show),
            Operation(
                .patch, "/v1/environment", "updateEnvironment", "Change the key's environment",
                detail: "Webhooks that name no profile of their own follow a new one at once.", .changeEnvironment,
                body: .json("EnvironmentChange", example: #"{"retention":{"payloads":"7d","history":"30d"}}"#),
                answer: .one("Environment", "The environment as it is now."), update),
        ]
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: try environments.environment(for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        var reader = try await kit.object(request)
        var draft = EnvironmentService.Draft(profile: reader.string("profile"))
        draft.payloadForm = reader.choice("payload_form", Environment.PayloadForm.self)
        _ = reader.object("retention") { reader in
            draft.payloads = reader.nullableDuration("payloads")
            draft.history = reader.nullableDuration("history")
            return true
        }
        _ = reader.object("pages") { reader in
            draft.pages.name = reader.nullableString("name")
            draft.pages.colour = reader.nullableString("colour")
            draft.pages.logo = reader.nullableString("logo")
            draft.pages.support = reader.nullableString("support")
            draft.pages.isGuidePublic = reader.boolean("public_guide")
            draft.pages.isStatusPublic = reader.boolean("public_status")
            draft.pages.frameAncestors = reader.strings("frame_ancestors")
            return true
        }
        try reader.finish()
        return .json(of: try await environments.update(draft, by: principal))
    }
}
