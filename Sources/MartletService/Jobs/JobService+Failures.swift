public import MartletCore
import MartletStore

/// Webhooks at which deliveries came to nothing, and what recoveries of them would deliver again.
public struct RecoverableWebhooks: Sendable {
    /// A webhook, with the forecast of its recovery.
    public struct Item: Sendable {
        public let endpoint: Endpoint
        public let forecast: JobForecast
    }

    /// Those that something would be delivered to, most first.
    public internal(set) var items: [Item] = []
    /// Those with failures that are not active: they have to be activated first.
    public internal(set) var inactive: [Endpoint] = []
    /// Whether there were too many failures, or too many webhooks with some, to look at all of them.
    public internal(set) var isPartial = false

    /// How many deliveries would be made altogether.
    public var count: Int { items.reduce(0) { $0 + $1.forecast.count } }
    /// Whether ``count`` is all there is.
    public var isExact: Bool { !isPartial && items.allSatisfy(\.forecast.isExact) }
}

extension JobService {
    /// How many pages of the newest failed deliveries are looked at for the webhooks that they went to. A page may hold
    /// less than it could, where much had to be looked at for it.
    private static let mostPages = 20

    /// How many webhooks can be recovered at once, by whoever asks: as many as jobs may run.
    public func mostRecoverable(by principal: Principal) -> Int {
        principal.role == .application
            ? context.limits.jobs.runningPerApplication : context.limits.jobs.runningPerEnvironment
    }

    /// Finds the webhooks to which deliveries have failed, and counts what recovering each of them would deliver again.
    ///
    /// - Parameter name: an application's id or uid, whose webhooks alone are meant.
    public func recoverable(
        application name: String?, _ draft: JobDraft, by principal: Principal
    ) async throws(ServiceError) -> RecoverableWebhooks {
        try principal.require(.replayEvents)
        var query = DeliveryQuery(environment: principal.environment, limit: 500)
        query.application = try context.application(named: name, for: principal)?.id
        query.status = .failed
        query.since = draft.since
        var found = RecoverableWebhooks()
        var ids: [EndpointID] = []
        var known: Set<EndpointID> = []
        for _ in 0..<Self.mostPages {
            let page = try await context.stored { [query] () async throws(StoreError) in
                try await context.store.deliveries(query)
            }
            for delivery in page.items where known.insert(delivery.endpoint).inserted { ids.append(delivery.endpoint) }
            query.before = page.next
            if page.next == nil { break }
        }
        found.isPartial = query.before != nil
        let most = mostRecoverable(by: principal)
        for id in ids {
            // A webhook that was deleted has nothing to recover.
            guard let endpoint = context.directory.endpoint(id, in: principal.environment) else { continue }
            guard endpoint.isActive else {
                found.inactive.append(endpoint)
                continue
            }
            guard found.items.count < most else {
                found.isPartial = true
                break
            }
            let forecast = try await forecastRecovery(id, only: .failed, draft, by: principal)
            if forecast.count > 0 || !forecast.isExact {
                found.items.append(.init(endpoint: endpoint, forecast: forecast))
            }
        }
        found.items.sort { ($0.forecast.count, $0.endpoint.id) > ($1.forecast.count, $1.endpoint.id) }
        return found
    }
}
