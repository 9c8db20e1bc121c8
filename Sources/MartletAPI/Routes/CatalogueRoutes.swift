import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/event-types`: docs/api.md.
struct CatalogueRoutes: RouteGroup {
    let kit: RouteKit
    let types: EventTypeService

    init(_ kit: RouteKit) {
        self.kit = kit
        types = EventTypeService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/event-types", "createEventType", "Add an event type to the catalogue", .changeCatalogue,
                body: .json(
                    "NewEventType",
                    example: #"{"name":"property.created","description":"A property was listed.","group":"property","#
                        + #""schema":{"type":"object"},"example":{"property_id":"p_1"}}"#),
                answer: .made("EventType"), conflicts: ["event_type_exists"], create),
            Operation(
                .get, "/v1/event-types", "listEventTypes", "List the catalogue", .readCatalogue,
                query: QueryParameter.page(kit.limits), answer: .page("EventType"), list),
            Operation(
                .get, "/v1/event-types/{id}", "getEventType", "Look at an event type", .readCatalogue,
                answer: .one("EventType", "The event type."), show),
            Operation(
                .patch, "/v1/event-types/{id}", "updateEventType", "Change an event type", .changeCatalogue,
                body: .json("EventTypeChange", example: #"{"archived":true}"#),
                answer: .one("EventType", "The event type as it is now."), update),
            Operation(
                .delete, "/v1/event-types/{id}", "deleteEventType", "Take an event type out of the catalogue",
                detail: "Events of the type can still be published; their publisher is warned.", .changeCatalogue,
                answer: .deleted, delete),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let name = reader.string("name")
            let draft = EventTypeService.Draft(&reader)
            try reader.finish()
            let type = try await types.create(name, draft, by: principal)
            return .json(.created, location: "/v1/event-types/\(type.name)", of: type)
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        return .page(try await types.eventTypes(page: page, for: principal)) { $0.write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: try await types.eventType(context.name, for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        var reader = try await kit.object(request)
        let draft = EventTypeService.Draft(&reader)
        try reader.finish()
        return .json(of: try await types.update(context.name, draft, by: principal))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await types.delete(context.name, by: principal)
        return .noContent
    }
}
