public import MartletCore

/// Listening to what becomes durable.
public struct LiveService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// Listens to the events and attempts that the principal may know of.
    ///
    /// - Parameters:
    ///   - type: a type or a pattern, or `nil` for all.
    ///   - application: the id or uid of the one that is wanted, or `nil` for all.
    public func subscribe(
        type: String?, application: String?, endpoint: EndpointID?, source: SourceID? = nil, for principal: Principal
    ) throws(ServiceError) -> LiveSubscription {
        try context.committer.feed.subscribe(
            filter(type: type, application: application, endpoint: endpoint, source: source, for: principal))
    }

    /// What such a listener would hear of; refused where it makes no sense.
    public func filter(
        type: String?, application: String?, endpoint: EndpointID?, source: SourceID? = nil, for principal: Principal
    ) throws(ServiceError) -> LiveFilter {
        try principal.require(.readEvents)
        if let type, !EventTypeName.isValidPattern(type) {
            throw .invalid("type", "Give an event type, its beginning and .* (transaction.*), or * for all.")
        }
        if let endpoint { _ = try context.endpoint(endpoint, for: principal) }
        return LiveFilter(
            environment: principal.environment,
            application: try context.application(named: application, for: principal)?.id, endpoint: endpoint,
            type: type,
            source: source)
    }
}
