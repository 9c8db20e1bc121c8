public import MartletCore
public import MartletStore

extension PostgresStore: NodeStore {
    public var isShared: Bool { true }

    public func join(as name: String, lease: Duration) async throws(StoreError) -> NodeNumber {
        try await belong { (writer) throws(StoreError) in try writer.join(as: name, lease: lease) }
    }

    public func beat() async throws(StoreError) {
        try await belong { (writer) throws(StoreError) in try writer.beat() }
        makeDays()
    }

    public func leave() async throws(StoreError) {
        try await belong { (writer) throws(StoreError) in try writer.leave() }
    }

    public func nodes() async throws(StoreError) -> [Node] {
        try await read { (reader) throws(StoreError) in try reader.nodes() }
    }

    public func takeOver(limit: Int) async throws(StoreError) -> TakeOver {
        try await control { (writer) throws(StoreError) in try writer.takeOver(limit: limit) }
    }

    public func claimEndpoint(_ endpoint: EndpointID) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.claimEndpoint(endpoint) }
    }

    public func claimEndpoints() async throws(StoreError) -> Set<EndpointID> {
        try await control { (writer) throws(StoreError) in try writer.claimEndpoints() }
    }

    public func rehome(_ endpoint: EndpointID) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.rehome(endpoint) }
    }

    public func claim(_ duty: Duty) async throws(StoreError) -> Bool {
        try await control { (writer) throws(StoreError) in try writer.claim(duty) }
    }

    public func news() -> AsyncStream<StoreNews> { listener.news() }

    public func configurationChanges(after number: Int64?) async throws(StoreError) -> ConfigurationNews {
        try await read { (reader) throws(StoreError) in try reader.configurationChanges(after: number) }
    }
}
