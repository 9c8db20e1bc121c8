import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/event-types`: SPEC section 3.
struct CatalogueRoutes {
    let kit: RouteKit
    let types: EventTypeService

    init(_ kit: RouteKit) {
        self.kit = kit
        types = EventTypeService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/event-types") { request, _ -> Response in
            try await kit.post(request) { reader, principal in
                let name = reader.string("name")
                let draft = EventTypeService.Draft(&reader)
                try reader.finish()
                let type = try await types.create(name, draft, by: principal)
                return .json(.created, location: "/v1/event-types/\(type.name)", of: type)
            }
        }
        router.get("/v1/event-types") { request, _ -> Response in
            let principal = try kit.caller.principal(of: request)
            let page = try kit.query(request) { $0.page(kit.limits) }
            return .page(try await types.eventTypes(page: page, for: principal)) { $0.write(to: &$1) }
        }
        router.get("/v1/event-types/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            return .json(of: try await types.eventType(context.name, for: principal))
        }
        router.patch("/v1/event-types/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            var reader = try await request.object(upTo: kit.limits.requestBytes)
            let draft = EventTypeService.Draft(&reader)
            try reader.finish()
            return .json(of: try await types.update(context.name, draft, by: principal))
        }
        router.delete("/v1/event-types/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            try await types.delete(context.name, by: principal)
            return .noContent
        }
    }
}
