import DequeModule
import HeapModule
import MartletCore
import MartletService

/// The deliveries of an ordered lane that are in memory, by their ordering key: of each key one at a time, in turn.
///
/// What is here of a key is always the beginning of what waits of it: a delivery never overtakes one that stands in the
/// store alone.
struct TurnQueue {
    private struct Line {
        /// By turn, the first one first.
        var parcels: Deque<Parcel> = []
        /// How many of the key are under way or not yet recorded.
        var busy = 0
        /// Whether more of the key stands, or may stand, in the store alone.
        var hasMore = false
        /// The first, by turn, that was noted to stand there.
        var firstStored: (turn: Turn, id: DeliveryID)?
        /// Whether some delivery that nothing here tells the turn of stands there: it may come before any other.
        var isUnsure = false
        /// Whether the key is among those that are ready.
        var isReady = false

        mutating func noteStored(_ parcel: Parcel) {
            hasMore = true
            guard let turn = parcel.turn, firstStored.map({ parcel.isBefore($0.turn, $0.id) }) ?? true else { return }
            firstStored = (turn, parcel.delivery.id)
        }
    }

    private struct WaitingKey: Comparable {
        let due: Timestamp
        let key: LineKey

        static func < (left: Self, right: Self) -> Bool { left.due < right.due }
    }

    private var lines: [LineKey: Line] = [:]
    /// Keys whose first delivery was due when they came here; they take turns.
    private var ready: Deque<LineKey> = []
    /// Keys whose first delivery waits for its instant. May name some that have moved on.
    private var waiting: Heap<WaitingKey> = []
    private(set) var count = 0
    /// Whether one of the ready keys has a first attempt to make.
    var hasReadyFirstAttempt: Bool { ready.contains { lines[$0]?.parcels.first?.isRetry == false } }

    var hasReady: Bool { !ready.isEmpty }
    var nextDue: Timestamp? { waiting.min?.due }

    var ids: Set<DeliveryID> {
        var ids: Set<DeliveryID> = []
        for line in lines.values {
            for parcel in line.parcels { ids.insert(parcel.delivery.id) }
        }
        return ids
    }

    func knowsAll(of key: String) -> Bool? { lines[LineKey(key)].map { !$0.hasMore } }

    func isBeforeSome(_ parcel: Parcel, of key: String) -> Bool {
        lines[LineKey(key)]?.parcels.last.map { parcel.isBefore($0) } ?? false
    }

    mutating func noteMore(of key: String) -> Bool {
        guard lines[LineKey(key)] != nil else { return false }
        lines[LineKey(key)]?.hasMore = true
        return true
    }

    /// Notes that this one stands in the store alone. `false` where nothing of its key is here.
    mutating func noteStored(_ parcel: Parcel, _ turn: Turn) -> Bool {
        let key = LineKey(turn.key)
        guard var line = lines[key] else { return false }
        line.noteStored(parcel)
        lines[key] = line
        return true
    }

    /// Notes that a delivery stands in the store alone that may be of any key, and have any turn.
    mutating func noteStoredSomewhere() {
        for key in lines.keys {
            lines[key]?.isUnsure = true
            lines[key]?.hasMore = true
        }
    }

    /// Whether nothing of its key that stands in the store comes before it, as far as is known here.
    func comesFirst(_ parcel: Parcel) -> Bool {
        guard let key = parcel.turn?.key, let line = lines[LineKey(key)] else { return true }
        guard !line.isUnsure else { return false }
        return line.firstStored.map { $0.id == parcel.delivery.id || parcel.isBefore($0.turn, $0.id) } ?? true
    }

    mutating func insert(_ parcel: Parcel, _ turn: Turn, now: Timestamp) {
        let key = LineKey(turn.key)
        var line = lines[key] ?? Line()
        // Nearly always the last.
        var place = line.parcels.count
        while place > 0, parcel.isBefore(line.parcels[place - 1]) { place -= 1 }
        line.parcels.insert(parcel, at: place)
        lines[key] = line
        count += 1
        if place == 0 { look(at: key, now: now) }
    }

    mutating func promote(now: Timestamp) {
        while let first = waiting.min, first.due <= now {
            waiting.removeMin()
            look(at: first.key, now: now)
        }
    }

    /// What was due at `latest`, and has been taken for that by ``promote(now:)``, stays due.
    mutating func clockWasSetBack(from latest: Timestamp, to now: Timestamp) {
        for (key, line) in lines {
            for (index, parcel) in line.parcels.enumerated() where parcel.due > now && parcel.due <= latest {
                lines[key]?.parcels[index] = parcel.due(at: now)
            }
        }
    }

    /// Takes out the first delivery of the next key that may go, and makes the key busy.
    mutating func popNext(retriesAllowed: Bool, now: Timestamp) -> Parcel? {
        for _ in 0..<ready.count {
            guard let key = ready.popFirst() else { return nil }
            lines[key]?.isReady = false
            guard var line = lines[key], line.busy == 0, let first = line.parcels.first else { continue }
            guard first.due <= now else {
                look(at: key, now: now)
                continue
            }
            guard retriesAllowed || !first.isRetry else {
                line.isReady = true
                lines[key] = line
                ready.append(key)
                continue
            }
            line.parcels.removeFirst()
            line.busy += 1
            lines[key] = line
            count -= 1
            return first
        }
        return nil
    }

    mutating func release(_ key: String, now: Timestamp) -> Bool {
        let key = LineKey(key)
        guard var line = lines[key] else { return false }
        line.busy = max(0, line.busy - 1)
        guard line.busy == 0, line.parcels.isEmpty else {
            lines[key] = line
            look(at: key, now: now)
            return false
        }
        lines[key] = nil
        return line.hasMore
    }

    mutating func remove(_ id: DeliveryID, now: Timestamp) -> Parcel? {
        for (key, line) in lines {
            guard let index = line.parcels.firstIndex(where: { $0.delivery.id == id }) else { continue }
            let parcel = lines[key]?.parcels.remove(at: index)
            count -= 1
            look(at: key, now: now)
            return parcel
        }
        return nil
    }

    mutating func removeAll(of key: String) -> [Parcel] { removeAll(of: LineKey(key)) }

    /// Removes what waits for an instant after this one, and what comes after it in its key's line.
    mutating func removeAll(dueAfter instant: Timestamp) -> [Parcel] {
        waiting = Heap(waiting.unordered.filter { $0.due <= instant })
        return lines.keys.flatMap { key in
            guard let place = lines[key]?.parcels.firstIndex(where: { $0.due > instant }) else { return [Parcel]() }
            return removeAll(of: key, from: place)
        }
    }

    private mutating func removeAll(of key: LineKey, from place: Int = 0) -> [Parcel] {
        guard var line = lines[key] else { return [] }
        let parcels = Array(line.parcels[place...])
        count -= parcels.count
        line.parcels.removeSubrange(place...)
        line.hasMore = true
        if let first = parcels.first { line.noteStored(first) }
        // While one is under way, the key stays known: nothing may overtake what now stands in the store alone.
        lines[key] = line.busy > 0 || !line.parcels.isEmpty ? line : nil
        return parcels
    }

    mutating func removeAll() -> [Parcel] {
        let parcels = lines.keys.flatMap { removeAll(of: $0) }
        ready.removeAll()
        waiting = []
        for key in lines.keys { lines[key]?.isReady = false }
        return parcels
    }

    /// Puts a key where its first delivery belongs: among the ready ones, or those that wait.
    private mutating func look(at key: LineKey, now: Timestamp) {
        guard let line = lines[key], line.busy == 0 else { return }
        guard let first = line.parcels.first else {
            lines[key] = nil
            return
        }
        if first.due > now {
            waiting.insert(WaitingKey(due: first.due, key: key))
        } else if !line.isReady {
            lines[key]?.isReady = true
            ready.append(key)
        }
    }
}

/// An ordering key as keys are told apart everywhere: by their bytes. Strings by themselves count as equal where they only
/// look alike.
struct LineKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension Parcel {
    /// Where its delivery stands in its key's line.
    var turn: Turn? { delivery.turn }

    /// Whether its turn comes before the other's.
    func isBefore(_ other: Parcel) -> Bool { other.turn.map { isBefore($0, other.delivery.id) } ?? false }

    fileprivate func isBefore(_ other: Turn, _ id: DeliveryID) -> Bool {
        guard let turn else { return false }
        return turn.at != other.at ? turn.at < other.at : delivery.id < id
    }
}
