public import MartletCore
import MartletStore

/// The catalogue of an environment.
public struct EventTypeService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// What a caller wants of an entry; what is left out stays as it is, `.some(nil)` takes it away.
    public struct Draft: Sendable {
        public var description: String?
        public var group: String??
        /// JSON text.
        public var schema: String??
        /// JSON text.
        public var example: String??
        public var isArchived: Bool?

        public init() {}
    }

    public func create(
        _ name: String?, _ draft: Draft, by principal: Principal
    ) async throws(ServiceError) -> EventType {
        try principal.require(.changeCatalogue)
        var fields: [ServiceError.Field] = []
        if !EventTypeName.isValid(name ?? "") { fields.append(.init("name", EventRules.typeRule)) }
        let now = context.time.now()
        var type = EventType(
            environment: principal.environment, name: name ?? "", description: "", createdAt: now, updatedAt: now)
        change(&type, draft, &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        if context.directory.isInCatalogue(type.name, in: principal.environment) {
            throw ServiceError(
                .conflict, "event_type_exists",
                "\(type.name) is in the catalogue already. Change it with PATCH /v1/event-types/\(type.name).")
        }
        try await context.apply([.createEventType(type)])
        return type
    }

    public func update(_ name: String, _ draft: Draft, by principal: Principal) async throws(ServiceError) -> EventType
    {
        try principal.require(.changeCatalogue)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            var type = try await find(name, principal)
            var fields: [ServiceError.Field] = []
            change(&type, draft, &fields)
            guard fields.isEmpty else { throw .invalid(fields) }
            type.updatedAt = context.time.now()
            do throws(ServiceError) {
                try await context.apply([.putEventType(type)])
            } catch {
                // Deleted since it was found.
                throw error.kind == .conflict ? .notFound("event type") : error
            }
            return type
        }
    }

    public func delete(_ name: String, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeCatalogue)
        _ = try await find(name, principal)
        try await context.apply([.deleteEventType(environment: principal.environment, name: name)])
    }

    public func eventType(_ name: String, for principal: Principal) async throws(ServiceError) -> EventType {
        try principal.require(.readCatalogue)
        return try await find(name, principal)
    }

    /// Lists the catalogue, newest first.
    public func eventTypes(
        page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<EventType> {
        try principal.require(.readCatalogue)
        var before: EventTypePosition?
        if let cursor = page.cursor {
            let parts = cursor.split(separator: "~", maxSplits: 1)
            guard parts.count == 2, let milliseconds = Int64(parts[0]), EventTypeName.isValid(String(parts[1])) else {
                throw PageRequest.unknown
            }
            before = EventTypePosition(createdAt: Timestamp(milliseconds: milliseconds), name: String(parts[1]))
        }
        let found = try await context.stored { [before] () async throws(StoreError) in
            try await context.store.eventTypes(in: principal.environment, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { "\($0.createdAt.milliseconds)~\($0.name)" }
    }

    private func find(_ name: String, _ principal: Principal) async throws(ServiceError) -> EventType {
        let type = try await context.stored { () async throws(StoreError) in
            try await context.store.eventType(name, in: principal.environment)
        }
        guard let type else { throw .notFound("event type") }
        return type
    }

    private func change(_ type: inout EventType, _ draft: Draft, _ fields: inout [ServiceError.Field]) {
        if let description = draft.description {
            if description.utf8.count > 2000 { fields.append(.init("description", "At most 2000 bytes are taken.")) }
            type.description = description
        }
        if let group = draft.group {
            if let group, !(1...100).contains(group.utf8.count) {
                fields.append(.init("group", "Give 1 to 100 bytes, or null."))
            }
            type.group = group
        }
        if let schema = draft.schema { type.schema = schema }
        if let example = draft.example {
            if let example { checkExample(example, &fields) }
            type.example = example
        }
        if let isArchived = draft.isArchived { type.isArchived = isArchived }
    }

    /// An example must be a payload that could be published.
    private func checkExample(_ example: String, _ fields: inout [ServiceError.Field]) {
        do throws(PayloadRejection) {
            _ = try JSONNormaliser.normalise(Array(example.utf8))
        } catch {
            fields.append(.init("example" + error.path.dropFirst(), error.message))
        }
    }
}
