public import Logging
public import MartletCore
public import MartletService
public import MartletStore
public import NIOCore
public import ServiceLifecycle
import Synchronization

/// Delivers: owns the dispatcher, performs its actions, and runs all of its work in one task group.
public final class DeliveryEngine: Service {
    struct State: ~Copyable {
        var dispatcher: Dispatcher
        /// Who waits for a delivery to be settled.
        var waiters: [DeliveryID: [CheckedContinuation<Void, Never>]] = [:]
        /// When the clock will ring, the next time last.
        var armed: [Timestamp] = []
        /// Set once nothing is delivered any more, so that nobody waits for it.
        var hasStopped = false
    }

    let state: Mutex<State>
    let store: any Store
    let directory: Directory
    let committer: GroupCommitter
    /// Given where other nodes deliver from the same store.
    let fence: NodeFence?
    let listeners: ListenHub
    let sender: any AttemptSender
    let loops: [any EventLoop]
    let nextLoop = Atomic<Int>(0)
    let limits: EngineLimits
    let identifiers: IdentifierSource
    let clock: any AlarmClock
    let metrics: ServiceMetrics
    let log: Logger
    let jobs: AsyncStream<EngineJob>
    let jobSource: AsyncStream<EngineJob>.Continuation
    let userAgent: HeaderField
    let reports = Mutex(FailureReports())

    public init(
        store: any Store, directory: Directory, committer: GroupCommitter, sender: any AttemptSender,
        group: any EventLoopGroup, limits: EngineLimits, identifiers: IdentifierSource, clock: any AlarmClock,
        metrics: ServiceMetrics, version: String, log: Logger, fence: NodeFence? = nil,
        listeners: ListenHub = ListenHub()
    ) {
        self.fence = fence
        self.listeners = listeners
        self.store = store
        self.directory = directory
        self.committer = committer
        self.sender = sender
        self.limits = limits
        self.identifiers = identifiers
        self.clock = clock
        self.metrics = metrics
        self.log = log
        loops = Array(group.makeIterator())
        userAgent = HeaderField(name: "User-Agent", value: "Martlet/\(version)")
        state = Mutex(State(dispatcher: Dispatcher(limits: limits.dispatch, isShared: fence != nil)))
        // Unbounded in form only: an endpoint has one load and one change under way at the most, and an attempt one relay.
        (jobs, jobSource) = AsyncStream.makeStream()
        listeners.tell { [weak self] in self?.attendanceMayHaveChanged(of: $0) }
    }

    // MARK: Running

    /// Tells the dispatcher of every endpoint and of what waits for it. To be awaited before anything is accepted.
    public func restore() async throws(StoreError) {
        committer.intake.restore(try await store.backlogs())
        let earliest = try await store.earliestDue()
        let health = Dictionary(try await store.health().map { ($0.endpoint, $0) }) { _, last in last }
        let now = clock.now()
        var known: Set<EndpointID> = []
        for endpoint in directory.allEndpoints {
            known.insert(endpoint.id)
            let rules = rules(of: endpoint)
            perform { state in
                state.dispatcher.endpointChanged(
                    endpoint.id, rules, stored: earliest[endpoint.id], health: health[endpoint.id], isOld: true,
                    now: now)
            }
        }
        // Deleted by a process that stopped before it had cancelled what was waiting.
        for endpoint in earliest.keys where !known.contains(endpoint) { jobSource.yield(.cancelStored(endpoint)) }
    }

    /// Delivers until the service stops, then lets attempts in flight finish.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.committer.run(handingOverTo: self) }
            group.addTask { await self.performJobs() }
            group.addTask { await self.writeSums() }
            if fence != nil { group.addTask { await self.recount() } }
            try? await gracefulShutdown()
            await drain()
            jobSource.finish()
            committer.close()
            group.cancelAll()
        }
        await flushSums()
        do throws(StoreError) {
            try await OperationalJournal(store: store).record(gatheredReports(all: true), at: clock.now())
        } catch {
            log.warning("how many deliveries failed lately was lost", metadata: ["error": "\(error)"])
        }
        let waiters = state.withLock { state in
            state.hasStopped = true
            defer { state.waiters = [:] }
            return state.waiters.values.flatMap { $0 }
        }
        for waiter in waiters { waiter.resume() }
    }

    private func drain() async {
        state.withLock { $0.dispatcher.drain() }
        // Their answers could not be taken any more.
        listeners.close()
        let clock = ContinuousClock()
        let deadline = clock.now + limits.drain
        while !state.withLock({ $0.dispatcher.isIdle }), clock.now < deadline, !Task.isCancelled {
            try? await clock.sleep(for: .milliseconds(10))
        }
        let left = state.withLock { $0.dispatcher.attemptsInFlight }
        if left > 0 {
            log.warning("stopping with attempts in flight; they are made again", metadata: ["attempts": "\(left)"])
        }
    }

    // MARK: Performing

    /// Takes a decision and does what it asks for.
    ///
    /// - Parameter loop: the event loop that this runs on, where it does: further attempts then start right here.
    func perform(on loop: (any EventLoop)? = nil, _ decide: (inout State) -> [DispatchAction]) {
        let (actions, alarm) = state.withLock { state -> ([DispatchAction], Timestamp?) in
            let actions = decide(&state)
            SharedActivity.deliveries.note(state.dispatcher.activity.isShared)
            guard let next = state.dispatcher.nextAlarm, state.armed.last.map({ next < $0 }) ?? true else {
                return (actions, nil)
            }
            state.armed.append(next)
            return (actions, next)
        }
        if let alarm { clock.alarm(at: alarm) { [weak self] in self?.alarmRang(alarm) } }
        var parcels: [Parcel] = []
        var outcomes: [PendingSettlement] = []
        var strangers: [(EndpointID, stored: Timestamp)] = []
        for action in actions {
            switch action {
            case .send(let parcel): parcels.append(parcel)
            case .settle(let parcel, var settlement):
                settlement.report = report(of: parcel, settlement)
                outcomes.append(PendingSettlement(parcel: parcel, settlement: settlement))
            case .load(let endpoint, let known, let limit, let key):
                jobSource.yield(.load(endpoint, besides: known, limit: limit, after: key))
            case .deactivate(let endpoint, let environment, let reason, let watch):
                jobSource.yield(.deactivate(endpoint, environment: environment, for: reason, watch))
            case .tell(let endpoint, let environment, let isWell, let watch):
                if fence != nil, !isWell {
                    jobSource.yield(.warn(endpoint, environment: environment, watch))
                } else {
                    tell(endpoint, in: environment, isWell: isWell, watch)
                }
            case .cancelStored(let endpoint): jobSource.yield(.cancelStored(endpoint))
            case .introduce(let endpoint, let stored): strangers.append((endpoint, stored))
            case .leave(let endpoint): committer.intake.ended(1, of: endpoint)
            case .rehome(let endpoint): jobSource.yield(.rehome(endpoint))
            }
        }
        if !outcomes.isEmpty { committer.settle(outcomes) }
        start(parcels, on: loop)
        for (endpoint, stored) in strangers { introduce(endpoint, stored: stored) }
    }

    /// Tells the dispatcher of an endpoint whose first event was faster than the news of it, or that is no more.
    func introduce(_ id: EndpointID, stored: Timestamp) {
        guard let endpoint = directory.target(id)?.endpoint else { return endpointDeleted(id) }
        let rules = rules(of: endpoint)
        let now = clock.now()
        perform { $0.dispatcher.endpointChanged(id, rules, stored: stored, now: now) }
    }

    private func alarmRang(_ instant: Timestamp) {
        let now = clock.now()
        perform { state in
            // Two that are close together may ring in either order.
            if let index = state.armed.lastIndex(of: instant) { state.armed.remove(at: index) }
            return state.dispatcher.timerFired(now: now)
        }
    }

    func rules(of endpoint: Endpoint) -> LaneRules {
        let target = directory.target(endpoint.id)
        let profile = target?.profile ?? .standard
        let url = target.flatMap { try? $0.url.get() }
        return LaneRules(
            isActive: endpoint.isActive, application: endpoint.application,
            host: url.map { "\($0.host):\($0.port)" } ?? endpoint.id.description, maxInFlight: endpoint.maxInFlight,
            rateLimit: endpoint.rateLimit, isExclusive: endpoint.isExclusive, isListening: endpoint.kind == .listen,
            success: profile.success, retry: profile.retry)
    }
}
