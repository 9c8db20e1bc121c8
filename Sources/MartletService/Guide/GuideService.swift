public import MartletCore
import MartletStore

/// What the guide to an environment is made from.
public struct GuideMatter: Sendable {
    public var environment: Environment
    /// What its webhooks follow unless they name another profile.
    public var profile: Profile
    /// The catalogue without what is archived, in its own order; at most ``GuideService/mostTypes``.
    public var eventTypes: [EventType]
}

/// The guide that an environment's customers integrate by.
public struct GuideService: Sendable {
    /// How many event types the guide tells of.
    public static let mostTypes = 500

    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// The environment's configuration, as its customers may know it.
    ///
    /// - Parameter principal: whoever reads it; `nil` for anybody, who may where the environment says so.
    /// - Throws: `not_found` where this reader has no business here.
    public func matter(of id: EnvironmentID, for principal: Principal?) async throws(ServiceError) -> GuideMatter {
        guard let environment = context.directory.environment(id),
            environment.pages.isGuidePublic || principal?.environment == id
        else { throw .notFound("guide") }
        let types = try await context.stored { () async throws(StoreError) in
            try await context.store.eventTypes(in: id, before: nil, limit: Self.mostTypes)
        }
        return GuideMatter(
            environment: environment,
            profile: context.directory.profile(named: environment.profile, in: id) ?? .standard,
            eventTypes: types.filter { !$0.isArchived })
    }
}
