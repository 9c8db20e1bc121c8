import MartletCore
import MartletStore
import Synchronization

/// Which node this process is, as every thread of the store goes by it.
final class Membership: Sendable {
    private struct State {
        var node: NodeNumber?
        var leases: Set<EndpointID> = []
    }

    private let state = Mutex(State())

    /// The node that joined last; `nil` before anybody did, and after it left.
    var node: NodeNumber? { state.withLock(\.node) }

    /// The number as statements take it: that of nobody where nobody joined.
    var owner: Int32 { node?.rawValue ?? -1 }

    func joined(_ node: NodeNumber) { state.withLock { $0 = State(node: node) } }
    func left() { state.withLock { $0 = State() } }

    /// The leases that the node was last found to hold: what is stored for other exclusive endpoints is announced.
    var leases: Set<EndpointID> {
        get { state.withLock(\.leases) }
        set { state.withLock { $0.leases = newValue } }
    }

    /// Notes one lease more.
    func hold(_ endpoint: EndpointID) { state.withLock { _ = $0.leases.insert(endpoint) } }

    /// Forgets one lease.
    func release(_ endpoint: EndpointID) { state.withLock { _ = $0.leases.remove(endpoint) } }

    /// - Throws: `lapsed` where nobody has joined.
    func requireNode() throws(StoreError) -> NodeNumber {
        guard let node else { throw .lapsed("This process is no node of the store: it has to join first.") }
        return node
    }
}
