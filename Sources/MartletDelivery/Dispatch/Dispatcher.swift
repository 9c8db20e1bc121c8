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
/// - `loaded`, `rescheduled` and `cancelled` are reported only when every commit that the read, or the move, could have seen
///   has been reported by `accepted`;
/// - every `send` is answered by one `attemptFinished`, every `settle` by one `settled`, every `load` by one `loaded` or
///   `loadFailed`, every `introduce` by one `endpointChanged` or `endpointDeleted`.
public struct Dispatcher: ~Copyable {
    let limits: DispatchLimits
    var lanes: [EndpointID: Lane] = [:]
    var shares: [ApplicationID: Share] = [:]
    var budgets: [String: RetryBudget] = [:]
    /// Lanes that have something ready and a free slot, each once: those that have shown that they answer, and the others.
    var proven = FairQueue()
    var unproven = FairQueue()
    var isUnprovensTurn = false
    /// Lanes that may send once one of their own attempts is over, or fewer slots are taken.
    var pressed: [EndpointID: Lane] = [:]
    var pressedCount = 0
    var alarms: Heap<LaneAlarm> = []
    var parcelCount = 0
    var parcelBytes = 0
    /// Which applications are given deliveries or have some read: reads are short while that is several.
    var activity = SharedUse<ApplicationID>()
    var inFlightCount = 0
    /// How many slots are taken. An outcome that is not recorded is as good as none should the process die now: its attempt
    /// holds its slots until then.
    var takenSlots = 0
    /// How many slots are held by lanes that have not shown that they answer.
    var unprovenSlots = 0
    var openBreakerCount = 0
    var unsettledCount = 0
    var isDraining = false
    /// Whether no attempt may start: while the service stops, and while this node may have been taken for dead.
    var isHalted = false
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
            activity.note(lane.rules.application)
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

    /// No attempt starts from now on; those in flight finish.
    public mutating func drain() {
        isDraining = true
        isHalted = true
    }

    // MARK: Questions

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
}
