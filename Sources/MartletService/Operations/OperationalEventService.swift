public import MartletCore
import MartletStore

/// Looking at what happened to the service's own things.
public struct OperationalEventService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// Lists operational events, newest first.
    ///
    /// - Parameters:
    ///   - application: the id or uid of the one whose events are wanted, or `nil` for all.
    ///   - endpoint: the one that they are about, deleted or not, or `nil` for all.
    public func events(
        application: String?, endpoint: EndpointID?, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<OperationalEvent> {
        try principal.require(.readOperationalEvents)
        var query = OperationalEventQuery(environment: principal.environment, limit: page.limit)
        query.application = try context.application(named: application, for: principal)?.id
        query.endpoint = endpoint
        query.before = try page.position(of: OperationalEventID.self)
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.operationalEvents(query)
        }
        return ListPage(items: found.items, next: found.next?.description)
    }
}
