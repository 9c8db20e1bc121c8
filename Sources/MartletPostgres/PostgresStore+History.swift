public import MartletCore
public import MartletStore

extension PostgresStore: HistoryStore {
    public func event(_ id: EventID, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try await read { (reader) throws(StoreError) in try reader.event(id, in: environment) }
    }

    public func event(chosenID: String, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try await read { (reader) throws(StoreError) in try reader.event(chosenID: chosenID, in: environment) }
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> Found<Event, EventID> {
        try await read { (reader) throws(StoreError) in try reader.events(query) }
    }

    public func delivery(_ id: DeliveryID, in environment: EnvironmentID) async throws(StoreError) -> Delivery? {
        try await read { (reader) throws(StoreError) in try reader.delivery(id, in: environment) }
    }

    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> Found<Delivery, DeliveryID> {
        try await read { (reader) throws(StoreError) in try reader.deliveries(query) }
    }

    public func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) async throws(StoreError) -> [Delivery] {
        try await read { (reader) throws(StoreError) in
            try reader.deliveries(of: event, in: environment, limit: limit)
        }
    }

    public func failures(_ query: FailureQuery) async throws(StoreError) -> FailureGroups {
        try await read { (reader) throws(StoreError) in try reader.failures(query) }
    }

    public func attempts(of delivery: DeliveryID) async throws(StoreError) -> [Attempt] {
        try await read { (reader) throws(StoreError) in try reader.attempts(of: delivery) }
    }

    public func add(_ sums: [EndpointHour]) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.add(sums) }
    }

    public func note(_ waiting: [EnvironmentWaiting]) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.note(waiting) }
    }

    public func hours(
        in environment: EnvironmentID, since: Timestamp
    ) async throws(StoreError) -> [EnvironmentHour] {
        try await read { (reader) throws(StoreError) in try reader.hours(in: environment, since: since) }
    }

    public func hours(of endpoint: EndpointID, since: Timestamp) async throws(StoreError) -> [EndpointHour] {
        try await read { (reader) throws(StoreError) in try reader.hours(of: endpoint, since: since) }
    }
}
