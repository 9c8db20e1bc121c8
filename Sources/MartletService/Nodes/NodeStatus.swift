public import MartletStore
import Synchronization

/// How this process stands among the nodes of its service: told by ``Membership``, read by whoever answers or works.
public final class NodeStatus: Sendable {
    /// What is known at a moment.
    public struct Snapshot: Sendable {
        /// The number under which the node has joined; `nil` before, and where the store is not shared.
        public var number: NodeNumber?
        /// Whether what the node writes counts.
        public var isMember: Bool
        /// How many nodes are alive, this one included.
        public var living = 1
        /// How many exclusive endpoints' leases the node holds.
        public var leases = 0
        /// How many deliveries it has taken over.
        public var takenOver = 0
        /// How often it was taken for dead.
        public var lapses = 0
        public var duties: Set<Duty> = []
    }

    /// Whether other nodes may share the store.
    public let isShared: Bool
    private let state: Mutex<Snapshot>

    public init(isShared: Bool = false) {
        self.isShared = isShared
        state = Mutex(Snapshot(isMember: !isShared))
    }

    public var snapshot: Snapshot { state.withLock { $0 } }

    /// Whether what this process writes counts.
    public var isMember: Bool { !isShared || state.withLock { $0.isMember } }

    /// Whether a duty is this process's to do.
    public func has(_ duty: Duty) -> Bool { !isShared || state.withLock { $0.isMember && $0.duties.contains(duty) } }

    /// What callers are told while what this process writes does not count.
    public static let lapsed = ServiceError(
        .unavailable, "node_lapsed",
        "The other nodes took this one for dead, since it had not reached the store for the length of its lease. It joins "
            + "again by itself.",
        retryAfter: .seconds(2))

    func change(_ body: (inout Snapshot) -> Void) { state.withLock { body(&$0) } }
}
