public import MartletCore
public import MartletStore

extension PostgresStore: DeliveryStore {
    public var committing: (any TaskExecutor)? { writer }

    public func commit(_ batch: CommitBatch) async throws(StoreError) -> CommitResult {
        try await write { (writer) throws(StoreError) in try writer.commit(batch) }
    }

    public func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) async throws(StoreError) -> DueDeliveries {
        try await read { (reader) throws(StoreError) in
            try reader.due(endpoint, by: now, besides: known, limit: limit, bytes: bytes)
        }
    }

    public func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) async throws(StoreError) -> OrderedDeliveries {
        try await read { (reader) throws(StoreError) in
            try reader.dueInOrder(endpoint, by: now, after: key, limit: limit, bytes: bytes)
        }
    }

    public func head(of key: String, at endpoint: EndpointID) async throws(StoreError) -> DeliveryID? {
        try await read { (reader) throws(StoreError) in try reader.head(of: key, at: endpoint) }
    }

    public func blockedKeys(of endpoint: EndpointID, limit: Int) async throws(StoreError) -> [BlockedKey] {
        try await read { (reader) throws(StoreError) in try reader.blockedKeys(of: endpoint, limit: limit) }
    }

    public func earliestDueAnywhere() async throws(StoreError) -> [EndpointID: Timestamp] {
        try await read { (reader) throws(StoreError) in try reader.earliestDueAnywhere() }
    }

    public func waiting() async throws(StoreError) -> [EnvironmentID: Int] {
        try await read { (reader) throws(StoreError) in try reader.waiting() }
    }

    public func earliestDue() async throws(StoreError) -> [EndpointID: Timestamp] {
        try await read { (reader) throws(StoreError) in try reader.earliestDue() }
    }

    public func move(_ delivery: Delivery, to state: DeliveryState) async throws(StoreError) -> Bool {
        try await control { (writer) throws(StoreError) in try writer.move(delivery, to: state) }
    }

    public func cancelDeliveries(
        of endpoint: EndpointID, at now: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await control { (writer) throws(StoreError) in
            try writer.cancelDeliveries(of: endpoint, at: now, limit: limit)
        }
    }

    public func backlog(of endpoint: EndpointID) async throws(StoreError) -> Int {
        try await read { (reader) throws(StoreError) in try reader.backlog(of: endpoint) }
    }

    public func backlogs() async throws(StoreError) -> [EndpointBacklog] {
        try await read { (reader) throws(StoreError) in try reader.backlogs() }
    }

    public func backlog() async throws(StoreError) -> Backlog {
        try await read { (reader) throws(StoreError) in try reader.backlog() }
    }
}
