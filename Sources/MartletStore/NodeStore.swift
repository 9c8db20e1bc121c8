public import MartletCore

/// What a store does for the processes that share it. A store that is one process's alone does little of it, and says so by
/// ``isShared``.
///
/// A store acts for the node that joined through it: what is committed becomes that node's own, and ``DeliveryStore``'s looks
/// for what is due see that node's deliveries alone, and those of the exclusive endpoints whose lease it holds.
public protocol NodeStore: Sendable {
    /// Whether other processes may deliver from it at the same time.
    var isShared: Bool { get }

    /// Becomes a node of the service, under a number that nobody had before. Whoever has joined and lapsed joins again: what
    /// was its own is then taken over like any other lapsed node's.
    ///
    /// - Parameters:
    ///   - name: for those who look at the nodes; host and process, say.
    ///   - lease: for how long the node counts as alive after a beat.
    func join(as name: String, lease: Duration) async throws(StoreError) -> NodeNumber

    /// Says that the node is alive. Fails as lapsed once it was taken for dead: everything it writes does from then on.
    func beat() async throws(StoreError)

    /// Leaves the service: others may take over at once what is the node's. Nothing may be written afterwards.
    func leave() async throws(StoreError)

    /// The nodes that are alive, by number.
    func nodes() async throws(StoreError) -> [Node]

    /// Makes up to `limit` scheduled deliveries of nodes that have lapsed or left this node's own.
    func takeOver(limit: Int) async throws(StoreError) -> TakeOver

    /// Takes the leases of exclusive endpoints that nobody who is alive holds, up to a fair share of all.
    ///
    /// An endpoint is exclusive while it has an order, a rate limit or a listener: one node alone delivers to it, so that
    /// they hold across the service. What is accepted for it by any node waits for whoever holds its lease; test deliveries aside,
    /// which go out from where they were accepted.
    ///
    /// - Returns: every lease that the node holds now.
    func claimEndpoints() async throws(StoreError) -> Set<EndpointID>

    /// Takes the lease of one exclusive endpoint for this node, whoever held it: its listener has come here. Does nothing
    /// where it is not exclusive, or no more. Whoever held it finds out when it next claims; until then both may deliver to
    /// it, which is for the caller to make harmless.
    func claimEndpoint(_ endpoint: EndpointID) async throws(StoreError)

    /// Puts what waits for an endpoint where it belongs after the endpoint became exclusive, or is no longer: with whoever
    /// holds the lease, or with this node. To be called while nothing that waits for it is in memory.
    func rehome(_ endpoint: EndpointID) async throws(StoreError)

    /// Takes a duty that one node at a time does, where nobody who is alive has it. Returns whether the node has it now.
    func claim(_ duty: Duty) async throws(StoreError) -> Bool

    /// What the other nodes did, as it happens. One stream at a time; it ends when the store is closed. Some of it may be
    /// lost: ``StoreNews/lost`` says so where that is known, and a poll from time to time makes it harmless elsewhere.
    func news() -> AsyncStream<StoreNews>

    /// The changes of the configuration after the one numbered `number`, oldest first, in the form in which the store has them
    /// now; and the number of the last. Own changes are among them.
    ///
    /// - Parameter number: as a call before returned it; `nil` for the number of the last change alone.
    func configurationChanges(after number: Int64?) async throws(StoreError) -> ConfigurationNews
}

/// A node's number. Zero is nobody's.
public struct NodeNumber: RawRepresentable, Sendable, Hashable, Comparable {
    public var rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A node that is alive.
public struct Node: Sendable, Hashable {
    public var number: NodeNumber
    public var name: String
    public var joinedAt: Timestamp
    /// By the store's clock.
    public var lastBeatAt: Timestamp

    public init(number: NodeNumber, name: String, joinedAt: Timestamp, lastBeatAt: Timestamp) {
        self.number = number
        self.name = name
        self.joinedAt = joinedAt
        self.lastBeatAt = lastBeatAt
    }
}

/// What one step of a take-over brought.
public struct TakeOver: Sendable, Hashable {
    /// What became this node's, by endpoint.
    public var endpoints: [EndpointID: Share]
    /// Whether nothing was left to take.
    public var isOver: Bool

    public init(endpoints: [EndpointID: Share] = [:], isOver: Bool) {
        self.endpoints = endpoints
        self.isOver = isOver
    }

    /// What was taken over for one endpoint.
    public struct Share: Sendable, Hashable {
        public var application: ApplicationID
        public var count: Int
        /// When the first of them is due.
        public var earliestDue: Timestamp

        public init(application: ApplicationID, count: Int, earliestDue: Timestamp) {
            self.application = application
            self.count = count
            self.earliestDue = earliestDue
        }
    }
}

/// What one node at a time does for all.
public enum Duty: String, Sendable, CaseIterable {
    /// Carries out recoveries and bulk replays.
    case jobs
    /// Drops what is old, and erases.
    case housekeeping
    /// Tells of operational events, looks at alerts and sends e-mail.
    case alerts
}

/// What one node lets the others know.
public enum StoreNews: Sendable, Hashable {
    /// The configuration has changed: see ``NodeStore/configurationChanges(after:)``.
    case configuration
    /// Something was stored for these endpoints, whose leases another node holds.
    case due([EndpointID])
    /// Somebody retried a delivery, to be due then; or, where `due` is `nil`, cancelled it.
    case moved(DeliveryID, of: EndpointID, due: Timestamp?)
    /// A job was made or ended.
    case jobs
    /// The connection that brings the news was lost for a while: anything may have happened.
    case lost
}

/// What has changed in the configuration.
public struct ConfigurationNews: Sendable {
    public var changes: [ConfigurationChange]
    /// The number of the last change.
    public var last: Int64

    public init(changes: [ConfigurationChange], last: Int64) {
        self.changes = changes
        self.last = last
    }
}
