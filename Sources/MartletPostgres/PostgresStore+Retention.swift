public import MartletCore
public import MartletStore

extension PostgresStore: RetentionStore {
    public func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await sweep { (writer) throws(StoreError) in
            try writer.dropPayloads(in: environment, before: instant, limit: limit)
        }
    }

    public func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await sweep { (writer) throws(StoreError) in
            try writer.dropLatePayloads(in: environment, after: cursor, limit: limit)
        }
    }

    public func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await sweep { (writer) throws(StoreError) in
            try writer.dropHistory(in: environment, before: instant, after: cursor, limit: limit)
        }
    }

    public func dropHours(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await sweep { (writer) throws(StoreError) in try writer.dropHours(before: instant, limit: limit) }
    }
}
