import MartletCore
import MartletService
import MartletStore

/// One endpoint's deliveries in memory, and what is known of those in the store. A class so that the dispatcher, which
/// alone holds it, changes it in place; it never leaves the dispatcher.
final class Lane {
    let endpoint: EndpointID
    private(set) var rules: LaneRules
    let share: Share
    var budget: RetryBudget
    var queue = ParcelQueue()
    /// Deliveries that are in flight, or whose outcome is not yet durable: the store still calls them scheduled.
    var open: Set<DeliveryID> = []
    /// Those of them that were moved in the store meanwhile.
    private var movedWhileOpen: Set<DeliveryID> = []
    /// How many attempts have started since the lane came to be.
    private var startedCount = 0
    /// How many of those open hold one of the lane's slots.
    var inFlight = 0
    /// How many of the service's slots those take.
    private(set) var slots = 0
    private(set) var allowance = Allowance()
    private(set) var breaker: CircuitBreaker
    private var pace: Pace?
    private var ramp: Ramp?
    /// Whether the receiver has acknowledged something, and has answered ever since.
    private(set) var isProven = false
    /// No delivery that is in the store alone is due before this; `nil` where there is none at all.
    var stored: Timestamp?
    var isLoading = false
    /// Where the look through the ordering keys goes on.
    var cursor: String?
    /// The earliest due that it has passed.
    private var passedDue: Timestamp?
    /// The earliest due that was noted since the look began: it may be of a key that the look has passed.
    private var notedInLook: Timestamp?
    /// Deliveries settled or moved by hand while a load was under way, whose read may have seen them as they were before.
    var movedWhileLoading: Set<DeliveryID> = []
    /// Ordering keys of which a read that is under way says nothing any more, since what comes first of them has moved.
    private var staleKeys: Set<LineKey> = []
    /// Whether that goes for every key.
    private var isStale = false
    /// Ordering keys of which something was stored while a read was under way, which it may not have seen, with the first of
    /// it by turn.
    private var grownKeys: [LineKey: Parcel] = [:]
    /// Whether the lane waits for its turn to send.
    var isQueued = false
    /// Where it stands among those that wait for fewer slots to be taken.
    var pressedPlace = 0
    /// In which line it does, or last did.
    var line: LaneLine?
    /// The alarms that are set for the lane and have not rung, the earliest last.
    private var alarms: [Timestamp] = []
    var isDeleted = false
    /// Whether its deliveries go out from this node.
    var isHere = true
    /// Whether somebody listens to it here.
    var isAttended = false
    /// Whether what waits is to be put where it belongs, and whether that is under way.
    var needsRehome = false
    var isRehoming = false
    /// Whether a read that is under way was of what has ceased to be this node's.
    var isObsolete = false
    private(set) var watch: FailureWatch
    private var healthIsNews = false
    private let limits: DispatchLimits
    private var sums = Sums()
    private var environment: EnvironmentID?

    init(
        _ endpoint: EndpointID, rules: LaneRules, share: Share = Share(), budget: RetryBudget = RetryBudget(),
        limits: DispatchLimits = DispatchLimits(), health: EndpointHealth? = nil, now: Timestamp
    ) {
        self.endpoint = endpoint
        self.rules = rules
        self.share = share
        self.budget = budget
        self.limits = limits
        breaker = CircuitBreaker(limits.breaker)
        watch = health.map { FailureWatch(limits.failing, resuming: $0) } ?? FailureWatch(limits.failing)
        pace = rules.rateLimit.map { Pace($0, now: now) }
    }

    // MARK: Rules

    /// Takes the endpoint's settings over.
    func change(to new: LaneRules, now: Timestamp) {
        defer { rules = new }
        if new.rateLimit != rules.rateLimit {
            if let limit = new.rateLimit {
                if pace == nil { pace = Pace(limit, now: now) } else { pace?.change(to: limit, now: now) }
            } else {
                pace = nil
            }
        }
        if new.host != rules.host {
            breaker = CircuitBreaker(limits.breaker)
            allowance = Allowance()
            isProven = false
        }
        if new.isActive, !rules.isActive {
            breaker = CircuitBreaker(limits.breaker)
            watch.activated()
            healthIsNews = true
            comeBack(now: now)
        }
    }

    var isBreakerClosed: Bool { breaker.isClosed }

    func deactivate() { rules.isActive = false }

    /// Somebody else may be listening from now on: what the breaker knows is of whoever listened before.
    func attended() {
        isAttended = true
        breaker = CircuitBreaker(limits.breaker)
    }

    /// From now on, what has piled up is let out step by step.
    func comeBack(now: Timestamp) {
        ramp = Ramp(start: now)
        allowance = Allowance(slots: 1)
    }

    /// A service that starts does not know what it sent a moment ago: the rate limit's burst counts as used.
    func emptyPace(now: Timestamp) { pace = rules.rateLimit.map { Pace($0, isFull: false, now: now) } }

    /// Has what was to end after a pause end after no longer a one, and what was due stay so.
    ///
    /// - Returns: what went out of memory, since it is due too late to be kept there, and would be in the way of others.
    func clockWasSetBack(from latest: Timestamp, to now: Timestamp) -> [Parcel] {
        queue.clockWasSetBack(from: latest, to: now)
        if let limit = rules.rateLimit { pace?.change(to: limit, now: now) }
        if let start = ramp?.start, start > now { ramp = Ramp(start: now) }
        breaker.clockWasSetBack(to: now)
        // It may be when a read that failed is to be tried again.
        if stored != nil { noteStored(now) }
        return spill(dueAfter: now + limits.nearRetry)
    }

    /// Whether something may have waited since `instant` or longer that was due.
    func mayBeOverdue(since instant: Timestamp) -> Bool {
        isLoading || stored.map { $0 < instant } ?? false || queue.nextDue.map { $0 < instant } ?? false
    }

    // MARK: Slots

    /// Whether deliveries go out.
    var isActive: Bool { rules.isActive && isHere && (isAttended || !rules.isListening) }

    func hasSlot(most: Int) -> Bool {
        isActive && inFlight < min(most, rules.maxInFlight ?? most, allowance.whole)
    }

    /// When the breaker, the rate limit and the ramp let the next attempt start; now or earlier where they all do, `nil`
    /// where that depends on the attempt under way.
    func nextStart(now: Timestamp) -> Timestamp? {
        guard var next = breaker.next else { return nil }
        if let pace { next = max(next, pace.next) }
        if let ramp {
            if ramp.isOver(at: now) { self.ramp = nil } else { next = max(next, ramp.next) }
        }
        return next
    }

    /// Whether a retry may start as far as its host's budget goes. A probe is bounded by its pauses already.
    func allowsRetry(now: Timestamp) -> Bool { !breaker.isClosed || budget.allows(now: now) }

    /// An attempt starts.
    func started(_ parcel: inout Parcel, now: Timestamp) {
        startedCount += 1
        parcel.ordinal = startedCount
        guard parcel.holdsSlot else { return }
        hold(limits.slots(for: parcel), attempts: 1)
        if parcel.isRetry, breaker.isClosed { budget.take() }
        breaker.started(parcel.ordinal)
        pace?.take(now: now)
        ramp?.take(now: now)
    }

    /// An attempt was not made after all.
    func attemptNotMade(_ parcel: Parcel, now: Timestamp) {
        guard parcel.holdsSlot else { return }
        hold(-limits.slots(for: parcel), attempts: -1)
        breaker.notStarted(parcel.ordinal, now: now)
    }

    /// Counts what attempts hold, here and with the application's.
    private func hold(_ count: Int, attempts: Int) {
        inFlight += attempts
        slots += count
        share.slots += count
    }

    /// An attempt is over.
    func attemptFinished(
        _ attempt: Attempt, _ verdict: AttemptVerdict, of parcel: Parcel, now: Timestamp
    ) -> CircuitBreaker.Change? {
        environment = parcel.delivery.environment
        sums.environment = environment
        if verdict == .acknowledged { sums.succeeded += 1 } else { sums.failed += 1 }
        sums.latency.record(attempt.outcome.timing.total)
        if parcel.holdsSlot { hold(-limits.slots(for: parcel), attempts: -1) }
        var isSilent = false
        switch attempt.outcome.result {
        // Nothing was asked of the receiver.
        case .failure(let failure) where failure.code == .misconfigured: break
        case .failure:
            isSilent = true
            isProven = false
            allowance.overwhelmed(by: parcel.ordinal, last: startedCount)
        case .response(let response) where response.status == 429 || response.status == 503:
            allowance.overwhelmed(by: parcel.ordinal, last: startedCount)
        case .response where verdict == .acknowledged: allowance.acknowledged(most: limits.inFlightPerEndpoint)
        case .response: break
        }
        if verdict == .acknowledged {
            isProven = true
            budget.acknowledged(isRetry: parcel.isRetry)
        }
        guard parcel.holdsSlot else {
            if verdict == .acknowledged { breaker.encourage(now: now) }
            return nil
        }
        let change = breaker.finished(
            parcel.ordinal, isSuccess: verdict == .acknowledged, isSilent: isSilent, now: now)
        if change == .closed { comeBack(now: now) }
        return change
    }

    /// Tells the watch over the endpoint's failures how an attempt ended. A test that fails is nobody's failure.
    func watch(_ verdict: AttemptVerdict, of parcel: Parcel, now: Timestamp) -> FailureWatch.Verdict {
        if verdict == .acknowledged {
            // What a restart has to know of a healthy endpoint changes too often to be written each time.
            healthIsNews = healthIsNews || watch.isFailing || watch.lastSuccessAt == nil
            return watch.attemptSucceeded(at: now)
        }
        guard parcel.delivery.cause != .test else { return .none }
        healthIsNews = true
        return watch.attemptFailed(at: now)
    }

    /// What a store is to keep of the endpoint's health, where that is news.
    func takeHealth() -> EndpointHealth? {
        guard healthIsNews, let environment else { return nil }
        healthIsNews = false
        return watch.health(of: endpoint, in: environment)
    }

    /// Somebody asked for an attempt now: an open breaker lets it through as its probe.
    func encourage(now: Timestamp) { breaker.encourage(now: now) }

    func condition(now: Timestamp) -> EndpointCondition {
        let paced = [pace?.next, ramp.flatMap { $0.isOver(at: now) ? nil : $0.next }].compactMap { $0 }.max()
        return EndpointCondition(
            breaker: breaker.condition, inFlight: open.count, allowance: allowance.whole,
            pacedUntil: paced.flatMap { $0 > now ? $0 : nil })
    }

    // MARK: Memory

    /// Notes that a delivery was moved in the store: what was known of it, or will be told of an attempt of it, is no longer so.
    func noteMoved(_ delivery: DeliveryID) {
        if isLoading { movedWhileLoading.insert(delivery) }
        if open.contains(delivery) { movedWhileOpen.insert(delivery) }
    }

    /// A delivery is not open any more.
    ///
    /// - Returns: whether somebody moved it meanwhile.
    func close(_ delivery: DeliveryID) -> Bool {
        open.remove(delivery)
        return !movedWhileOpen.isEmpty && movedWhileOpen.remove(delivery) != nil
    }

    /// Notes that something in the store is due at `due`.
    func noteStored(_ due: Timestamp) {
        stored = min(stored ?? due, due)
        if isLoading || cursor != nil { notedInLook = min(notedInLook ?? due, due) }
    }

    /// Notes that a parcel stands in the store alone. Its key is looked for once what is here of it has gone; what is here
    /// and comes after it goes out of memory.
    ///
    /// - Returns: what went.
    func noteStored(_ parcel: Parcel) -> [Parcel] {
        guard let turn = parcel.turn else {
            noteStored(parcel.due)
            return []
        }
        if isLoading {
            let first = grownKeys[LineKey(turn.key)]
            if first.map({ parcel.isBefore($0) }) ?? true { grownKeys[LineKey(turn.key)] = parcel }
        }
        let later = queue.isBeforeSome(parcel, of: turn.key) ? spill(turn.key) : []
        for parcel in later { noteStored(parcel.due) }
        if !queue.noteStored(parcel, turn) { noteStored(parcel.due) }
        return later
    }

    /// Whether a read that is under way has nothing to say of the parcel.
    func isStale(_ parcel: Parcel) -> Bool {
        guard let key = parcel.turn?.key else { return false }
        if isStale || staleKeys.contains(LineKey(key)) { return true }
        // The clock was set back since: what the read did not see comes before it.
        return grownKeys[LineKey(key)]?.isBefore(parcel) ?? false
    }

    /// A read has been taken over.
    ///
    /// - Parameters:
    ///   - nextDue: when the first of those that it passed over is due.
    ///   - resumeAfter: where the look through the ordering keys goes on; `nil` at its end.
    func loaded(nextDue: Timestamp?, resumeAfter: String?, now: Timestamp) {
        for key in grownKeys.keys { _ = queue.noteMore(of: key.text) }
        if let due = nextDue { passedDue = min(passedDue ?? due, due) }
        endLoading()
        cursor = resumeAfter
        if resumeAfter != nil {
            stored = now
        } else {
            for due in [passedDue, notedInLook] { due.map(noteStored) }
            passedDue = nil
            notedInLook = nil
        }
    }

    /// A read is over.
    func endLoading() {
        isLoading = false
        isStale = false
        isObsolete = false
        movedWhileLoading.removeAll()
        staleKeys.removeAll()
        grownKeys.removeAll()
    }

    /// Takes every parcel of an ordering key out of memory.
    func spill(_ key: String) -> [Parcel] {
        if isLoading { staleKeys.insert(LineKey(key)) }
        return queue.removeAll(of: key)
    }

    /// Takes every parcel out of memory; they stand in the store, and ``stored`` now says when to look there.
    func spill() -> [Parcel] {
        if isLoading { isStale = true }
        let parcels = queue.removeAll()
        for parcel in parcels { noteStored(parcel.due) }
        return parcels
    }

    /// Takes what waits for an instant after this one out of memory.
    func spill(dueAfter instant: Timestamp) -> [Parcel] {
        let parcels = queue.removeAll(dueAfter: instant)
        for parcel in parcels {
            if isLoading, let key = parcel.turn?.key { staleKeys.insert(LineKey(key)) }
            noteStored(parcel.due)
        }
        return parcels
    }

    // MARK: Alarms

    /// Notes that the lane wants to be looked at, at `instant`. `false` where an alarm that is set already will do: a lane
    /// that waits for tomorrow must not add one to those for tomorrow with every retry of today.
    func arm(at instant: Timestamp) -> Bool {
        if let earliest = alarms.last, earliest <= instant { return false }
        alarms.append(instant)
        return true
    }

    /// The earliest alarm rang.
    func alarmRang() { alarms.removeLast() }

    // MARK: Sums

    func takeSums(hour: Timestamp) -> EndpointHour? {
        guard let environment = sums.environment else { return nil }
        defer { sums = Sums() }
        return EndpointHour(
            environment: environment, endpoint: endpoint, hour: hour, succeeded: sums.succeeded, failed: sums.failed,
            latency: sums.latency)
    }

    /// What the lane's attempts add up to since the sums were last taken.
    private struct Sums {
        var environment: EnvironmentID?
        var succeeded = 0
        var failed = 0
        var latency = LatencyHistogram()
    }
}
