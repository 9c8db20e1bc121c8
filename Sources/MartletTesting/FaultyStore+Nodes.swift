public import MartletCore
public import MartletStore

extension FaultyStore {
    public var isShared: Bool { store.isShared }

    public func join(as name: String, lease: Duration) async throws(StoreError) -> NodeNumber {
        try await call { () throws(StoreError) in try await store.join(as: name, lease: lease) }
    }

    public func beat() async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.beat() }
    }

    public func leave() async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.leave() }
    }

    public func nodes() async throws(StoreError) -> [Node] {
        try await call { () throws(StoreError) in try await store.nodes() }
    }

    public func takeOver(limit: Int) async throws(StoreError) -> TakeOver {
        try await call { () throws(StoreError) in try await store.takeOver(limit: limit) }
    }

    public func claimEndpoint(_ endpoint: EndpointID) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.claimEndpoint(endpoint) }
    }

    public func claimEndpoints() async throws(StoreError) -> Set<EndpointID> {
        try await call { () throws(StoreError) in try await store.claimEndpoints() }
    }

    public func rehome(_ endpoint: EndpointID) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.rehome(endpoint) }
    }

    public func claim(_ duty: Duty) async throws(StoreError) -> Bool {
        try await call { () throws(StoreError) in try await store.claim(duty) }
    }

    public func news() -> AsyncStream<StoreNews> { store.news() }

    public func configurationChanges(after number: Int64?) async throws(StoreError) -> ConfigurationNews {
        try await call { () throws(StoreError) in try await store.configurationChanges(after: number) }
    }
}
