import DequeModule
import HeapModule
import MartletCore
import MartletService

/// One lane's deliveries in memory: those that may go, and those that wait for their instant or their turn.
struct ParcelQueue {
    /// First attempts, later ones, and replays of any number: each in the order they came due.
    private var fresh: Deque<Parcel> = []
    private var retries: Deque<Parcel> = []
    private var replays: Deque<Parcel> = []
    /// Near retries and near starts, the earliest due first.
    private var waiting: Heap<WaitingParcel> = []
    /// Those that wait for their turn.
    private(set) var turns = TurnQueue()
    /// Moves on with each pick, so that no class starves.
    private var picks: UInt8 = 0

    var count: Int { fresh.count + retries.count + replays.count + waiting.count + turns.count }

    /// The deliveries in memory.
    var ids: Set<DeliveryID> {
        var ids = turns.ids
        for parcel in waiting.unordered { ids.insert(parcel.parcel.delivery.id) }
        for queue in [fresh, retries, replays] {
            for parcel in queue { ids.insert(parcel.delivery.id) }
        }
        return ids
    }

    /// When something that waits will be due, where anything does.
    var nextDue: Timestamp? {
        guard let due = waiting.min?.due else { return turns.nextDue }
        return turns.nextDue.map { min($0, due) } ?? due
    }

    /// Whether something may go.
    ///
    /// - Parameter retriesAllowed: asked only where nothing but retries is ready.
    func hasReady(retriesAllowed: () -> Bool) -> Bool {
        if !fresh.isEmpty || !replays.isEmpty { return true }
        if retries.isEmpty, !turns.hasReady { return false }
        return turns.hasReadyFirstAttempt || retriesAllowed()
    }

    /// Puts a parcel in its place.
    mutating func insert(_ parcel: Parcel, now: Timestamp) {
        if let turn = parcel.turn {
            turns.insert(parcel, turn, now: now)
        } else if parcel.due <= now {
            makeReady(parcel)
        } else {
            waiting.insert(WaitingParcel(due: parcel.due, parcel: parcel))
        }
    }

    /// Takes what is due out of what waits.
    mutating func promote(now: Timestamp) {
        while let first = waiting.min, first.due <= now { makeReady(waiting.removeMin().parcel) }
        turns.promote(now: now)
    }

    /// What was due at `latest` stays due, though it is `now` again.
    mutating func clockWasSetBack(from latest: Timestamp, to now: Timestamp) {
        promote(now: latest)
        turns.clockWasSetBack(from: latest, to: now)
    }

    /// Takes out the parcel that goes next: first attempts ahead of retries, both ahead of replays, though each fourth
    /// pick is for a retry and each eighth for a replay.
    mutating func popNext(retriesAllowed: Bool, now: Timestamp) -> Parcel? {
        picks &+= 1
        if picks.isMultiple(of: 8), let parcel = replays.popFirst() { return parcel }
        if picks.isMultiple(of: 4), retriesAllowed, let parcel = retries.popFirst() { return parcel }
        if !picks.isMultiple(of: 2) || fresh.isEmpty,
            let parcel = turns.popNext(retriesAllowed: retriesAllowed, now: now)
        {
            return parcel
        }
        if let parcel = fresh.popFirst() { return parcel }
        if retriesAllowed, let parcel = retries.popFirst() { return parcel }
        return replays.popFirst()
    }

    /// Removes one delivery.
    mutating func remove(_ id: DeliveryID, now: Timestamp) -> Parcel? {
        if let parcel = fresh.remove(id) ?? retries.remove(id) ?? replays.remove(id) { return parcel }
        if let found = waiting.unordered.first(where: { $0.parcel.delivery.id == id }) {
            waiting = Heap(waiting.unordered.filter { $0.parcel.delivery.id != id })
            return found.parcel
        }
        return turns.remove(id, now: now)
    }

    /// Removes everything.
    mutating func removeAll() -> [Parcel] {
        let parcels = Array(fresh) + retries + replays + waiting.unordered.map(\.parcel) + turns.removeAll()
        (fresh, retries, replays, waiting) = ([], [], [], [])
        return parcels
    }

    /// Removes what waits for an instant after this one, and what comes after it in its key's line.
    mutating func removeAll(dueAfter instant: Timestamp) -> [Parcel] {
        let later = waiting.unordered.filter { $0.due > instant }
        if !later.isEmpty { waiting = Heap(waiting.unordered.filter { $0.due <= instant }) }
        return later.map(\.parcel) + turns.removeAll(dueAfter: instant)
    }

    // MARK: Turns

    /// Whether everything that waits for the key's turn is here, or on its way; `nil` where nothing of the key is.
    func knowsAll(of key: String) -> Bool? { turns.knowsAll(of: key) }

    /// Whether something of the key that is here comes after the parcel.
    func isBeforeSome(_ parcel: Parcel, of key: String) -> Bool { turns.isBeforeSome(parcel, of: key) }

    /// Notes that more waits for the key's turn in the store alone. `false` where nothing of the key is here.
    mutating func noteMore(of key: String) -> Bool { turns.noteMore(of: key) }

    /// Notes that one stands in the store alone. `false` where nothing of its key is here.
    mutating func noteStored(_ parcel: Parcel, _ turn: Turn) -> Bool { turns.noteStored(parcel, turn) }

    /// Notes that a delivery stands in the store alone that may be of any key, and have any turn.
    mutating func noteStoredSomewhere() { turns.noteStoredSomewhere() }

    /// Whether nothing of its key that stands in the store comes before it, as far as is known here.
    func comesFirst(_ parcel: Parcel) -> Bool { turns.comesFirst(parcel) }

    /// The attempt that held the key's turn is recorded. Answers whether more of the key may stand in the store alone.
    mutating func release(_ key: String, now: Timestamp) -> Bool { turns.release(key, now: now) }

    /// Removes everything that waits for the key's turn.
    mutating func removeAll(of key: String) -> [Parcel] { turns.removeAll(of: key) }

    private mutating func makeReady(_ parcel: Parcel) {
        if parcel.delivery.cause == .replay {
            replays.append(parcel)
        } else if parcel.isRetry {
            retries.append(parcel)
        } else {
            fresh.append(parcel)
        }
    }
}

/// A parcel that waits in memory, ordered by when it is due, then by its delivery's age.
private struct WaitingParcel: Comparable {
    let due: Timestamp
    let parcel: Parcel

    static func < (left: Self, right: Self) -> Bool {
        left.due != right.due ? left.due < right.due : left.parcel.delivery.id < right.parcel.delivery.id
    }

    static func == (left: Self, right: Self) -> Bool {
        left.due == right.due && left.parcel.delivery.id == right.parcel.delivery.id
    }
}

extension Deque<Parcel> {
    fileprivate mutating func remove(_ id: DeliveryID) -> Parcel? {
        firstIndex { $0.delivery.id == id }.map { remove(at: $0) }
    }
}

extension Parcel {
    /// Whether an attempt has been made before.
    var isRetry: Bool { delivery.attemptCount > 0 }
}
