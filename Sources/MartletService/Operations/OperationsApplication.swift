public import MartletCore
import MartletStore

/// The application whose webhooks hear operational events, and nothing else: an environment has it once somebody makes a
/// webhook for it. See decision 11.
public enum OperationsApplication {
    /// Its uid, which no other application can have: `@` is not taken in theirs.
    public static let uid = "@operations"
    static let name = "Operational events"

    /// Why nobody but the service publishes to it.
    static let isReserved = ServiceError.invalid(
        "application",
        "\(uid) hears operational events, which the service publishes itself. Name another application.",
        code: "reserved_application")
}

extension Application {
    /// Whether its webhooks hear operational events.
    public var isOperations: Bool { uid == OperationsApplication.uid }
}

extension ServiceContext {
    /// The application whose webhooks hear an environment's operational events; made where there is none yet.
    func makeOperations(in environment: EnvironmentID) async throws(ServiceError) -> Application {
        if let application = operations(in: environment) { return application }
        return try await directory.changes.withLock { () async throws(ServiceError) in
            if let application = operations(in: environment) { return application }
            let now = time.now()
            let application = Application(
                id: identifiers.next(at: now), environment: environment, uid: OperationsApplication.uid,
                name: OperationsApplication.name, createdAt: now, updatedAt: now)
            try await apply([.putApplication(application)])
            return application
        }
    }

    /// The application whose webhooks hear an environment's operational events, where there is one.
    func operations(in environment: EnvironmentID) -> Application? {
        directory.application(named: OperationsApplication.uid, in: environment)
    }

    /// Whether an application is the one that hears operational events.
    func isOperations(_ application: ApplicationID, in environment: EnvironmentID) -> Bool {
        directory.application(application, in: environment)?.isOperations ?? false
    }
}
