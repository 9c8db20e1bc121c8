import MartletCore
import MartletStore

/// Looks at what alerts are about, each thing once however many alerts look at it: a reader is made for one round.
///
/// It goes by what is kept anyway: endpoints' health, hourly sums, when deliveries are due, operational events. So what it
/// asks the store for grows with the endpoints there are, never with what they were sent.
struct AlertReader {
    /// How many of an application's webhooks are added up; the newest count where there are more.
    static let mostEndpoints = 200
    /// How many of the newest refusals are looked at.
    static let mostRefusals = 100

    private let context: ServiceContext
    private let now: Timestamp
    private var health: [EndpointID: EndpointHealth]?
    private var earliestDue: [EndpointID: Timestamp]?

    init(_ context: ServiceContext, at now: Timestamp) {
        self.context = context
        self.now = now
    }

    /// What an alert's rule says; `nil` where what it is about is no more.
    mutating func reading(of alert: Alert) async throws(ServiceError) -> AlertReading? {
        guard let endpoints = endpoints(of: alert) else { return nil }
        switch alert.rule {
        case .consecutiveFailures(let most): return try await failures(of: endpoints, most: most)
        case .successRate(let below, let window, let attempts):
            return try await successRate(of: alert, endpoints, below: below, window: window, attempts: attempts)
        case .oldestWaiting(let age): return try await oldest(of: endpoints, age: age)
        case .endpointDisabled:
            let disabled = endpoints.filter { $0.inactivity == .gone || $0.inactivity == .failing }
                .sorted { ($0.deactivatedAt ?? now, $0.id) > ($1.deactivatedAt ?? now, $1.id) }
            return AlertReading(
                isBroken: !disabled.isEmpty, value: Double(disabled.count), culprits: disabled.map(\.id.description))
        case .sourceRefusing(let window): return try await refusals(of: alert, window: window)
        }
    }

    /// The endpoints that an alert is about; `nil` where there is no such application or endpoint.
    private func endpoints(of alert: Alert) -> [Endpoint]? {
        let directory = context.directory
        switch alert.scope {
        case .environment: return directory.endpoints(in: alert.environment)
        case .application(let id):
            guard directory.application(id, in: alert.environment) != nil else { return nil }
            return directory.endpoints(in: alert.environment, application: id)
        case .endpoint(let id): return directory.endpoint(id, in: alert.environment).map { [$0] }
        }
    }

    private mutating func failures(of endpoints: [Endpoint], most: Int) async throws(ServiceError) -> AlertReading {
        let known: [EndpointID: EndpointHealth]
        if let health {
            known = health
        } else {
            known = Dictionary(
                try await context.stored { () async throws(StoreError) in try await context.store.health() }
                    .map { ($0.endpoint, $0) }
            ) { _, last in last }
            health = known
        }
        // One that is out of service makes no attempts any more: another rule is about those.
        let counts = endpoints.filter(\.isActive).compactMap { endpoint in
            known[endpoint.id].map { (id: endpoint.id, count: $0.failures) }
        }.sorted { ($0.count, $0.id) > ($1.count, $1.id) }
        let broken = counts.prefix { $0.count >= most }
        return AlertReading(
            isBroken: !broken.isEmpty, value: counts.first.map { Double($0.count) } ?? 0,
            culprits: broken.map(\.id.description))
    }

    private func successRate(
        of alert: Alert, _ endpoints: [Endpoint], below: Double, window: Duration, attempts: Int
    ) async throws(ServiceError) -> AlertReading {
        let since = now - window
        var succeeded = 0
        var failed = 0
        var worst: [(id: EndpointID, failed: Int)] = []
        if alert.scope == .environment {
            let hours = try await context.stored { () async throws(StoreError) in
                try await context.store.hours(in: alert.environment, since: since)
            }
            succeeded = hours.reduce(0) { $0 + $1.succeeded }
            failed = hours.reduce(0) { $0 + $1.failed }
        } else {
            for endpoint in endpoints.sorted(by: { $0.id > $1.id }).prefix(Self.mostEndpoints) {
                let hours = try await context.stored { () async throws(StoreError) in
                    try await context.store.hours(of: endpoint.id, since: since)
                }
                let failures = hours.reduce(0) { $0 + $1.failed }
                succeeded += hours.reduce(0) { $0 + $1.succeeded }
                failed += failures
                if failures > 0 { worst.append((endpoint.id, failures)) }
            }
        }
        let total = succeeded + failed
        guard total > 0 else { return .nothing }
        let share = Double(succeeded) / Double(total)
        let isBroken = total >= attempts && share < below
        worst.sort { ($0.failed, $0.id) > ($1.failed, $1.id) }
        return AlertReading(
            isBroken: isBroken, value: share, culprits: isBroken ? worst.map(\.id.description) : [])
    }

    private mutating func oldest(of endpoints: [Endpoint], age: Duration) async throws(ServiceError) -> AlertReading {
        let known: [EndpointID: Timestamp]
        if let earliestDue {
            known = earliestDue
        } else {
            known = try await context.stored { () async throws(StoreError) in
                try await context.store.earliestDueAnywhere()
            }
            earliestDue = known
        }
        // What waits for an inactive endpoint is held, not overdue.
        let overdue = endpoints.filter(\.isActive).compactMap { endpoint in
            known[endpoint.id].map { (id: endpoint.id, age: now.since($0)) }
        }.filter { $0.age > .zero }.sorted { ($0.age, $0.id) > ($1.age, $1.id) }
        let broken = overdue.prefix { $0.age > age }
        return AlertReading(
            isBroken: !broken.isEmpty, value: Double(overdue.first?.age.wholeMilliseconds ?? 0) / 1000,
            culprits: broken.map(\.id.description))
    }

    private func refusals(of alert: Alert, window: Duration) async throws(ServiceError) -> AlertReading {
        var query = OperationalEventQuery(environment: alert.environment, limit: Self.mostRefusals)
        query.kind = .sourceRefusing
        query.since = now - window
        query.application = alert.scope.application
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.operationalEvents(query)
        }
        var sources: [String] = []
        for event in found.items {
            let source = (try? JSONValue(parsing: event.data))?["source"]?.string ?? event.id.description
            if !sources.contains(source) { sources.append(source) }
        }
        return AlertReading(isBroken: !sources.isEmpty, value: Double(sources.count), culprits: sources)
    }
}
