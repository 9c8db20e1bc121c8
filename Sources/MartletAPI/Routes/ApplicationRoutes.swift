import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/applications`: SPEC section 3. An application is named by its id or its uid.
struct ApplicationRoutes {
    let kit: RouteKit
    let applications: ApplicationService

    init(_ kit: RouteKit) {
        self.kit = kit
        applications = ApplicationService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/applications") { request, _ -> Response in
            try await kit.post(request) { reader, principal in
                let name = reader.string("name")
                let uid = reader.nullableString("uid") ?? nil
                let metadata = reader.metadata("metadata") ?? []
                try reader.finish()
                let made = try await applications.create(name: name, uid: uid, metadata: metadata, by: principal)
                return .json(.created, location: "/v1/applications/\(made.id)", of: made)
            }
        }
        router.get("/v1/applications") { request, _ -> Response in
            let principal = try kit.caller.principal(of: request)
            let page = try kit.query(request) { $0.page(kit.limits) }
            return .page(try await applications.applications(page: page, for: principal)) { $0.write(to: &$1) }
        }
        router.get("/v1/applications/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            return .json(of: try applications.application(context.name, for: principal))
        }
        router.patch("/v1/applications/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            var reader = try await request.object(upTo: kit.limits.requestBytes)
            let name = reader.string("name")
            let uid = reader.nullableString("uid")
            let metadata = reader.metadata("metadata")
            try reader.finish()
            return .json(
                of: try await applications.update(context.name, name: name, uid: uid, metadata: metadata, by: principal))
        }
        router.delete("/v1/applications/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            try await applications.delete(context.name, by: principal)
            return .noContent
        }
    }
}
