public import MartletCore
import MartletStore

/// The customers of an environment.
public struct ApplicationService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    public func create(
        name: String?, uid: String?, metadata: [Metadata], by principal: Principal
    ) async throws(ServiceError) -> Application {
        try principal.require(.changeApplications)
        let now = context.time.now()
        var application = Application(
            id: context.identifiers.next(at: now), environment: principal.environment, uid: nil, name: "",
            createdAt: now, updatedAt: now)
        var fields: [ServiceError.Field] = []
        if name == nil { fields.append(.init("name", "Give the application a name.")) }
        change(&application, name: name, uid: .some(uid), metadata: metadata, &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        try await context.apply([.putApplication(application)])
        return application
    }

    /// - Parameter uid: `nil` leaves it as it is, `.some(nil)` takes it away.
    public func update(
        _ name: String, name newName: String?, uid: String??, metadata: [Metadata]?, by principal: Principal
    ) async throws(ServiceError) -> Application {
        try principal.require(.changeApplications)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            var application = try find(name, for: principal)
            var fields: [ServiceError.Field] = []
            change(&application, name: newName, uid: uid, metadata: metadata, &fields)
            guard fields.isEmpty else { throw .invalid(fields) }
            application.updatedAt = context.time.now()
            try await context.apply([.putApplication(application)])
            return application
        }
    }

    /// Deletes an application with its webhooks and keys. The environment's default application stays.
    public func delete(_ name: String, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeApplications)
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            let application = try find(name, for: principal)
            guard try context.environment(of: principal).defaultApplication != application.id else {
                throw ServiceError(
                    .conflict, "default_application",
                    "This is the environment's default application, which webhooks without another belong to. It stays."
                )
            }
            let endpoints = context.directory.endpoints(in: principal.environment, application: application.id)
            try await context.apply([
                .deleteApplication(environment: principal.environment, id: application.id, at: context.time.now())
            ])
            for endpoint in endpoints { context.courier.endpointDeleted(endpoint.id) }
        }
    }

    /// The application of that id or uid.
    public func application(_ name: String, for principal: Principal) throws(ServiceError) -> Application {
        try principal.require(.readApplications)
        return try find(name, for: principal)
    }

    /// Lists applications, newest first.
    public func applications(
        page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Application> {
        try principal.require(.readApplications)
        let before = try page.position(of: ApplicationID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.applications(in: principal.environment, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.id.description }
    }

    private func find(_ name: String, for principal: Principal) throws(ServiceError) -> Application {
        guard let application = context.directory.application(named: name, in: principal.environment),
            principal.mayKnow(of: application.id)
        else { throw .notFound("application") }
        return application
    }

    private func change(
        _ application: inout Application, name: String?, uid: String??, metadata: [Metadata]?,
        _ fields: inout [ServiceError.Field]
    ) {
        if let name {
            if !(1...200).contains(name.utf8.count) { fields.append(.init("name", "Give 1 to 200 bytes.")) }
            application.name = name
        }
        if let uid, application.isOperations, uid != OperationsApplication.uid {
            fields.append(.init("uid", "This application hears operational events by its uid. It stays."))
        } else if let uid, !(application.isOperations && uid == OperationsApplication.uid) {
            if let uid, !EventRules.isValidID(uid) || ApplicationID(uid) != nil {
                fields.append(
                    .init("uid", "Give 1 to \(EventRules.longestID) letters, digits, _, : and -, and no app_ id."))
            }
            application.uid = uid
        }
        if let metadata {
            WebhookRules.check(metadata: metadata, into: &fields)
            application.metadata = metadata
        }
    }
}
