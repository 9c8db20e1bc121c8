public import MartletCore
public import MartletStore

extension SQLiteStore: SourceStore {
    public func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) async throws(StoreError) -> [Source] {
        try await read { (reader) throws(StoreError) in
            try reader.sources(in: environment, before: cursor, limit: limit)
        }
    }

    public func request(
        _ id: RequestID, in environment: EnvironmentID
    ) async throws(StoreError) -> StoredRequest? {
        try await read { (reader) throws(StoreError) in try reader.request(id, in: environment) }
    }

    public func requests(_ query: RequestQuery) async throws(StoreError) -> Found<StoredRequest, RequestID> {
        try await read { (reader) throws(StoreError) in try reader.requests(query) }
    }

    public func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await write { (writer) throws(StoreError) in
            try writer.dropRequests(in: environment, before: instant, limit: limit)
        }
    }
}
