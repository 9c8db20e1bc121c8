import DequeModule
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
    private var lanes: [EndpointID: Lane] = [:]
    /// Lanes that have something ready and a free slot, each once; they take turns.
    private var turns: Deque<Lane> = []
    private var alarms: Heap<LaneAlarm> = []
    private var parcelCount = 0
    private var parcelBytes = 0
    private var inFlightCount = 0
    private var unsettledCount = 0
    private var isDraining = false

    public init(limits: DispatchLimits) { self.limits = limits }

    // MARK: Events

    /// Deliveries became durable.
    public mutating func accepted(_ parcels: [Parcel], now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        for parcel in parcels {
            guard let lane = lane(of: parcel, into: &actions) else { continue }
            if parcel.delivery.cause == .test, !isDraining {
                // Somebody is waiting for it: it takes no slot and no turn.
                take(parcel)
                start(parcel, in: lane, holdsSlot: false, into: &actions)
                continue
            }
            let due = parcel.due
            // Behind what waits in the store, so that a burst does not overtake it.
            if lane.rules.isActive, !lane.isLoading, lane.stored.map({ $0 > due }) ?? true,
                due <= now + limits.nearRetry, hasRoom(for: parcel, in: lane)
            {
                keep(parcel, in: lane, now: now)
            } else {
                lane.noteStored(due)
            }
            refresh(lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// Deliveries may have become durable: the store failed in a way that leaves it open. If they did, the store has them.
    public mutating func mayHaveBeenAccepted(_ parcels: [Parcel], now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        for parcel in parcels {
            guard let lane = lane(of: parcel, into: &actions) else { continue }
            lane.noteStored(parcel.due)
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
        lane.attemptFinished(
            attempt, verdict, in: parcel.delivery.environment, heldSlot: parcel.holdsSlot,
            most: limits.inFlightPerEndpoint)
        if verdict == .gone {
            lane.rules.isActive = false
            spill(lane)
            actions.append(.deactivate(lane.endpoint, environment: parcel.delivery.environment))
        }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An outcome became durable. `moved` is false where somebody else had moved the delivery meanwhile.
    public mutating func settled(
        _ parcel: Parcel, _ settlement: Settlement, moved: Bool, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        unsettledCount -= 1
        guard let lane = lanes[settlement.endpoint] else {
            preconditionFailure("a lane with an outcome to settle is kept")
        }
        lane.open.remove(settlement.attempt.delivery)
        if lane.isLoading { lane.movedWhileLoading.insert(settlement.attempt.delivery) }
        if case .scheduled(let due) = settlement.state {
            var again = parcel
            again.delivery.state = settlement.state
            again.delivery.attemptCount = settlement.attempt.number
            again.delivery.firstAttemptAt = settlement.firstAttemptAt
            // The store does not know which secret was tried: in there, one that is refused would be tried for ever.
            let hasRoom = again.usesOtherSecret || hasRoom(for: again, in: lane)
            if moved, lane.rules.isActive, due <= now + limits.nearRetry, hasRoom {
                keep(again, in: lane, now: now)
            } else {
                // Also where it was not moved: it may have been, by a commit that had seemed to fail.
                lane.noteStored(due)
            }
        }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    /// A read of what is due came back. `nextDue` says when the first that was not read is due.
    public mutating func loaded(
        _ endpoint: EndpointID, _ parcels: [Parcel], nextDue: Timestamp?, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        guard let lane = lanes[endpoint] else { return [] }
        let known = lane.idsInMemory
        // While the read was under way, `stored` gathered what was accepted and settled meanwhile.
        if let nextDue { lane.noteStored(nextDue) }
        var turnedAway = false
        for parcel in parcels {
            let id = parcel.delivery.id
            if known.contains(id) || lane.open.contains(id) || lane.movedWhileLoading.contains(id) { continue }
            if lane.rules.isActive, !turnedAway, hasRoom(for: parcel, in: lane) {
                keep(parcel, in: lane, now: now)
            } else {
                turnedAway = true
                lane.noteStored(parcel.due)
            }
        }
        // With the lane's own window full, room comes as it drains. With the memory full, looking again at once would only
        // read them again.
        if turnedAway, lane.count < window { lane.stored = max(lane.stored ?? now, now + Self.pauseWhenFull) }
        lane.isLoading = false
        lane.movedWhileLoading = []
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    /// A read of what is due failed, and is to be tried again at `retryAt`.
    public mutating func loadFailed(_ endpoint: EndpointID, retryAt: Timestamp) {
        guard let lane = lanes[endpoint] else { return }
        lane.isLoading = false
        lane.movedWhileLoading = []
        lane.stored = retryAt
        arm(lane, at: retryAt)
        forgetIfDeleted(lane)
    }

    /// An endpoint was created, changed, or found at start.
    ///
    /// - Parameter stored: when the first of what the store holds for it is due, where that is news.
    public mutating func endpointChanged(
        _ endpoint: EndpointID, _ rules: LaneRules, stored: Timestamp? = nil, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        let lane = lanes[endpoint] ?? Lane(endpoint, rules: rules)
        lanes[endpoint] = lane
        lane.rules = rules
        if let stored { lane.noteStored(stored) }
        if !rules.isActive { spill(lane) }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An endpoint was deleted. What is in flight finishes and is recorded.
    public mutating func endpointDeleted(_ endpoint: EndpointID) -> [DispatchAction] {
        if let lane = lanes[endpoint] {
            lane.rules.isActive = false
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
        guard let lane = lanes[endpoint] else { return [.introduce(endpoint, stored: due)] }
        withdraw(delivery, from: lane)
        lane.noteStored(due)
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// A delivery was cancelled in the store. One in flight finishes and is recorded.
    public mutating func cancelled(_ delivery: DeliveryID, of endpoint: EndpointID) {
        guard let lane = lanes[endpoint] else { return }
        withdraw(delivery, from: lane)
        if lane.isLoading { lane.movedWhileLoading.insert(delivery) }
    }

    /// The alarm rang.
    public mutating func timerFired(now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        while let alarm = alarms.min, alarm.at <= now {
            alarms.removeMin()
            alarm.lane.alarmRang()
            refresh(alarm.lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// No attempt starts from now on; those in flight finish.
    public mutating func drain() { isDraining = true }

    // MARK: Questions

    /// When ``timerFired(now:)`` is wanted next.
    public var nextAlarm: Timestamp? { alarms.min?.at }

    /// How many attempts are in flight.
    public var attemptsInFlight: Int { inFlightCount }

    /// How many deliveries are in memory.
    public var parcelsInMemory: Int { parcelCount }

    /// Whether no attempt is in flight or waiting to be recorded.
    public var isIdle: Bool { inFlightCount == 0 && unsettledCount == 0 }

    /// Whether an attempt of the delivery is under way or being recorded.
    public func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        lanes[endpoint]?.open.contains(delivery) ?? false
    }

    /// Takes the sums of the endpoints that had attempts since the last call.
    public mutating func takeSums(hour: Timestamp) -> [EndpointHour] {
        lanes.values.compactMap { $0.takeSums(hour: hour) }
    }

    // MARK: Decisions

    /// How long a lane waits that found the memory full.
    private static let pauseWhenFull = Duration.milliseconds(100)
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
    private mutating func pump(now: Timestamp, into actions: inout [DispatchAction]) {
        guard !isDraining else { return }
        // An outcome that is not recorded is as good as none should the process die now: it still counts as in flight.
        while inFlightCount + unsettledCount < limits.inFlight, unsettledCount < limits.unsettled,
            let lane = turns.popFirst()
        {
            lane.isQueued = false
            guard lane.hasSlot(most: limits.inFlightPerEndpoint), let parcel = lane.ready.popFirst() else { continue }
            start(parcel, in: lane, holdsSlot: true, into: &actions)
            refresh(lane, now: now, into: &actions)
        }
    }

    private mutating func start(
        _ parcel: Parcel, in lane: Lane, holdsSlot: Bool, into actions: inout [DispatchAction]
    ) {
        inFlightCount += 1
        lane.open.insert(parcel.delivery.id)
        if holdsSlot { lane.inFlight += 1 }
        var parcel = parcel
        parcel.holdsSlot = holdsSlot
        actions.append(.send(parcel))
    }

    /// Brings a lane's place in the queue, its window and its alarm up to date.
    private mutating func refresh(_ lane: Lane, now: Timestamp, into actions: inout [DispatchAction]) {
        guard lane.rules.isActive else { return }
        lane.promote(now: now)
        if !lane.isQueued, !lane.ready.isEmpty, lane.hasSlot(most: limits.inFlightPerEndpoint) {
            lane.isQueued = true
            turns.append(lane)
        }
        if let stored = lane.stored, !lane.isLoading, !isDraining {
            let room = window - lane.count
            if stored > now {
                arm(lane, at: stored)
            } else if room * 4 >= window * 3 {
                lane.isLoading = true
                lane.stored = nil
                // What is open or in memory is still scheduled in the store, and so will be among what is read.
                actions.append(.load(lane.endpoint, limit: room + lane.count + lane.open.count))
            }
        }
        if let first = lane.waiting.min { arm(lane, at: first.due) }
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
        guard lane.count < window else { return false }
        return lane.count < Self.laneFloor
            || parcelCount < limits.parcels && parcelBytes + parcel.size <= limits.parcelBytes
    }

    private mutating func keep(_ parcel: Parcel, in lane: Lane, now: Timestamp) {
        take(parcel)
        if parcel.due <= now {
            lane.ready.append(parcel)
        } else {
            lane.waiting.insert(WaitingParcel(due: parcel.due, parcel: parcel))
        }
    }

    private mutating func take(_ parcel: Parcel) {
        parcelCount += 1
        parcelBytes += parcel.size
    }

    private mutating func letGo(_ parcel: Parcel) {
        parcelCount -= 1
        parcelBytes -= parcel.size
    }

    private mutating func withdraw(_ delivery: DeliveryID, from lane: Lane) {
        if let parcel = lane.remove(delivery) { letGo(parcel) }
    }

    private mutating func spill(_ lane: Lane) {
        for parcel in lane.spill() { letGo(parcel) }
    }

    private mutating func arm(_ lane: Lane, at instant: Timestamp) {
        if lane.arm(at: instant) { alarms.insert(LaneAlarm(at: instant, lane: lane)) }
    }

    private mutating func forgetIfDeleted(_ lane: Lane) {
        if lane.isDeleted, lane.open.isEmpty, !lane.isLoading { lanes[lane.endpoint] = nil }
    }
}

/// When a lane wants to be looked at again. One that rings for nothing does no harm.
private struct LaneAlarm: Comparable {
    let at: Timestamp
    let lane: Lane

    static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    static func == (left: Self, right: Self) -> Bool { left.at == right.at }
}
