public import MartletCore
public import MartletStore

extension SQLiteStore: HealthStore {
    public func putHealth(_ health: [EndpointHealth]) async throws(StoreError) {
        try await write { (writer) throws(StoreError) in try writer.putHealth(health) }
    }

    public func health() async throws(StoreError) -> [EndpointHealth] {
        try await read { (reader) throws(StoreError) in try reader.health() }
    }

    public func health(of endpoint: EndpointID) async throws(StoreError) -> EndpointHealth? {
        try await read { (reader) throws(StoreError) in try reader.health(of: endpoint) }
    }
}

extension SQLiteStore: OperationalEventStore {
    public func record(_ events: [OperationalEvent]) async throws(StoreError) {
        try await write { (writer) throws(StoreError) in try writer.record(events) }
    }

    public func operationalEvents(
        _ query: OperationalEventQuery
    ) async throws(StoreError) -> Found<OperationalEvent, OperationalEventID> {
        try await read { (reader) throws(StoreError) in try reader.operationalEvents(query) }
    }

    public func untoldOperationalEvents(limit: Int) async throws(StoreError) -> [OperationalEvent] {
        try await read { (reader) throws(StoreError) in try reader.untoldOperationalEvents(limit: limit) }
    }

    public func markTold(_ events: [OperationalEvent]) async throws(StoreError) {
        try await write { (writer) throws(StoreError) in try writer.markTold(events) }
    }

    public func forgetOperationalEvents(
        createdBefore instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await write { (writer) throws(StoreError) in
            try writer.forgetOperationalEvents(createdBefore: instant, limit: limit)
        }
    }
}
