public import MartletCore
public import MartletStore
import Synchronization

/// Decides whether more is taken: knows how many deliveries wait in the store and whether the store has room, and refuses
/// before either bound is hit. Counts in memory, so that no request asks the store to count.
///
/// The count is exact but for a batch whose commit failed after the store had made it durable: its deliveries are counted
/// from the next start on.
public final class Intake: Sendable {
    /// What an intake knows.
    public struct Snapshot: Sendable {
        /// How many deliveries wait in the store, those about to be stored included.
        public var backlog = 0
        /// Whether publishing is refused for want of room.
        public var isStorageShort = false
        /// The room at the last look; `nil` before the first.
        public var room: StorageRoom?
        /// How many publishing requests were refused for either reason.
        public var refusedForBacklog = 0
        public var refusedForStorage = 0
    }

    fileprivate struct Lane {
        var application: ApplicationID
        var count: Int
    }

    fileprivate struct State {
        var snapshot = Snapshot()
        /// Where at least one delivery waits.
        var lanes: [EndpointID: Lane] = [:]
        var applications: [ApplicationID: Int] = [:]
        /// What was taken since the last look at the store's room, and between that look and the one before, at most, in
        /// bytes: a look may have missed what was being written.
        var taken = 0
        var takenBefore = 0
        /// Set when the store said that it is full, until somebody has looked.
        var ranOut = false
        /// What has changed since the count that is under way began.
        var drift: [EndpointID: Lane]?
    }

    public let limits: IntakeLimits
    private let state = Mutex(State())

    /// When a publisher may come again.
    private static let retryAfterBacklog = Duration.seconds(10)
    private static let retryAfterStorage = Duration.seconds(30)

    public init(limits: IntakeLimits = IntakeLimits()) { self.limits = limits }

    public var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// Whether publishing is refused for want of room.
    public var isStorageShort: Bool { state.withLock { $0.snapshot.isStorageShort } }

    // MARK: The backlog

    /// Takes what waits in the store at the start, in the place of what was counted.
    public func restore(_ backlogs: [EndpointBacklog]) {
        state.withLock { state in
            state.lanes = [:]
            state.applications = [:]
            state.snapshot.backlog = 0
            for backlog in backlogs { state.add(backlog.count, to: backlog.endpoint, of: backlog.application) }
        }
    }

    /// How many deliveries wait for each of these endpoints; those for which none does are left out.
    func backlogs(of endpoints: [EndpointID]) -> [EndpointID: Int] {
        state.withLock { state in
            var found: [EndpointID: Int] = [:]
            for endpoint in endpoints {
                if let count = state.lanes[endpoint]?.count, count > 0 { found[endpoint] = count }
            }
            return found
        }
    }

    /// Counts what waits in the store anew, by `read`, while more comes in: other nodes end and leave deliveries too.
    public func recount(_ read: () async throws(StoreError) -> [EndpointBacklog]) async throws(StoreError) {
        state.withLock { $0.drift = [:] }
        do throws(StoreError) {
            let backlogs = try await read()
            let drift = state.withLock { state in
                defer { state.drift = nil }
                return state.drift ?? [:]
            }
            restore(backlogs)
            state.withLock { state in
                for (endpoint, lane) in drift {
                    if lane.count > 0 {
                        state.add(lane.count, to: endpoint, of: lane.application)
                    } else {
                        state.remove(-lane.count, from: endpoint)
                    }
                }
            }
        } catch {
            state.withLock { $0.drift = nil }
            throw error
        }
    }

    /// Deliveries that another node left are this one's now.
    public func tookOver(_ step: TakeOver) {
        state.withLock { state in
            for (endpoint, share) in step.endpoints { state.add(share.count, to: endpoint, of: share.application) }
        }
    }

    /// Counts what is about to be stored, or refuses it. What is not stored in the end is given back by
    /// ``withdraw(_:)``.
    func admit(_ acceptance: Acceptance) throws(ServiceError) {
        let count = acceptance.entries.reduce(0) { $0 + $1.deliveries.count }
        let refusal: ServiceError? = state.withLock { state in
            if state.snapshot.isStorageShort || state.ranOut || state.isUsedUp(to: limits.diskReserve) {
                state.snapshot.refusedForStorage += 1
                return Self.storageShort
            }
            if let refusal = self.refusal(of: count, acceptance, state) {
                state.snapshot.refusedForBacklog += 1
                return refusal
            }
            for entry in acceptance.entries {
                for delivery in entry.deliveries { state.add(1, to: delivery.endpoint, of: delivery.application) }
            }
            state.taken += acceptance.mostWritten
            return nil
        }
        if let refusal { throw refusal }
    }

    private func refusal(of count: Int, _ acceptance: Acceptance, _ state: State) -> ServiceError? {
        guard count > 0 else { return nil }
        let backlog = state.snapshot.backlog
        if backlog + count > limits.backlog {
            return ServiceError(
                .limited, "backlog_full",
                "\(backlog) deliveries wait already, of \(limits.backlog) that may. Publish again when some have been "
                    + "made; nothing was accepted.",
                retryAfter: Self.retryAfterBacklog)
        }
        let half = limits.backlog / 2
        // What goes to several applications is nobody's share.
        guard backlog + count > half, let application = acceptance.onlyApplication,
            state.applications[application, default: 0] + count > half
        else { return nil }
        return ServiceError(
            .limited, "backlog_full",
            "\(state.applications[application, default: 0]) deliveries wait for the application \(application) alone, "
                + "which is its share of the \(limits.backlog) that may. Publish again when some have been made; "
                + "nothing was accepted.",
            retryAfter: Self.retryAfterBacklog)
    }

    /// Gives back what was not stored after all.
    func withdraw(_ deliveries: some Sequence<Delivery>) {
        state.withLock { state in
            for delivery in deliveries { state.remove(1, from: delivery.endpoint) }
        }
    }

    /// Deliveries came to their end as these settlements say.
    func settled(_ settlements: some Sequence<Settlement>) {
        state.withLock { state in
            for settlement in settlements where settlement.state.isFinal { state.remove(1, from: settlement.endpoint) }
        }
    }

    /// A delivery that had ended waits again.
    func resumed(_ delivery: Delivery) {
        state.withLock { $0.add(1, to: delivery.endpoint, of: delivery.application) }
    }

    /// Deliveries of an endpoint wait no more, though no attempt ended them.
    public func ended(_ count: Int, of endpoint: EndpointID) {
        state.withLock { $0.remove(count, from: endpoint) }
    }

    // MARK: The storage

    /// The store said that it is full: nothing more is taken until somebody has looked.
    func ranOut() {
        state.withLock { $0.ranOut = true }
    }

    /// Whether the store said that it is full since the last time this was asked.
    func takeRanOut() -> Bool {
        state.withLock { state in
            defer { state.ranOut = false }
            return state.ranOut
        }
    }

    /// Somebody has looked at the room that the store has left.
    func storageChanged(_ room: StorageRoom, isShort: Bool) {
        state.withLock { state in
            state.snapshot.room = room
            (state.takenBefore, state.taken) = (state.taken, 0)
            state.snapshot.isStorageShort = isShort
        }
    }

    /// What publishers are told while there is too little room.
    public static let storageShort = ServiceError(
        .unavailable, "disk_nearly_full",
        "The disk is nearly full, so nothing more is accepted; what was accepted is still delivered. Publish again once "
            + "the operator has made room.",
        retryAfter: retryAfterStorage)
}

extension Intake.State {
    /// Whether what was taken since the last look may have used up the room that was seen, all but `reserve`.
    fileprivate func isUsedUp(to reserve: Int) -> Bool {
        guard var room = snapshot.room else { return false }
        room.fill(taken + takenBefore)
        return room.isShort(of: reserve)
    }

    fileprivate mutating func add(_ count: Int, to endpoint: EndpointID, of application: ApplicationID) {
        guard count > 0 else { return }
        drift?[endpoint, default: Intake.Lane(application: application, count: 0)].count += count
        lanes[endpoint, default: Intake.Lane(application: application, count: 0)].count += count
        applications[application, default: 0] += count
        snapshot.backlog += count
    }

    fileprivate mutating func remove(_ count: Int, from endpoint: EndpointID) {
        guard let index = lanes.index(forKey: endpoint) else { return }
        let lane = lanes.values[index]
        drift?[endpoint, default: Intake.Lane(application: lane.application, count: 0)].count -= count
        // Never below nothing: see the type's own comment.
        let count = min(count, lane.count)
        if lane.count == count { lanes.remove(at: index) } else { lanes.values[index].count -= count }
        snapshot.backlog -= count
        guard let place = applications.index(forKey: lane.application) else { return }
        applications.values[place] -= count
        if applications.values[place] <= 0 { applications.remove(at: place) }
    }
}

extension Acceptance {
    /// How much a store may write for it at most, in bytes: bodies stand in the log and in the tables, and small records
    /// take whole pages.
    fileprivate var mostWritten: Int {
        entries.reduce(2 * size) { $0 + 4096 + 1024 * $1.deliveries.count }
    }

    /// The application that all of its deliveries go to, where it is one.
    fileprivate var onlyApplication: ApplicationID? {
        var only: ApplicationID?
        for entry in entries {
            for delivery in entry.deliveries {
                guard let known = only else {
                    only = delivery.application
                    continue
                }
                if known != delivery.application { return nil }
            }
        }
        return only
    }
}
