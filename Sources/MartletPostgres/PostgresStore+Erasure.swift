public import MartletCore
public import MartletStore

extension PostgresStore: ErasureStore {
    public func erasures(limit: Int) async throws(StoreError) -> [Erasure] {
        try await read { (reader) throws(StoreError) in try reader.erasures(limit: limit) }
    }

    public func erasure(
        of application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Erasure? {
        try await read { (reader) throws(StoreError) in try reader.erasure(of: application, in: environment) }
    }

    public func hasApplication(
        _ application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Bool {
        try await read { (reader) throws(StoreError) in try reader.hasApplication(application, in: environment) }
    }

    public func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) async throws(StoreError) -> ErasureStep {
        try await sweep { (writer) throws(StoreError) in
            try writer.erase(application, in: environment, limit: limit, settled: settled)
        }
    }
}
