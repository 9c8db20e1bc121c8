import DequeModule
import HeapModule
import MartletCore
import MartletService
import MartletStore

/// One endpoint's deliveries in memory, and what is known of those in the store. A class so that the dispatcher, which
/// alone holds it, changes it in place; it never leaves the dispatcher.
final class Lane {
    let endpoint: EndpointID
    var rules: LaneRules
    /// Due, in the order they came due.
    var ready: Deque<Parcel> = []
    /// Near retries and near starts, the earliest due first.
    var waiting: Heap<WaitingParcel> = []
    /// Deliveries that are in flight, or whose outcome is not yet durable: the store still calls them scheduled.
    var open: Set<DeliveryID> = []
    /// How many of them hold one of the lane's slots.
    var inFlight = 0
    /// How many slots the receiver has shown it can bear: one more with each success, half with each timeout or
    /// broken connection.
    private var allowance = 16.0
    /// No delivery that is in the store alone is due before this; `nil` where there is none at all.
    var stored: Timestamp?
    var isLoading = false
    /// Deliveries settled or cancelled while a load was under way, whose read may have seen them as they were before.
    var movedWhileLoading: Set<DeliveryID> = []
    /// Whether the lane stands in the dispatcher's queue of lanes that may send.
    var isQueued = false
    /// The alarms that are set for the lane and have not rung, the earliest last.
    private var alarms: [Timestamp] = []
    var isDeleted = false
    private var sums = Sums()

    init(_ endpoint: EndpointID, rules: LaneRules) {
        self.endpoint = endpoint
        self.rules = rules
    }

    var count: Int { ready.count + waiting.count }

    var idsInMemory: Set<DeliveryID> {
        var ids = Set(waiting.unordered.map(\.parcel.delivery.id))
        for parcel in ready { ids.insert(parcel.delivery.id) }
        return ids
    }

    func hasSlot(most: Int) -> Bool {
        rules.isActive && inFlight < min(most, rules.maxInFlight ?? most, max(1, Int(allowance)))
    }

    /// Notes that something in the store is due at `due`.
    func noteStored(_ due: Timestamp) { stored = min(stored ?? due, due) }

    /// Notes that the lane wants to be looked at, at `instant`. `false` where an alarm that is set already will do: a lane
    /// that waits for tomorrow must not add one to those for tomorrow with every retry of today.
    func arm(at instant: Timestamp) -> Bool {
        if let earliest = alarms.last, earliest <= instant { return false }
        alarms.append(instant)
        return true
    }

    /// The earliest alarm rang.
    func alarmRang() { alarms.removeLast() }

    /// Takes the parcels that are due out of the waiting ones.
    func promote(now: Timestamp) {
        while let first = waiting.min, first.due <= now { ready.append(waiting.removeMin().parcel) }
    }

    /// Removes one delivery from the parcels in memory.
    func remove(_ id: DeliveryID) -> Parcel? {
        if let index = ready.firstIndex(where: { $0.delivery.id == id }) { return ready.remove(at: index) }
        guard let found = waiting.unordered.first(where: { $0.parcel.delivery.id == id }) else { return nil }
        waiting = Heap(waiting.unordered.filter { $0.parcel.delivery.id != id })
        return found.parcel
    }

    /// Takes every parcel out of memory; they stand in the store, and ``stored`` now says when to look there.
    func spill() -> [Parcel] {
        let parcels = Array(ready) + waiting.unordered.map(\.parcel)
        for parcel in parcels { noteStored(parcel.due) }
        ready.removeAll()
        waiting = []
        return parcels
    }

    func attemptFinished(
        _ attempt: Attempt, _ verdict: AttemptVerdict, in environment: EnvironmentID, heldSlot: Bool, most: Int
    ) {
        if heldSlot { inFlight -= 1 }
        switch attempt.outcome.result {
        case .failure: allowance = max(1, allowance / 2)
        case .response: allowance = min(Double(most), allowance + 1)
        }
        sums.environment = environment
        if verdict == .acknowledged { sums.succeeded += 1 } else { sums.failed += 1 }
        sums.latency.record(attempt.outcome.timing.total)
    }

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

/// A parcel that waits in memory, ordered by when it is due, then by its delivery's age.
struct WaitingParcel: Comparable {
    let due: Timestamp
    let parcel: Parcel

    static func < (left: Self, right: Self) -> Bool {
        left.due != right.due ? left.due < right.due : left.parcel.delivery.id < right.parcel.delivery.id
    }

    static func == (left: Self, right: Self) -> Bool {
        left.due == right.due && left.parcel.delivery.id == right.parcel.delivery.id
    }
}
