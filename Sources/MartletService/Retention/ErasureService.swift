import MartletCore
public import MartletStore

/// Asking for an application's erasure, and looking how far it is. ``Eraser`` does the work.
public struct ErasureService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// Deletes an application, where it is not deleted yet, and has all that is its removed. Asked again, it tells how far
    /// that is. The environment's default application stays.
    public func erase(_ name: String, by principal: Principal) async throws(ServiceError) -> Erasure {
        try principal.require(.changeApplications)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            let id = try await find(name, for: principal)
            guard try context.environment(of: principal).defaultApplication != id else {
                throw ServiceError(
                    .conflict, "default_application",
                    "This is the environment's default application, which webhooks without another belong to. It stays."
                )
            }
            let endpoints = context.directory.endpoints(in: principal.environment, application: id)
            try await context.apply([
                .eraseApplication(environment: principal.environment, id: id, at: context.time.now())
            ])
            for endpoint in endpoints { context.courier.endpointDeleted(endpoint.id) }
            return try await asked(id, in: principal.environment)
        }
    }

    /// How far the erasure of an application is.
    public func erasure(of name: String, for principal: Principal) async throws(ServiceError) -> Erasure {
        try principal.require(.readApplications)
        return try await asked(try await find(name, for: principal), in: principal.environment)
    }

    private func asked(_ id: ApplicationID, in environment: EnvironmentID) async throws(ServiceError) -> Erasure {
        let erasure = try await context.stored { () async throws(StoreError) in
            try await context.store.erasure(of: id, in: environment)
        }
        guard let erasure else { throw .notFound("erasure") }
        return erasure
    }

    /// By its id or uid, or by its id alone where it was deleted.
    private func find(_ name: String, for principal: Principal) async throws(ServiceError) -> ApplicationID {
        if let known = context.directory.application(named: name, in: principal.environment) { return known.id }
        guard let id = ApplicationID(name) else { throw .notFound("application") }
        let isKnown = try await context.stored { () async throws(StoreError) in
            try await context.store.hasApplication(id, in: principal.environment)
        }
        guard isKnown else { throw .notFound("application") }
        return id
    }
}
