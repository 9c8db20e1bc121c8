public import MartletCore

/// A store that one process has to itself: it is always alive, and there is nobody to take over from or to hear of.
public protocol SoleNode: NodeStore {}

extension SoleNode {
    public var isShared: Bool { false }

    public func join(as name: String, lease: Duration) async throws(StoreError) -> NodeNumber {
        NodeNumber(rawValue: 1)
    }
    public func beat() async throws(StoreError) {}
    public func leave() async throws(StoreError) {}
    public func nodes() async throws(StoreError) -> [Node] { [] }
    public func takeOver(limit: Int) async throws(StoreError) -> TakeOver { TakeOver(isOver: true) }
    public func claimEndpoints() async throws(StoreError) -> Set<EndpointID> { [] }
    public func claimEndpoint(_ endpoint: EndpointID) async throws(StoreError) {}
    public func rehome(_ endpoint: EndpointID) async throws(StoreError) {}
    public func claim(_ duty: Duty) async throws(StoreError) -> Bool { true }
    public func news() -> AsyncStream<StoreNews> { AsyncStream { $0.finish() } }

    public func configurationChanges(after number: Int64?) async throws(StoreError) -> ConfigurationNews {
        ConfigurationNews(changes: [], last: 0)
    }
}
