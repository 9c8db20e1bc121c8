public import Logging
public import MartletCore
public import MartletStore
public import ServiceLifecycle
import Synchronization

/// Keeps this process a node of its service, where several share a store: says that it lives, takes over what others left,
/// has the leases and duties that are its share, and passes on what other nodes did.
///
/// ```
///    join ──► member ── no beat got through ──► fenced: no attempt starts
///      ▲        │ ▲                               │ │
///      │        │ └────────── a beat got through ─┘ │
///      │        └───────── taken for dead ──────────┤
///      └──────────── lapsed: nothing is its own ◄───┘
/// ```
public final class Membership: Service {
    /// How often a node says that it lives, and takes its share of what is free.
    static let beatInterval = Duration.seconds(1)
    /// How often it looks for what news should have told.
    static let pollInterval = Duration.seconds(2)
    /// How many deliveries one transaction takes over.
    static let takeOverStep = 500
    /// For how long a beat takes over at most; what is left then is for the next one, here or elsewhere.
    private static let takeOverTime: Int64 = 300_000_000

    private struct State {
        /// Whether the node has joined, and its courier has not looked what is its own.
        var isUnrestored = false
        var hasComplained = false
        var leases: Set<EndpointID> = []
    }

    private let store: any Store
    private let name: String
    private let lease: Duration
    private let fence: NodeFence
    private let status: NodeStatus
    private let courier: any NodeCourier
    private let follower: ConfigurationFollower
    private let jobs: JobRoster
    private let log: Logger
    private let pause: @Sendable (Duration) async -> Void
    /// One beat at a time.
    private let turn = ChangeLock()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: for those who look at the nodes.
    ///   - lease: for how long the node counts as alive after a beat. Once seven tenths of it have passed since the last one,
    ///     no attempt starts.
    ///   - pause: waits; ends early where its task is cancelled.
    public init(
        _ context: ServiceContext, name: String, lease: Duration, fence: NodeFence, courier: any NodeCourier,
        follower: ConfigurationFollower, log: Logger,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        store = context.store
        status = context.node
        jobs = context.jobs
        self.name = name
        self.lease = lease
        self.fence = fence
        self.courier = courier
        self.follower = follower
        self.log = log
        self.pause = pause
    }

    // MARK: Running

    /// Joins. To be awaited before anything is accepted, and before the courier looks what waits.
    public func join() async throws(StoreError) {
        let sentAt = fence.now()
        let number = try await store.join(as: name, lease: lease)
        status.change {
            $0.number = number
            $0.isMember = true
        }
        fence.open(from: sentAt, for: fenceTime)
        log.info("joined the service", metadata: ["node": "\(number.rawValue)", "name": "\(name)"])
    }

    /// Beats until the service stops; then leaves, so that others need not wait for the lease to end.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    await self.beat()
                    await self.pause(Self.beatInterval)
                }
            }
            group.addTask {
                for await item in self.store.news() { await self.hear(item) }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.pause(Self.pollInterval)
                    await self.poll()
                }
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await leave()
    }

    private func leave() async {
        await turn.withLock {
            fence.shut()
            status.change { $0.isMember = false }
            do throws(StoreError) {
                try await store.leave()
                log.info("left the service")
            } catch {
                log.warning(
                    "the service could not be left; others take over once the lease has ended",
                    metadata: ["error": "\(error)"])
            }
        }
    }

    private var fenceTime: Duration { lease * 7 / 10 }

    // MARK: Beating

    /// Says that the node lives, and takes its share of what is free; or joins again where it was taken for dead.
    public func beat() async {
        await turn.withLock {
            do throws(StoreError) {
                try await sayAlive()
                if state.withLock(\.isUnrestored) { try await restore() }
                courier.goOn()
                try await takeShare()
                state.withLock { $0.hasComplained = false }
            } catch {
                if !fence.isOpen { courier.halt() }
                complain(error)
            }
        }
    }

    private func sayAlive() async throws(StoreError) {
        let sentAt = fence.now()
        do throws(StoreError) {
            try await store.beat()
            fence.open(from: sentAt, for: fenceTime)
        } catch {
            guard error.isLapsed else { throw error }
            lapse()
            try await join()
        }
    }

    private func lapse() {
        fence.shut()
        courier.lapsed()
        state.withLock {
            $0.leases = []
            $0.isUnrestored = true
        }
        status.change {
            $0.isMember = false
            $0.lapses += 1
            $0.leases = 0
            $0.duties = []
        }
        log.warning(
            "this node was taken for dead: it had not reached the store for the length of its lease. It joins again",
            metadata: ["lease": "\(lease.text)"])
    }

    private func restore() async throws(StoreError) {
        try await courier.rejoined()
        state.withLock { $0.isUnrestored = false }
    }

    private func complain(_ error: StoreError) {
        let isFirst = state.withLock { state in
            defer { state.hasComplained = true }
            return !state.hasComplained
        }
        if isFirst {
            log.error("the store does not take this node's beats; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Its share

    private func takeShare() async throws(StoreError) {
        try await takeOver()
        try await claim()
        for duty in Duty.allCases {
            let isOwn = try await store.claim(duty)
            guard status.snapshot.duties.contains(duty) != isOwn else { continue }
            status.change { if isOwn { $0.duties.insert(duty) } else { $0.duties.remove(duty) } }
            if duty == .jobs { jobs.mayHaveStarted() }
        }
        let living = try await store.nodes().count
        status.change { $0.living = living }
    }

    private func takeOver() async throws(StoreError) {
        let end = fence.now() + Self.takeOverTime
        repeat {
            let step = try await store.takeOver(limit: Self.takeOverStep)
            let count = step.endpoints.values.reduce(0) { $0 + $1.count }
            if count > 0 {
                courier.tookOver(step)
                status.change { $0.takenOver += count }
                log.notice("took over what another node left", metadata: ["deliveries": "\(count)"])
            }
            if step.isOver { return }
        } while fence.now() < end
    }

    private func claim() async throws(StoreError) {
        let leases = try await store.claimEndpoints()
        let isNews = state.withLock { state in
            defer { state.leases = leases }
            return state.leases != leases
        }
        guard isNews else { return }
        courier.holds(leases)
        status.change { $0.leases = leases.count }
    }

    /// Has one exclusive endpoint's deliveries go out from here, whoever delivered them before.
    public func claim(_ endpoint: EndpointID) async throws(StoreError) {
        // In its turn: what a beat read before would let it go again.
        try await turn.withLock { () async throws(StoreError) in
            try await store.claimEndpoint(endpoint)
            try await claim()
        }
    }

    // MARK: Others

    /// Takes what another node let this one know.
    public func hear(_ news: StoreNews) async {
        switch news {
        case .configuration: await follow()
        case .due(let endpoints): courier.mayHaveGrown(endpoints)
        case .moved(let delivery, let endpoint, let due):
            if let due {
                await courier.rescheduled(delivery, of: endpoint, due: due)
            } else {
                await courier.cancelled(delivery, of: endpoint)
            }
        case .jobs: jobs.mayHaveStarted()
        case .lost: await poll()
        }
    }

    /// Looks for what news should have told.
    public func poll() async {
        await follow()
        if status.has(.jobs) { jobs.mayHaveStarted() }
        guard status.isMember else { return }
        do throws(StoreError) {
            try await courier.lookAgain()
        } catch {
            complain(error)
        }
    }

    private func follow() async {
        do throws(StoreError) {
            guard try await follower.catchUp(), status.isMember else { return }
            // What has become exclusive is claimed now: it would wait for the next beat otherwise.
            try await turn.withLock { () async throws(StoreError) in try await claim() }
        } catch {
            // The beat looks after it.
            if !error.isLapsed { complain(error) }
        }
    }
}
