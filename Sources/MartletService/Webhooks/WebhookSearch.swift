public import MartletCore

/// Which webhooks to list, as a caller says it.
public struct WebhookFilter: Sendable {
    /// An application's id or uid.
    public var application: String?
    /// Text that the URL or the description contains, whatever its case.
    public var text: String?
    public var isActive: Bool?

    public init() {}
}

extension WebhookService {
    /// Finds webhooks among those in memory, newest first.
    public func search(
        _ filter: WebhookFilter, page: PageRequest, for principal: Principal
    ) throws(ServiceError) -> ListPage<Endpoint> {
        try principal.require(.readWebhooks)
        let application = try context.application(named: filter.application, for: principal)?.id
        let before = try page.position(of: EndpointID.self)
        let text = filter.text?.lowercased()
        let found = context.directory.endpoints(in: principal.environment, application: application)
            .filter { endpoint in
                before.map { endpoint.id < $0 } ?? true && filter.isActive.map { endpoint.isActive == $0 } ?? true
                    && text.map {
                        endpoint.url.lowercased().contains($0) || endpoint.description.lowercased().contains($0)
                    } ?? true
            }
            .sorted { $0.id > $1.id }
        return ListPage(Array(found.prefix(page.limit + 1)), limit: page.limit) { $0.id.description }
    }
}
