import MartletCore
import MartletStore

extension MemoryContents {
    mutating func putHealth(_ health: [EndpointHealth]) throws(StoreError) {
        for health in health where endpoints[health.endpoint]?.environment != health.environment {
            throw .conflict("There is no endpoint \(health.endpoint) in \(health.environment).")
        }
        for health in health { self.health[health.endpoint] = health }
    }

    func liveHealth() -> [EndpointHealth] {
        health.values.filter { !deletedEndpoints.contains($0.endpoint) }.sorted { $0.endpoint < $1.endpoint }
    }

    mutating func record(_ events: [OperationalEvent]) throws(StoreError) {
        for event in events where environments[event.environment] == nil {
            throw .conflict("There is no environment \(event.environment) in the store.")
        }
        for event in events where operationalEvents[event.id] == nil {
            operationalEvents[event.id] = event
            untoldEvents.insert(event.id)
        }
    }

    func operationalEvents(_ query: OperationalEventQuery) -> Found<OperationalEvent, OperationalEventID> {
        page(of: operationalEvents.values, limit: query.limit, \.id) { event in
            event.environment == query.environment
                && (query.application == nil || event.application == query.application)
                && (query.endpoint == nil || event.endpoint == query.endpoint)
                && (query.kind == nil || event.kind == query.kind)
                && IdentifierRange(since: query.since, until: nil, before: query.before).contains(event.id)
        }
    }

    func untoldOperationalEvents(limit: Int) -> [OperationalEvent] {
        Array(untoldEvents.sorted().lazy.compactMap { operationalEvents[$0] }.prefix(max(0, limit)))
    }

    mutating func forgetOperationalEvents(createdBefore instant: Timestamp, limit: Int) -> Int {
        let old = operationalEvents.values.filter { $0.createdAt < instant }
            .sorted { $0.createdAt < $1.createdAt }.prefix(max(0, limit))
        for event in old {
            operationalEvents[event.id] = nil
            untoldEvents.remove(event.id)
        }
        return old.count
    }
}
