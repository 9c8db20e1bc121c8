import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/keys`: docs/api.md.
struct KeyRoutes: RouteGroup {
    let kit: RouteKit
    let keys: KeyService

    init(_ kit: RouteKit) {
        self.kit = kit
        keys = KeyService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/keys", "createKey", "Make an API key",
                detail: "Its text is in this answer and nowhere else: it is stored hashed.", .changeKeys,
                body: .json("NewKey", example: #"{"name":"Checkout","role":"publisher"}"#), answer: .made("Key"),
                create),
            Operation(
                .get, "/v1/keys", "listKeys", "List API keys", .readKeys, query: QueryParameter.page(kit.limits),
                answer: .page("Key"), list),
            Operation(
                .get, "/v1/keys/{id}", "getKey", "Look at an API key", .readKeys, answer: .one("Key", "The key."),
                show),
            Operation(
                .patch, "/v1/keys/{id}", "updateKey", "Change an API key",
                detail: "An `expires_at` that has passed ends the key at once.", .changeKeys,
                body: .json("KeyChange", example: #"{"expires_at":"2030-01-01T00:00:00Z"}"#),
                answer: .one("Key", "The key as it is now."), update),
            Operation(
                .delete, "/v1/keys/{id}", "deleteKey", "Withdraw an API key", .changeKeys, answer: .deleted, delete),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
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

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        return .page(try await keys.keys(page: page, for: principal)) { KeyWire(key: $0).write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: KeyWire(key: try keys.key(context.id(KeyID.self, "key"), for: principal)))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(KeyID.self, "key")
        var reader = try await kit.object(request)
        let name = reader.string("name")
        let expiresAt = reader.nullableInstant("expires_at")
        try reader.finish()
        return .json(of: KeyWire(key: try await keys.update(id, name: name, expiresAt: expiresAt, by: principal)))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await keys.delete(context.id(KeyID.self, "key"), by: principal)
        return .noContent
    }
}
