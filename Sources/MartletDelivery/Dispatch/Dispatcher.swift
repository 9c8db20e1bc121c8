import HeapModule
public import MartletCore
public import MartletService
public import MartletStore

/// Decides which delivery is attempted when.
///
/// A synchronous value: past-tense events go in, actions come out, and whoever owns it performs them. It reads no clock,
/// does no I/O and draws no randomness of its own, so a simulation can run it through any history.
///
/// What it relies on:
/// - a delivery is durable before `accepted` tells of it;
/// - `loaded` is reported only when every commit that the read could have seen has been reported by `accepted`;
/// - every `send` is answered by one `attemptFinished`, every `settle` by one `settled`, every `load` by one `loaded` or
///   `loadFailed`, every `introduce` by one `endpointChanged` or `endpointDeleted`.
public struct Dispatcher: ~Copyable {
    private let limits: DispatchLimits
    var lanes: [EndpointID: Lane] = [:]
    private var shares: [ApplicationID: Share] = [:]
    var budgets: [String: RetryBudget] = [:]
    /// Lanes that have something ready and a free slot, each once: those that have shown that they answer, and the others.
    private var proven = FairQueue()
    private var unproven = FairQueue()
    private var isUnprovensTurn = false
    /// Lanes that may send once one of their own attempts is over, or fewer slots are taken.
    private var pressed: [EndpointID: Lane] = [:]
    private var pressedCount = 0
    private var alarms: Heap<LaneAlarm> = []
    private var parcelCount = 0
    private var parcelBytes = 0
    var inFlightCount = 0
    /// How many slots are held by lanes that have not shown that they answer.
    var unprovenInFlight = 0
    var openBreakerCount = 0
    private var unsettledCount = 0
    private var isDraining = false
    /// Whether no attempt may start: while the service stops, and while this node may have been taken for dead.
    private(set) var isHalted = false
    /// The exclusive endpoints whose lease this node holds; `nil` where the store is nobody else's, and all are its own.
    var leases: Set<EndpointID>?
    /// The endpoints that somebody listens to here.
    var attended: Set<EndpointID> = []
    /// The latest time that it was told, since the clock was last set back.
    var latest: Timestamp?

    /// - Parameter isShared: whether other nodes deliver from the same store.
    public init(limits: DispatchLimits, isShared: Bool = false) {
        self.limits = limits
        leases = isShared ? [] : nil
    }

    // MARK: Events

    /// Deliveries became durable.
    public mutating func accepted(_ parcels: [Parcel], now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        for parcel in parcels {
            guard let lane = lane(of: parcel, into: &actions) else { continue }
            let parcel = parcel.due > now ? dueAnyhow(parcel, now: now) : parcel
            if parcel.delivery.cause == .test, !isHalted {
                // Somebody is waiting for it: it takes no slot and no turn.
                take(parcel)
                start(parcel, in: lane, holdsSlot: false, now: now, into: &actions)
                continue
            }
            if lane.isActive, overtakesNothing(parcel, in: lane), parcel.due <= now + limits.nearRetry,
                hasRoom(for: parcel, in: lane)
            {
                keep(parcel, in: lane, now: now)
            } else if lane.isHere {
                store(parcel, in: lane)
            } else {
                leave(parcel, in: lane, into: &actions)
            }
            refresh(lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// Deliveries may have become durable: the store failed in a way that leaves it open. If they did, the store has them.
    public mutating func mayHaveBeenAccepted(_ parcels: [Parcel], now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        for parcel in parcels {
            guard let lane = lane(of: parcel, into: &actions) else { continue }
            if lane.isHere { store(parcel, in: lane) } else { lane.needsRehome = true }
            refresh(lane, now: now, into: &actions)
        }
        return actions
    }

    /// An attempt is over.
    ///
    /// - Parameters:
    ///   - attempt: as it will be recorded.
    ///   - otherSecretIsWorthATry: whether the endpoint's secret is being rotated, so that a 401 or 403 may be for want
    ///     of the other one.
    ///   - random: a number in 0..<1, for the retry policy's jitter.
    public mutating func attemptFinished(
        _ parcel: Parcel, attempt: Attempt, otherSecretIsWorthATry: Bool = false, now: Timestamp, random: Double
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[parcel.delivery.endpoint] else {
            preconditionFailure("a lane with an attempt in flight is kept")
        }
        inFlightCount -= 1
        unsettledCount += 1
        letGo(parcel)
        let verdict = AttemptVerdict(attempt.outcome, success: lane.rules.success)
        let firstAttemptAt = parcel.delivery.firstAttemptAt ?? attempt.startedAt
        let triesOtherSecret =
            otherSecretIsWorthATry && !parcel.usesOtherSecret && attempt.outcome.isUnauthorised
            && parcel.delivery.cause != .test
        let next =
            triesOtherSecret
            ? now
            : nextAttempt(
                after: attempt, verdict, lane.rules.retry, firstAttemptAt: firstAttemptAt, now: now, random: random)
        var machine = DeliveryStateMachine(.inFlight(since: attempt.startedAt))
        do {
            try machine.attemptFinished(verdict, at: now, nextAttempt: next, cause: parcel.delivery.cause)
        } catch {
            preconditionFailure("an attempt in flight can always finish")
        }
        var again = parcel
        again.usesOtherSecret = triesOtherSecret
        actions.append(
            .settle(
                again,
                Settlement(
                    environment: parcel.delivery.environment, endpoint: lane.endpoint, attempt: attempt,
                    firstAttemptAt: firstAttemptAt, state: machine.state)))
        note(attempt, verdict, of: parcel, in: lane, now: now)
        watch(verdict, of: parcel, in: lane, now: now, into: &actions)
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An outcome became durable. `moved` is false where somebody else had moved the delivery meanwhile.
    public mutating func settled(
        _ parcel: Parcel, _ settlement: Settlement, moved: Bool, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        unsettledCount -= 1
        guard let lane = lanes[settlement.endpoint] else {
            preconditionFailure("a lane with an outcome to settle is kept")
        }
        let wasMoved = lane.close(settlement.attempt.delivery)
        if lane.isLoading { lane.movedWhileLoading.insert(settlement.attempt.delivery) }
        if case .scheduled(let due) = settlement.state {
            var again = parcel
            again.delivery.state = settlement.state
            again.delivery.attemptCount = settlement.attempt.number
            again.delivery.firstAttemptAt = settlement.firstAttemptAt
            // The store does not know which secret was tried: in there, one that is refused would be tried for ever.
            let hasRoom = again.usesOtherSecret || hasRoom(for: again, in: lane)
            let isInTurn = lane.queue.comesFirst(again)
            if moved, !wasMoved, lane.isActive, due <= now + limits.nearRetry, hasRoom, isInTurn {
                keep(again, in: lane, now: now)
            } else {
                // Also where it was not moved: it may have been, by a commit that had seemed to fail.
                lane.noteStored(due)
                // What comes after it in its key's line waits where it does.
                if let key = parcel.turn?.key { spill(key, of: lane) }
            }
        } else if !moved, leases != nil {
            // Another node, whose it had become, may have left it scheduled.
            lane.noteStored(now)
        }
        if let key = parcel.turn?.key, parcel.holdsSlot, lane.queue.release(key, now: now) { lane.noteStored(now) }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    /// A read of what is due came back.
    ///
    /// - Parameters:
    ///   - nextDue: when the first that was not read is due.
    ///   - resumeAfter: the ordering key after which the look through them goes on, where it has not reached the end.
    public mutating func loaded(
        _ endpoint: EndpointID, _ parcels: [Parcel], nextDue: Timestamp?, resumeAfter: String? = nil, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[endpoint] else { return actions }
        guard !lane.isObsolete else {
            lane.cursor = nil
            lane.endLoading()
            lane.noteStored(now)
            refresh(lane, now: now, into: &actions)
            forgetIfDeleted(lane)
            return actions
        }
        let known = lane.queue.ids
        var turnedAway = false
        for parcel in parcels {
            let id = parcel.delivery.id
            if known.contains(id) || lane.open.contains(id) || lane.movedWhileLoading.contains(id) { continue }
            // What was due when it was read may be far off, where the clock was set back since.
            if lane.isStale(parcel) || parcel.due > now + limits.nearRetry {
                store(parcel, in: lane)
            } else if lane.isActive, !turnedAway, hasRoom(for: parcel, in: lane) {
                keep(parcel, in: lane, now: now)
            } else {
                turnedAway = true
                store(parcel, in: lane)
            }
        }
        // The read may have cut a key short.
        for parcel in parcels { parcel.turn.map { _ = lane.queue.noteMore(of: $0.key) } }
        lane.loaded(nextDue: nextDue, resumeAfter: resumeAfter, now: now)
        // With the lane's own window full, room comes as it drains. With the memory full, looking again at once would only
        // read them again.
        if turnedAway, lane.queue.count < window { lane.stored = max(lane.stored ?? now, now + Self.pauseWhenFull) }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    /// A read of what is due failed, and is to be tried again at `retryAt`.
    public mutating func loadFailed(_ endpoint: EndpointID, retryAt: Timestamp) {
        guard let lane = lanes[endpoint] else { return }
        noticeLeap(to: retryAt)
        lane.endLoading()
        lane.stored = retryAt
        arm(lane, at: retryAt)
        forgetIfDeleted(lane)
    }

    /// An endpoint was created, changed, or found at start.
    ///
    /// - Parameters:
    ///   - stored: when the first of what the store holds for it is due, where that is news.
    ///   - health: what was kept of its health, where it was found at start.
    ///   - isOld: whether it was found at start: somebody may have delivered to it a moment ago.
    public mutating func endpointChanged(
        _ endpoint: EndpointID, _ rules: LaneRules, stored: Timestamp? = nil, health: EndpointHealth? = nil,
        isOld: Bool = false, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        let lane =
            lanes[endpoint] ?? makeLane(endpoint, rules, stored: stored, health: health, isOld: isOld, now: now)
        let wasExclusive = lane.rules.isExclusive
        change(lane, to: rules, now: now)
        if leases != nil { place(lane, wasExclusive: wasExclusive, now: now) }
        if let stored { lane.noteStored(stored) }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An endpoint was deleted. What is in flight finishes and is recorded.
    public mutating func endpointDeleted(_ endpoint: EndpointID) -> [DispatchAction] {
        if let lane = lanes[endpoint] {
            lane.deactivate()
            lane.isDeleted = true
            spill(lane)
            forgetIfDeleted(lane)
        }
        return [.cancelStored(endpoint)]
    }

    /// A delivery was rescheduled in the store, to be due at `due`.
    public mutating func rescheduled(
        _ delivery: DeliveryID, of endpoint: EndpointID, due: Timestamp, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[endpoint] else { return actions + [.introduce(endpoint, stored: due)] }
        lane.noteMoved(delivery)
        _ = withdraw(delivery, from: lane, now: now)
        // It comes before those of its key that are here, and which key that is only the store knows.
        if lane.queue.turns.count > 0 || lane.isLoading { spill(lane) }
        lane.queue.noteStoredSomewhere()
        lane.noteStored(due)
        lane.encourage(now: now)
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// A delivery was cancelled in the store. One in flight finishes and is recorded.
    public mutating func cancelled(
        _ delivery: DeliveryID, of endpoint: EndpointID, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[endpoint] else { return actions }
        lane.noteMoved(delivery)
        // One that is not here may have been the one that its key waited for; of one's that is, more may be in the store.
        let withdrawn = withdraw(delivery, from: lane, now: now)
        if withdrawn == nil || withdrawn?.turn != nil, !lane.isDeleted { lane.noteStored(now) }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// The alarm rang.
    public mutating func timerFired(now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        while let alarm = alarms.min, alarm.at <= now {
            alarms.removeMin()
            alarm.lane.alarmRang()
            refresh(alarm.lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// No attempt starts from now on; those in flight finish.
    public mutating func drain() {
        isDraining = true
        isHalted = true
    }

    // MARK: Questions

    /// When ``timerFired(now:)`` is wanted next.
    public var nextAlarm: Timestamp? { alarms.min?.at }

    /// How many attempts are in flight.
    public var attemptsInFlight: Int { inFlightCount }

    /// How many endpoints' circuit breakers are not closed.
    public var openBreakers: Int { openBreakerCount }

    /// How an endpoint fares; `nil` where the dispatcher has not heard of it.
    public func condition(of endpoint: EndpointID, now: Timestamp) -> EndpointCondition? {
        lanes[endpoint]?.condition(now: now)
    }

    /// How many deliveries are in memory.
    public var parcelsInMemory: Int { parcelCount }

    /// Whether no attempt is in flight or waiting to be recorded.
    public var isIdle: Bool { inFlightCount == 0 && unsettledCount == 0 }

    /// Whether an attempt of the delivery is under way or being recorded.
    public func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        lanes[endpoint]?.open.contains(delivery) ?? false
    }

    /// Takes what is to be kept of the health of the endpoints for which that is news.
    public mutating func takeHealth() -> [EndpointHealth] { lanes.values.compactMap { $0.takeHealth() } }

    /// Takes the sums of the endpoints that had attempts since the last call.
    public mutating func takeSums(hour: Timestamp) -> [EndpointHour] {
        lanes.values.compactMap { $0.takeSums(hour: hour) }
    }

    // MARK: Decisions

    /// How long a lane waits that found the memory full.
    private static let pauseWhenFull = Duration.milliseconds(100)
    /// What has been overdue for longer than this when the service starts, or the clock leaps, is let out step by step.
    static let downtime = Duration.seconds(60)
    /// What every lane may keep in memory however full it is, so that a crowd of hung endpoints leaves room for others.
    private static let laneFloor = 8

    private func nextAttempt(
        after attempt: Attempt, _ verdict: AttemptVerdict, _ retry: RetryPolicy, firstAttemptAt: Timestamp,
        now: Timestamp, random: Double
    ) -> Timestamp? {
        guard
            var due = retry.nextAttempt(
                after: attempt.number, failedAt: now, firstAttemptAt: firstAttemptAt, random: random)
        else { return nil }
        if case .refused(let retryAfter?) = verdict { due = max(due, retryAfter.instant(from: now)) }
        if let window = retry.window { due = min(due, firstAttemptAt + window) }
        return due
    }

    /// Hands out slots, one parcel a lane in turn.
    mutating func pump(now: Timestamp, into actions: inout [DispatchAction]) {
        guard !isHalted else { return }
        // An outcome that is not recorded is as good as none should the process die now: it still counts as in flight.
        releasePressed()
        while takenSlots < limits.inFlight, unsettledCount < limits.unsettled, let lane = nextLane() {
            let line = lane.line
            lane.isQueued = false
            guard lane.hasSlot(most: limits.inFlightPerEndpoint), let start = lane.nextStart(now: now), start <= now
            else {
                refresh(lane, now: now, into: &actions)
                continue
            }
            guard lane.inFlight < slotsUnderPressure(for: lane) else {
                lane.isQueued = true
                pressedCount += 1
                lane.pressedPlace = pressedCount
                pressed[lane.endpoint] = lane
                continue
            }
            if let parcel = lane.queue.popNext(retriesAllowed: lane.allowsRetry(now: now), now: now) {
                line?.pay(size: parcel.size)
                self.start(parcel, in: lane, holdsSlot: true, now: now, into: &actions)
            }
            refresh(lane, now: now, into: &actions)
        }
    }

    private var takenSlots: Int { inFlightCount + unsettledCount }

    /// The lane whose turn it is. Lanes that have not shown that they answer leave an eighth of the slots to the others.
    private mutating func nextLane() -> Lane? {
        let free = limits.inFlight - takenSlots
        isUnprovensTurn.toggle()
        let admitsUnproven = unprovenInFlight < limits.inFlight - limits.inFlight / 8
        if isUnprovensTurn, admitsUnproven, let lane = unproven.next(free: free) { return lane }
        if let lane = proven.next(free: free) { return lane }
        return admitsUnproven ? unproven.next(free: free) : nil
    }

    /// How many slots a lane may hold once more than half of them are taken: no more than are free, and one where it has
    /// not shown that it answers. So whoever comes next finds one.
    private func slotsUnderPressure(for lane: Lane) -> Int {
        guard takenSlots * 2 > limits.inFlight else { return .max }
        return lane.isProven ? limits.inFlight - takenSlots : 1
    }

    private mutating func releasePressed() {
        guard !pressed.isEmpty, takenSlots * 2 <= limits.inFlight else { return }
        for lane in pressed.values.sorted(by: { $0.pressedPlace < $1.pressedPlace }) { enqueue(lane) }
        pressed.removeAll(keepingCapacity: true)
    }

    private mutating func enqueue(_ lane: Lane) {
        lane.isQueued = true
        if lane.isProven {
            proven.append(lane, to: lane.share.proven)
        } else {
            unproven.append(lane, to: lane.share.unproven)
        }
    }

    private mutating func start(
        _ parcel: Parcel, in lane: Lane, holdsSlot: Bool, now: Timestamp, into actions: inout [DispatchAction]
    ) {
        inFlightCount += 1
        lane.open.insert(parcel.delivery.id)
        if holdsSlot {
            lane.started(parcel, now: now)
            lane.share.inFlight += 1
            if !lane.isProven { unprovenInFlight += 1 }
        }
        var parcel = parcel
        parcel.holdsSlot = holdsSlot
        actions.append(.send(parcel))
    }

    /// Lets a lane, and the sums over all of them, know how an attempt ended.
    private mutating func note(
        _ attempt: Attempt, _ verdict: AttemptVerdict, of parcel: Parcel, in lane: Lane, now: Timestamp
    ) {
        if !lane.isProven { unprovenInFlight -= lane.inFlight }
        switch lane.attemptFinished(attempt, verdict, of: parcel, now: now) {
        case .opened: openBreakerCount += 1
        case .closed: openBreakerCount -= 1
        case nil: break
        }
        if parcel.holdsSlot { lane.share.inFlight -= 1 }
        if !lane.isProven { unprovenInFlight += lane.inFlight }
        if pressed.removeValue(forKey: lane.endpoint) != nil { lane.isQueued = false }
    }

    /// Takes a lane out of service where its receiver is gone or has failed for too long, and has its owner told.
    private mutating func watch(
        _ verdict: AttemptVerdict, of parcel: Parcel, in lane: Lane, now: Timestamp,
        into actions: inout [DispatchAction]
    ) {
        let before = lane.watch
        let watchVerdict = lane.watch(verdict, of: parcel, now: now)
        let environment = parcel.delivery.environment
        switch watchVerdict {
        case _ where verdict == .gone: deactivate(lane, for: .gone, environment, into: &actions)
        case .disable: deactivate(lane, for: .failing, environment, into: &actions)
        case .warn: actions.append(.tell(lane.endpoint, environment: environment, isWell: false, lane.watch))
        case .recovered: actions.append(.tell(lane.endpoint, environment: environment, isWell: true, before))
        case .none: break
        }
    }

    private mutating func deactivate(
        _ lane: Lane, for reason: Endpoint.Inactivity, _ environment: EnvironmentID,
        into actions: inout [DispatchAction]
    ) {
        // Told once: attempts that were under way may say it again.
        guard lane.rules.isActive else { return }
        lane.deactivate()
        spill(lane)
        actions.append(.deactivate(lane.endpoint, environment: environment, for: reason, lane.watch))
    }

    /// Brings a lane's place in the queue, its window and its alarm up to date.
    mutating func refresh(_ lane: Lane, now: Timestamp, into actions: inout [DispatchAction]) {
        if lane.needsRehome { rehome(lane, into: &actions) }
        guard lane.isActive else { return }
        lane.queue.promote(now: now)
        if !lane.isQueued, lane.hasSlot(most: limits.inFlightPerEndpoint) { queue(lane, now: now) }
        if let stored = lane.stored, !lane.isLoading, !isHalted {
            let room = window - lane.queue.count
            if stored > now {
                arm(lane, at: stored)
            } else if room * 4 >= window * 3 {
                lane.isLoading = true
                lane.stored = nil
                // What is open or in memory is still scheduled in the store, and so will be among what is read.
                actions.append(
                    .load(
                        lane.endpoint, limit: room + lane.queue.count + lane.open.count, after: lane.cursor))
            }
        }
        if let due = lane.queue.nextDue { arm(lane, at: due) }
    }

    /// Has a lane wait for its turn if something of it may go; or for the instant when it may.
    private mutating func queue(_ lane: Lane, now: Timestamp) {
        guard lane.queue.hasReady(retriesAllowed: { lane.allowsRetry(now: now) }) else {
            if lane.queue.hasReady(retriesAllowed: { true }) { arm(lane, at: lane.budget.next(now: now)) }
            return
        }
        guard let start = lane.nextStart(now: now) else { return }
        if start <= now { enqueue(lane) } else { arm(lane, at: start) }
    }

    /// The lane that a delivery just stored belongs to. Where there is none, the actions say what becomes of it.
    private func lane(of parcel: Parcel, into actions: inout [DispatchAction]) -> Lane? {
        let endpoint = parcel.delivery.endpoint
        guard let lane = lanes[endpoint] else {
            actions.append(.introduce(endpoint, stored: parcel.due))
            return nil
        }
        // Matched before the endpoint was deleted, stored after what waited for it had been cancelled.
        guard !lane.isDeleted else {
            actions.append(.cancelStored(endpoint))
            return nil
        }
        return lane
    }

    /// How many deliveries a lane may keep: less when memory is filling up.
    private var window: Int {
        let isFilling = parcelCount * 2 >= limits.parcels || parcelBytes * 2 >= limits.parcelBytes
        return isFilling ? min(limits.window, Self.laneFloor) : limits.window
    }

    private func hasRoom(for parcel: Parcel, in lane: Lane) -> Bool {
        guard lane.queue.count < window else { return false }
        return lane.queue.count < Self.laneFloor
            || parcelCount < limits.parcels && parcelBytes + parcel.size <= limits.parcelBytes
    }

    /// Whether an accepted delivery may be kept in memory without overtaking what waits in the store.
    private func overtakesNothing(_ parcel: Parcel, in lane: Lane) -> Bool {
        if let key = parcel.turn?.key {
            // What another node accepted before it may not have been heard of: in which order they came the store knows.
            guard leases == nil else { return false }
            return lane.queue.knowsAll(of: key) ?? (lane.stored == nil && !lane.isLoading)
        }
        return !lane.isLoading && lane.stored.map { $0 > parcel.due } ?? true
    }

    private mutating func keep(_ parcel: Parcel, in lane: Lane, now: Timestamp) {
        take(parcel)
        lane.queue.insert(parcel, now: now)
    }

    private mutating func take(_ parcel: Parcel) {
        parcelCount += 1
        parcelBytes += parcel.size
    }

    mutating func letGo(_ parcel: Parcel) {
        parcelCount -= 1
        parcelBytes -= parcel.size
    }

    private mutating func withdraw(_ delivery: DeliveryID, from lane: Lane, now: Timestamp) -> Parcel? {
        let parcel = lane.queue.remove(delivery, now: now)
        if let parcel { letGo(parcel) }
        return parcel
    }

    mutating func spill(_ lane: Lane) {
        for parcel in lane.spill() { letGo(parcel) }
    }

    mutating func store(_ parcel: Parcel, in lane: Lane) {
        for later in lane.noteStored(parcel) { letGo(later) }
    }

    mutating func spill(_ key: String, of lane: Lane) {
        for parcel in lane.spill(key) { letGo(parcel) }
    }

    // MARK: Nodes

    /// No attempt starts before ``goOn(now:)``; those in flight finish.
    public mutating func halt() { isHalted = true }

    /// Attempts may start again.
    public mutating func goOn(now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard isHalted, !isDraining else { return actions }
        isHalted = false
        for lane in lanes.values { refresh(lane, now: now, into: &actions) }
        pump(now: now, into: &actions)
        return actions
    }

    // MARK: Lanes

    private mutating func makeLane(
        _ endpoint: EndpointID, _ rules: LaneRules, stored: Timestamp?, health: EndpointHealth?, isOld: Bool,
        now: Timestamp
    ) -> Lane {
        let share = shares[rules.application] ?? Share()
        shares[rules.application] = share
        share.laneCount += 1
        let lane = Lane(
            endpoint, rules: rules, share: share, budget: budget(of: rules.host), limits: limits, health: health,
            now: now)
        lanes[endpoint] = lane
        if let leases { lane.isHere = !rules.isExclusive || leases.contains(endpoint) }
        lane.isAttended = attended.contains(endpoint)
        if isOld || stored != nil { lane.emptyPace(now: now) }
        if let stored, stored < now - Self.downtime { lane.comeBack(now: now) }
        return lane
    }

    private mutating func change(_ lane: Lane, to rules: LaneRules, now: Timestamp) {
        let wasOpen = !lane.isBreakerClosed
        if !lane.isProven { unprovenInFlight -= lane.inFlight }
        if lane.rules.host != rules.host {
            forgetBudget(of: lane)
            lane.budget = budget(of: rules.host)
        }
        lane.change(to: rules, now: now)
        if !lane.isActive { spill(lane) }
        if !lane.isProven { unprovenInFlight += lane.inFlight }
        if wasOpen, lane.isBreakerClosed { openBreakerCount -= 1 }
    }

    private mutating func budget(of host: String) -> RetryBudget {
        let budget = budgets[host] ?? RetryBudget()
        budgets[host] = budget
        budget.lanes += 1
        return budget
    }

    private mutating func forgetBudget(of lane: Lane) {
        lane.budget.lanes -= 1
        if lane.budget.lanes == 0 { budgets[lane.rules.host] = nil }
    }

    private mutating func arm(_ lane: Lane, at instant: Timestamp) {
        if lane.arm(at: instant) { alarms.insert(LaneAlarm(at: instant, lane: lane)) }
    }

    mutating func forgetIfDeleted(_ lane: Lane) {
        guard lane.isDeleted, lane.open.isEmpty, !lane.isLoading, lanes.removeValue(forKey: lane.endpoint) != nil else {
            return
        }
        pressed[lane.endpoint] = nil
        if !lane.isBreakerClosed { openBreakerCount -= 1 }
        forgetBudget(of: lane)
        lane.share.laneCount -= 1
        if lane.share.laneCount == 0 { shares[lane.rules.application] = nil }
    }
}

/// When a lane wants to be looked at again. One that rings for nothing does no harm.
private struct LaneAlarm: Comparable {
    let at: Timestamp
    let lane: Lane

    static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    static func == (left: Self, right: Self) -> Bool { left.at == right.at }
}
