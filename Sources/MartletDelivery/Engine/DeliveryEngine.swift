public import Logging
public import MartletCore
public import MartletService
public import MartletStore
public import NIOCore
public import ServiceLifecycle
import Synchronization
import WebhookSigning

/// Delivers: owns the dispatcher, performs its actions, and runs all of its work in one task group.
public final class DeliveryEngine: Service, Courier, CommitReceiver {
    struct State: ~Copyable {
        var dispatcher: Dispatcher
        /// Who waits for a delivery to be settled.
        var waiters: [DeliveryID: [CheckedContinuation<Void, Never>]] = [:]
        /// When the clock will ring, the next time last.
        var armed: [Timestamp] = []
        /// Set once nothing is delivered any more, so that nobody waits for it.
        var hasStopped = false
    }

    private let state: Mutex<State>
    let store: any Store
    let directory: Directory
    let committer: GroupCommitter
    /// Given where other nodes deliver from the same store.
    private let fence: NodeFence?
    let listeners: ListenHub
    private let sender: any AttemptSender
    private let loops: [any EventLoop]
    private let nextLoop = Atomic<Int>(0)
    private let limits: EngineLimits
    private let identifiers: IdentifierSource
    let clock: any AlarmClock
    let metrics: ServiceMetrics
    let log: Logger
    private let jobs: AsyncStream<EngineJob>
    let jobSource: AsyncStream<EngineJob>.Continuation
    private let userAgent: HeaderField
    private let reports = Mutex(FailureReports())

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

    // MARK: Being told

    public func accepted(_ parcels: [Parcel]) {
        guard !parcels.isEmpty else { return }
        let now = clock.now()
        perform { $0.dispatcher.accepted(parcels, now: now) }
    }

    public func mayHaveBeenAccepted(_ parcels: [Parcel]) {
        guard !parcels.isEmpty else { return }
        let now = clock.now()
        perform { $0.dispatcher.mayHaveBeenAccepted(parcels, now: now) }
    }

    public func settled(_ outcomes: [SettledParcel]) {
        guard !outcomes.isEmpty else { return }
        let now = clock.now()
        var waiters: [CheckedContinuation<Void, Never>] = []
        perform { state in
            var actions: [DispatchAction] = []
            for outcome in outcomes {
                actions += state.dispatcher.settled(
                    outcome.pending.parcel, outcome.pending.settlement, moved: outcome.moved, now: now)
                if !state.waiters.isEmpty,
                    let waiting = state.waiters.removeValue(forKey: outcome.pending.parcel.delivery.id)
                {
                    waiters += waiting
                }
            }
            return actions
        }
        for waiter in waiters { waiter.resume() }
    }

    public func endpointChanged(_ endpoint: Endpoint) {
        let rules = rules(of: endpoint)
        let now = clock.now()
        perform { $0.dispatcher.endpointChanged(endpoint.id, rules, now: now) }
    }

    public func endpointDeleted(_ endpoint: EndpointID) {
        perform { $0.dispatcher.endpointDeleted(endpoint) }
    }

    public func rescheduled(_ delivery: DeliveryID, of endpoint: EndpointID, due: Timestamp) {
        let now = clock.now()
        perform { $0.dispatcher.rescheduled(delivery, of: endpoint, due: due, now: now) }
    }

    public func cancelled(_ delivery: DeliveryID, of endpoint: EndpointID) {
        let now = clock.now()
        perform { $0.dispatcher.cancelled(delivery, of: endpoint, now: now) }
    }

    public func condition(of endpoint: EndpointID) -> EndpointCondition? {
        let now = clock.now()
        return state.withLock { $0.dispatcher.condition(of: endpoint, now: now) }
    }

    public var openBreakers: Int { state.withLock { $0.dispatcher.openBreakers } }

    public func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        state.withLock { $0.dispatcher.isInFlight(delivery, of: endpoint) }
    }

    public func settled(_ delivery: DeliveryID, of endpoint: EndpointID) async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isSettled = state.withLock { state in
                guard !state.hasStopped, state.dispatcher.isInFlight(delivery, of: endpoint) else { return true }
                state.waiters[delivery, default: []].append(waiter)
                return false
            }
            if isSettled { waiter.resume() }
        }
    }

    private func rules(of endpoint: Endpoint) -> LaneRules {
        let target = directory.target(endpoint.id)
        let profile = target?.profile ?? .standard
        let url = target.flatMap { try? $0.url.get() }
        return LaneRules(
            isActive: endpoint.isActive, application: endpoint.application,
            host: url.map { "\($0.host):\($0.port)" } ?? endpoint.id.description, maxInFlight: endpoint.maxInFlight,
            rateLimit: endpoint.rateLimit, isExclusive: endpoint.isExclusive, isListening: endpoint.kind == .listen,
            success: profile.success, retry: profile.retry)
    }

    // MARK: Performing

    /// Takes a decision and does what it asks for.
    ///
    /// - Parameter loop: the event loop that this runs on, where it does: further attempts then start right here.
    func perform(on loop: (any EventLoop)? = nil, _ decide: (inout State) -> [DispatchAction]) {
        let (actions, alarm) = state.withLock { state -> ([DispatchAction], Timestamp?) in
            let actions = decide(&state)
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
            case .load(let endpoint, let limit, let key): jobSource.yield(.load(endpoint, limit: limit, after: key))
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
    private func introduce(_ id: EndpointID, stored: Timestamp) {
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

    /// Starts attempts, those from elsewhere spread over the loops with one hop for each loop.
    private func start(_ parcels: [Parcel], on loop: (any EventLoop)?) {
        guard !parcels.isEmpty else { return }
        if let loop {
            for parcel in parcels { attempt(parcel, on: loop) }
            return
        }
        let first = nextLoop.wrappingAdd(1, ordering: .relaxed).oldValue
        let share = (parcels.count + loops.count - 1) / loops.count
        for (index, start) in stride(from: 0, to: parcels.count, by: share).enumerated() {
            let part = parcels[start..<min(start + share, parcels.count)]
            let loop = loops[Int(UInt(bitPattern: first &+ index) % UInt(loops.count))]
            loop.execute { for parcel in part { self.attempt(parcel, on: loop) } }
        }
    }

    private func attempt(_ parcel: Parcel, on loop: any EventLoop) {
        if let fence, !fence.isOpen { return notMade(parcel) }
        let startedAt = clock.now()
        metrics.attemptStarted()
        let target = directory.target(parcel.delivery.endpoint)
        do throws(DeliveryTarget.Misconfiguration) {
            if let target, target.isListening { return try hand(parcel, target, at: startedAt, on: loop) }
            let (request, recorded) = try self.request(parcel, target, at: startedAt)
            sender.send(request, on: loop) { outcome in
                self.finished(parcel, target, startedAt, recorded, outcome, on: loop)
            }
        } catch {
            misconfigured(parcel, target, error, at: startedAt, on: loop)
        }
    }

    /// Records an attempt that could not be made.
    func misconfigured(
        _ parcel: Parcel, _ target: DeliveryTarget?, _ reason: DeliveryTarget.Misconfiguration, at startedAt: Timestamp,
        on loop: any EventLoop
    ) {
        let outcome = AttemptOutcome(
            result: .failure(AttemptFailure(.misconfigured, reason.message)), timing: AttemptTiming(total: 0),
            address: nil)
        let recorded = AttemptRequest(url: target?.endpoint.url ?? "", headers: [])
        // Not from within: a run of such failures would be as deep as it is long.
        loop.execute { self.finished(parcel, target, startedAt, recorded, outcome, on: loop) }
    }

    private func request(
        _ parcel: Parcel, _ target: DeliveryTarget?, at now: Timestamp
    ) throws(DeliveryTarget.Misconfiguration) -> (OutgoingRequest, AttemptRequest) {
        guard let target else { throw DeliveryTarget.Misconfiguration(message: "The webhook no longer exists.") }
        let url = try target.url.get()
        if target.requiresHTTPS, url.scheme == .http {
            throw DeliveryTarget.Misconfiguration(
                message: "The environment takes https alone, and the webhook's URL is plain http. Change the URL.")
        }
        let (headers, body, recorded) = try message(parcel, target, at: now)
        return (
            OutgoingRequest(url: url, headers: headers, body: body, timeout: target.profile.timeout, fence: fence),
            recorded
        )
    }

    /// What the receiver is sent, signed for this moment; and what of it is recorded.
    ///
    /// - Parameter original: the request that the event came in by, where the receiver gets its headers. They stand as they
    ///   came, and what would be added under a name that the sender used is left out.
    func message(
        _ parcel: Parcel, _ target: DeliveryTarget, at now: Timestamp, relaying original: OriginalRequest? = nil
    ) throws(DeliveryTarget.Misconfiguration) -> (
        headers: [HeaderField], body: ArraySlice<UInt8>, recorded: AttemptRequest
    ) {
        let body = parcel.event.body.slice(target.profile.envelope)
        var signed: [WebhookSigner.Header] = []
        signed.reserveCapacity(6)
        let signer = try target.signer(at: now, other: parcel.usesOtherSecret)
        do throws(WebhookSigningError) {
            try body.span.bytes.withUnsafeBytes { bytes throws(WebhookSigningError) in
                try signer.sign(
                    id: parcel.event.publicID, timestamp: now.seconds, body: bytes, into: &signed)
            }
        } catch {
            throw DeliveryTarget.Misconfiguration(message: error.description)
        }
        var headers: [HeaderField] = []
        headers.reserveCapacity(signed.count + target.endpoint.headers.count + 2)
        if let original { return relayed(original, body, target, signed) }
        if let carriage = parcel.event.body.carriage {
            // What the sender called its own signature must not stand beside ours under the same name.
            headers += carriage.headers.filter { carried in
                !signed.contains { $0.name.lowercased() == carried.name }
            }
        } else {
            headers.append(Self.contentType)
        }
        headers.append(userAgent)
        for (name, value) in signed { headers.append(HeaderField(name: name, value: value)) }
        var recorded = AttemptRequest(url: target.endpoint.url, headers: headers)
        if !target.endpoint.headers.isEmpty {
            headers += target.endpoint.headers
            recorded.headers += target.endpoint.headers.map { HeaderField(name: $0.name, value: Self.masked) }
        }
        return (headers, body, recorded)
    }

    private func relayed(
        _ original: OriginalRequest, _ body: ArraySlice<UInt8>, _ target: DeliveryTarget,
        _ signed: [WebhookSigner.Header]
    ) -> (headers: [HeaderField], body: ArraySlice<UInt8>, recorded: AttemptRequest) {
        var added: [HeaderField] = original.has(userAgent.name) ? [] : [userAgent]
        // All or none: an id of one and a signature of the other would fit nobody's secret.
        if !signed.contains(where: { original.has($0.name) }) {
            for (name, value) in signed { added.append(HeaderField(name: name, value: value)) }
        }
        let own = target.endpoint.headers.filter { !original.has($0.name) }
        return (
            original.headers + added + own, body,
            AttemptRequest(
                url: target.endpoint.url,
                headers: original.shown + added + own.map { HeaderField(name: $0.name, value: Self.masked) })
        )
    }

    private static let contentType = HeaderField(name: "Content-Type", value: "application/json")
    /// What is recorded in the place of an owner's own header's value.
    private static let masked = "•••"

    func finished(
        _ parcel: Parcel, _ target: DeliveryTarget?, _ startedAt: Timestamp, _ recorded: AttemptRequest,
        _ outcome: AttemptOutcome, on loop: any EventLoop
    ) {
        let now = clock.now()
        if case .failure(let failure) = outcome.result, failure.code == .interrupted {
            // The service is stopping: the delivery stays as it stands in the store, and is attempted again.
            metrics.attemptNotMade()
            if target?.isListening ?? false { notTaken(parcel) } else if fence != nil { notMade(parcel) }
            return
        }
        let attempt = Attempt(
            id: identifiers.next(at: startedAt), delivery: parcel.delivery.id, number: parcel.nextNumber,
            startedAt: startedAt, request: recorded, outcome: outcome)
        let isAcknowledged = count(attempt, target, parcel, now: now)
        let otherIsWorthATry = outcome.isUnauthorised && target?.hasOtherSecret(at: now) ?? false
        // Drawing from the system costs a call to the kernel; an acknowledged delivery needs no jitter.
        let random = isAcknowledged ? 0.5 : Double.random(in: 0..<1)
        perform(on: loop) { state in
            state.dispatcher.attemptFinished(
                parcel, attempt: attempt, otherSecretIsWorthATry: otherIsWorthATry, now: now, random: random)
        }
    }

    /// Puts back what was to be attempted when this node had reason to believe that others take it for dead.
    private func notMade(_ parcel: Parcel) {
        putBack(parcel) { $0.attemptNotMade(parcel, now: $1) }
    }

    /// Tells the dispatcher that an attempt was not made after all, and whoever waits for its outcome that there is none.
    func putBack(_ parcel: Parcel, _ decide: (inout Dispatcher, Timestamp) -> [DispatchAction]) {
        let now = clock.now()
        var waiters: [CheckedContinuation<Void, Never>] = []
        perform { state in
            waiters = state.waiters.removeValue(forKey: parcel.delivery.id) ?? []
            return decide(&state.dispatcher, now)
        }
        for waiter in waiters { waiter.resume() }
    }

    private func count(_ attempt: Attempt, _ target: DeliveryTarget?, _ parcel: Parcel, now: Timestamp) -> Bool {
        let label: String
        var isAcknowledged = false
        switch attempt.outcome.result {
        case .failure(let failure): label = failure.code.rawValue
        case .response(let response):
            isAcknowledged = (target?.profile.success ?? .any2xx).accepts(response.status)
            label = isAcknowledged ? "acknowledged" : "refused"
        }
        let isFirst = isAcknowledged && attempt.number == 1 && parcel.delivery.cause == .publish
        metrics.attemptFinished(
            outcome: label, microseconds: attempt.outcome.timing.total,
            sinceAccepted: isFirst ? now.since(max(parcel.event.acceptedAt, parcel.due)) : nil)
        return isAcknowledged
    }

    // MARK: Reports

    /// What is recorded with an outcome that leaves a delivery failed for good, where it is the first of its endpoint for a
    /// while. A test event's failure is its sender's business.
    private func report(of parcel: Parcel, _ settlement: Settlement) -> OperationalEvent? {
        guard case .failed(let at, let reason) = settlement.state, reason != .single,
            let endpoint = directory.endpoint(settlement.endpoint, in: settlement.environment),
            reports.withLock({ $0.failed(endpoint.id, at: at) })
        else { return nil }
        let failed = OperationalEvent.FailedDelivery(
            delivery: parcel.delivery.id, event: parcel.event.publicID, eventType: parcel.event.type, reason: reason,
            attempts: settlement.attempt.number)
        return .deliveryFailed(endpoint, failed, count: 1, id: identifiers.next(at: at), at: at)
    }

    /// What has failed since an endpoint's last report and is to be told of together.
    ///
    /// - Parameter all: whether to tell before its time: the service stops.
    private func gatheredReports(all: Bool = false) -> [OperationalEvent] {
        let now = clock.now()
        let overdue = reports.withLock { $0.takeOverdue(at: all ? now + FailureReports.window : now) }
        return overdue.compactMap { id, count in
            guard let endpoint = directory.target(id)?.endpoint else { return nil }
            return .deliveryFailed(endpoint, nil, count: count, id: identifiers.next(at: now), at: now)
        }
    }

    // MARK: Jobs

    private func performJobs() async {
        await withDiscardingTaskGroup { group in
            let slots = JobSlots(limits.loads)
            for await job in jobs {
                await slots.take()
                group.addTask {
                    await self.perform(job)
                    slots.give()
                }
            }
        }
    }

    private func perform(_ job: EngineJob) async {
        switch job {
        case .load(let endpoint, let limit, let key): await load(endpoint, limit: limit, after: key)
        case .deactivate(let endpoint, let environment, let reason, let watch):
            await deactivate(endpoint, in: environment, for: reason, watch)
        case .record(let event): await record(event)
        case .cancelStored(let endpoint): await cancelStored(endpoint)
        case .rehome(let endpoint): await rehome(endpoint)
        case .warn(let endpoint, let environment, let watch): await warn(endpoint, in: environment, watch)
        case .relay(let parcel, let target, let loop): await relay(parcel, target, on: loop)
        }
    }

    private func rehome(_ endpoint: EndpointID) async {
        do throws(StoreError) {
            try await store.rehome(endpoint)
            let now = clock.now()
            perform { $0.dispatcher.rehomed(endpoint, now: now) }
        } catch {
            log.error(
                "what waits for a webhook could not be put where it belongs",
                metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            tryAgain(.rehome(endpoint))
        }
    }

    private func load(_ endpoint: EndpointID, limit: Int, after key: String?) async {
        do throws(StoreError) {
            let due = try await store.due(endpoint, by: clock.now(), limit: limit)
            let inTurn = try await store.dueInOrder(endpoint, by: clock.now(), after: key, limit: limit)
            // What the read saw may have been committed without having been handed over yet.
            await committer.barrier()
            let now = clock.now()
            let parcels = (due.deliveries + inTurn.deliveries).map { Parcel(delivery: $0.delivery, event: $0.event) }
            let nextDue = [due.nextDue, inTurn.nextDue].compactMap { $0 }.min()
            perform {
                $0.dispatcher.loaded(endpoint, parcels, nextDue: nextDue, resumeAfter: inTurn.resumeAfter, now: now)
            }
        } catch {
            log.error("what is due could not be read", metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            let retryAt = clock.now() + .seconds(1)
            perform { state in
                state.dispatcher.loadFailed(endpoint, retryAt: retryAt)
                return []
            }
        }
    }

    private func deactivate(
        _ id: EndpointID, in environment: EnvironmentID, for reason: Endpoint.Inactivity, _ watch: FailureWatch
    ) async {
        do throws(StoreError) {
            try await directory.changes.withLock { () async throws(StoreError) in
                guard var endpoint = directory.endpoint(id, in: environment), endpoint.isActive else { return }
                let now = clock.now()
                if reason == .failing, let since = watch.failingSince, try await hasSucceeded(id, after: since) {
                    // It answers other nodes: here it begins anew.
                    return endpointChanged(endpoint)
                }
                endpoint.deactivate(reason, at: now)
                endpoint.updatedAt = now
                try await store.apply([.putEndpoint(endpoint)])
                directory.apply([.putEndpoint(endpoint)])
                endpointChanged(endpoint)
                jobSource.yield(
                    .record(.disabled(endpoint, for: reason, watch, id: identifiers.next(at: now), at: now)))
                log.notice(
                    "a webhook was taken out of service",
                    metadata: ["endpoint": "\(id)", "reason": "\(reason.rawValue)"])
            }
        } catch {
            // It is inactive in the dispatcher alone, and would be shown as active for as long as this fails.
            log.error("a webhook could not be deactivated", metadata: ["endpoint": "\(id)", "error": "\(error)"])
            tryAgain(.deactivate(id, environment: environment, for: reason, watch))
        }
    }

    /// Whether other nodes' attempts have succeeded since; what is known of the hour at hand is seconds old.
    private func hasSucceeded(_ id: EndpointID, after instant: Timestamp) async throws(StoreError) -> Bool {
        guard fence != nil else { return false }
        // Of the hour in which the failures began nobody can say what came first.
        return try await store.hours(of: id, since: instant + .seconds(3600)).contains { $0.succeeded > 0 }
    }

    /// Has an endpoint's owner warned, where no other node has done so.
    private func warn(_ id: EndpointID, in environment: EnvironmentID, _ watch: FailureWatch) async {
        let before = try? await store.health(of: id)?.warnedAt
        if let before, let since = watch.failingSince, before >= since { return }
        tell(id, in: environment, isWell: false, watch)
    }

    private func tell(_ id: EndpointID, in environment: EnvironmentID, isWell: Bool, _ watch: FailureWatch) {
        guard let endpoint = directory.endpoint(id, in: environment) else { return }
        let now = clock.now()
        jobSource.yield(
            .record(
                isWell
                    ? .recovered(endpoint, watch, id: identifiers.next(at: now), at: now)
                    : .failing(endpoint, watch, id: identifiers.next(at: now), at: now)))
        log.notice(
            isWell ? "a webhook that had been failing is well again" : "a webhook has been failing for long",
            metadata: ["endpoint": "\(id)", "failures": "\(watch.failures)"])
    }

    private func record(_ event: OperationalEvent) async {
        do throws(StoreError) {
            try await OperationalJournal(store: store).record([event], at: clock.now())
        } catch {
            log.error("what happened could not be recorded", metadata: ["event": "\(event.id)", "error": "\(error)"])
            tryAgain(.record(event))
        }
    }

    private func cancelStored(_ endpoint: EndpointID) async {
        if fence != nil {
            // Another node may have made it a moment ago.
            guard await directory.isUpToDate() else { return tryAgain(.cancelStored(endpoint)) }
            guard directory.target(endpoint) == nil else { return introduce(endpoint, stored: clock.now()) }
        }
        do throws(StoreError) {
            while true {
                let cancelled = try await store.cancelDeliveries(of: endpoint, at: clock.now(), limit: 500)
                guard cancelled > 0 else { return }
                committer.intake.ended(cancelled, of: endpoint)
            }
        } catch {
            log.error(
                "what waited for a deleted webhook could not be cancelled",
                metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            tryAgain(.cancelStored(endpoint))
        }
    }

    private func tryAgain(_ job: EngineJob) {
        clock.alarm(at: clock.now() + .seconds(1)) { [jobSource] in jobSource.yield(job) }
    }

    private func writeSums() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: limits.sumsInterval)
            await flushSums()
            for report in gatheredReports() { jobSource.yield(.record(report)) }
        }
    }

    /// Counts what waits anew from time to time: what one node accepts, another may end.
    private func recount() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: limits.recountInterval)
            guard !Task.isCancelled else { return }
            do throws(StoreError) {
                try await committer.intake.recount { () async throws(StoreError) in try await store.backlogs() }
            } catch {
                log.warning("what waits could not be counted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Writes what endpoints' attempts added up to since the last time.
    func flushSums() async {
        let now = clock.now()
        let hour = Timestamp(milliseconds: now.milliseconds - now.milliseconds % 3_600_000)
        let (sums, health) = state.withLock { ($0.dispatcher.takeSums(hour: hour), $0.dispatcher.takeHealth()) }
        do throws(StoreError) {
            if !sums.isEmpty { try await store.add(sums) }
            if !health.isEmpty { try await store.putHealth(health) }
        } catch {
            log.warning("sums of attempts were lost", metadata: ["error": "\(error)"])
        }
    }
}

/// Work that takes the store a while.
enum EngineJob: Sendable {
    case load(EndpointID, limit: Int, after: String?)
    case deactivate(EndpointID, environment: EnvironmentID, for: Endpoint.Inactivity, FailureWatch)
    case record(OperationalEvent)
    case cancelStored(EndpointID)
    case rehome(EndpointID)
    case warn(EndpointID, environment: EnvironmentID, FailureWatch)
    /// Hand an attempt over that is under way, once the request that its event came in by is read.
    case relay(Parcel, DeliveryTarget, any EventLoop)
}
