import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/applications`: docs/api.md. An application is named by its id or its uid.
struct ApplicationRoutes: RouteGroup {
    let kit: RouteKit
    let applications: ApplicationService
    let erasures: ErasureService

    init(_ kit: RouteKit) {
        self.kit = kit
        applications = ApplicationService(kit.services)
        erasures = ErasureService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/applications", "createApplication", "Make an application", .changeApplications,
                body: .json("NewApplication", example: #"{"name":"Acme","uid":"acme","metadata":{"plan":"pro"}}"#),
                answer: .made("Application"), conflicts: ["conflict"], create),
            Operation(
                .get, "/v1/applications", "listApplications", "List applications", .readApplications,
                query: QueryParameter.page(kit.limits), answer: .page("Application"), list),
            Operation(
                .get, "/v1/applications/{id}", "getApplication", "Look at an application", .readApplications,
                answer: .one("Application", "The application."), show),
            Operation(
                .patch, "/v1/applications/{id}", "updateApplication", "Change an application", .changeApplications,
                body: .json("ApplicationChange", example: #"{"name":"Acme Ltd","uid":null}"#),
                answer: .one("Application", "The application as it is now."), conflicts: ["conflict"], update),
            Operation(
                .delete, "/v1/applications/{id}", "deleteApplication", "Delete an application",
                detail: "Its webhooks and keys go with it, and what waits for them is cancelled.", .changeApplications,
                answer: .deleted, conflicts: ["default_application"], delete),
            Operation(
                .post, "/v1/applications/{id}/erase", "eraseApplication", "Erase an application and all that is its",
                detail:
                    "It is deleted at once, where it is not yet. Its deliveries, attempts, statistics and the events "
                    + "that were meant for it alone are removed step by step, also over restarts; asked again, it "
                    + "tells how far that is. What stays are ids.", .changeApplications,
                body: .json("Nothing", isRequired: false),
                answer: .one("Erasure", "It is under way.", status: .accepted), conflicts: ["default_application"],
                erase),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let name = reader.string("name")
            let uid = reader.nullableString("uid") ?? nil
            let metadata = reader.metadata("metadata") ?? []
            try reader.finish()
            let made = try await applications.create(name: name, uid: uid, metadata: metadata, by: principal)
            return .json(.created, location: "/v1/applications/\(made.id)", of: made)
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        return .page(try await applications.applications(page: page, for: principal)) { $0.write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: try applications.application(context.name, for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        var reader = try await kit.object(request)
        let name = reader.string("name")
        let uid = reader.nullableString("uid")
        let metadata = reader.metadata("metadata")
        try reader.finish()
        return .json(
            of: try await applications.update(context.name, name: name, uid: uid, metadata: metadata, by: principal))
    }

    private func erase(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let name = context.name
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            let erasure = try await erasures.erase(name, by: principal)
            return .json(.accepted) { erasure.write(to: &$0) }
        }
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await applications.delete(context.name, by: principal)
        return .noContent
    }
}
