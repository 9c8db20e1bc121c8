public import MartletCore
public import MartletStore

/// How an environment is doing, for whoever looks after it.
public struct OverviewService: Sendable {
    let context: ServiceContext

    /// How many webhooks' sums are added up for one application; where there are more, the newest count.
    public static let mostEndpoints = 200
    /// How many webhooks are asked how they fare at this moment.
    static let mostAsked = 2000
    /// How many webhooks that want looking at are told.
    static let mostTroubled = 20

    public init(_ context: ServiceContext) { self.context = context }

    /// What the principal may know of since `since`.
    public func overview(since: Timestamp, for principal: Principal) async throws(ServiceError) -> Overview {
        try principal.require(.readWebhooks)
        let endpoints = context.directory.endpoints(in: principal.environment, application: principal.application)
            .sorted { $0.id > $1.id }
        var overview = Overview(since: since)
        overview.endpoints = endpoints.count
        overview.active = endpoints.count(where: \.isActive)
        if principal.application == nil {
            overview.hours = try await context.stored { () async throws(StoreError) in
                try await context.store.hours(in: principal.environment, since: since)
            }
        } else {
            overview.isPartial = endpoints.count > Self.mostEndpoints
            overview.hours = try await sums(of: endpoints.prefix(Self.mostEndpoints), since: since)
        }
        let waiting = context.committer.intake.backlogs(of: endpoints.map(\.id))
        overview.backlog = waiting.values.reduce(0, +)
        overview.waiting = endpoints.compactMap { endpoint in waiting[endpoint.id].map { (endpoint, $0) } }
            .sorted { $0.1 > $1.1 }.prefix(5).map { Overview.Waiting(endpoint: $0.0, count: $0.1) }
        overview.troubled = Array(
            endpoints.prefix(Self.mostAsked).lazy.compactMap { trouble(with: $0) }.prefix(Self.mostTroubled))
        return overview
    }

    /// What the endpoints' hours add up to, oldest first.
    private func sums(
        of endpoints: some Sequence<Endpoint>, since: Timestamp
    ) async throws(ServiceError) -> [EnvironmentHour] {
        var hours: [Timestamp: EnvironmentHour] = [:]
        for endpoint in endpoints {
            let found = try await context.stored { () async throws(StoreError) in
                try await context.store.hours(of: endpoint.id, since: since)
            }
            for hour in found {
                hours[hour.hour, default: .init(environment: hour.environment, hour: hour.hour)].add(hour)
            }
        }
        return hours.values.sorted { $0.hour < $1.hour }
    }

    /// One webhook's hourly sums from the hour that contains `since`, oldest first.
    public func hours(
        of id: EndpointID, since: Timestamp, for principal: Principal
    ) async throws(ServiceError) -> [EndpointHour] {
        try principal.require(.readWebhooks)
        let endpoint = try context.endpoint(id, for: principal)
        return try await context.stored { () async throws(StoreError) in
            try await context.store.hours(of: endpoint.id, since: since)
        }
    }

    private func trouble(with endpoint: Endpoint) -> Overview.Trouble? {
        switch endpoint.inactivity {
        case .gone: return Overview.Trouble(endpoint: endpoint, kind: .gone)
        case .failing: return Overview.Trouble(endpoint: endpoint, kind: .disabled)
        case .paused: return nil
        case nil: break
        }
        guard let breaker = context.courier.condition(of: endpoint.id)?.breaker, breaker.state != .closed else {
            return nil
        }
        return Overview.Trouble(endpoint: endpoint, kind: .breaker(breaker))
    }
}

/// How an environment, or one application in it, is doing.
public struct Overview: Sendable {
    public var since: Timestamp
    /// The sums of every hour in which something was attempted, oldest first: the environment's with what deleted webhooks
    /// did, or those of one application's webhooks.
    public var hours: [EnvironmentHour] = []
    /// Whether the application has too many webhooks to add all of them up.
    public var isPartial = false
    /// How many webhooks there are, and how many of them are active.
    public var endpoints = 0
    public var active = 0
    /// How many deliveries wait.
    public var backlog = 0
    /// The webhooks for which most waits.
    public var waiting: [Waiting] = []
    /// The webhooks that want looking at.
    public var troubled: [Trouble] = []

    init(since: Timestamp) { self.since = since }

    /// How much waits for a webhook.
    public struct Waiting: Sendable {
        public var endpoint: Endpoint
        public var count: Int
    }

    /// A webhook that wants looking at.
    public struct Trouble: Sendable {
        public enum Kind: Sendable {
            /// It answered 410.
            case gone
            /// It failed for too long.
            case disabled
            /// Its circuit breaker is not closed.
            case breaker(BreakerCondition)
        }

        public var endpoint: Endpoint
        public var kind: Kind
    }
}
