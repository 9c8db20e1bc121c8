public import MartletCore

/// Who is asking, and where.
public struct Principal: Sendable, Hashable {
    public let environment: EnvironmentID
    public let role: APIKey.Role
    /// The one application that a key with the role `application` speaks for.
    public let application: ApplicationID?
    /// The key it came with.
    public let key: KeyID?

    public init(environment: EnvironmentID, role: APIKey.Role, application: ApplicationID? = nil, key: KeyID? = nil) {
        self.environment = environment
        self.role = role
        self.application = application
        self.key = key
    }

    /// Whoever runs the service: the command line and the first start.
    public static func operating(of environment: EnvironmentID) -> Self {
        Principal(environment: environment, role: .admin)
    }

    /// Refuses unless the role may.
    public func require(_ permission: Permission) throws(ServiceError) {
        guard permission.roles.contains(role) else {
            throw ServiceError(
                .forbidden, "forbidden",
                "A key with the role \(role.rawValue) may not \(permission.rawValue). "
                    + "It takes \(permission.roles.map(\.rawValue).sorted().joined(separator: " or ")).")
        }
    }

    /// Whether what belongs to `application` is this principal's business.
    public func mayKnow(of application: ApplicationID?) -> Bool { self.application.map { $0 == application } ?? true }
}
