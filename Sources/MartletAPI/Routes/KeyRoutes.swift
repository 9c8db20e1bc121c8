import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/keys`: SPEC section 3.
struct KeyRoutes {
    let kit: RouteKit
    let keys: KeyService

    init(_ kit: RouteKit) {
        self.kit = kit
        keys = KeyService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/keys") { request, _ -> Response in
            try await kit.post(request) { reader, principal in
                let name = reader.string("name")
                let role = reader.string("role")
                let application = reader.nullableString("application") ?? nil
                let expiresAt = reader.nullableInstant("expires_at") ?? nil
                try reader.finish()
                let issued = try await keys.create(
                    name: name, role: role, application: application, expiresAt: expiresAt, by: principal)
                return .json(
                    .created, location: "/v1/keys/\(issued.key.id)", of: KeyWire(key: issued.key, text: issued.text))
            }
        }
        router.get("/v1/keys") { request, _ -> Response in
            let principal = try kit.caller.principal(of: request)
            let page = try kit.query(request) { $0.page(kit.limits) }
            return .page(try await keys.keys(page: page, for: principal)) { KeyWire(key: $0).write(to: &$1) }
        }
        router.get("/v1/keys/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            return .json(of: KeyWire(key: try keys.key(context.id(KeyID.self, "key"), for: principal)))
        }
        router.patch("/v1/keys/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            let id = try context.id(KeyID.self, "key")
            var reader = try await request.object(upTo: kit.limits.requestBytes)
            let name = reader.string("name")
            let expiresAt = reader.nullableInstant("expires_at")
            try reader.finish()
            return .json(of: KeyWire(key: try await keys.update(id, name: name, expiresAt: expiresAt, by: principal)))
        }
        router.delete("/v1/keys/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            try await keys.delete(context.id(KeyID.self, "key"), by: principal)
            return .noContent
        }
    }
}
