/// Keys that were seen, each until its own instant, and no more than so many of them: past that the one remembered
/// longest is forgotten.
///
/// A value without a clock of its own; what it costs does not depend on how many it holds.
public struct RecentKeys: Sendable {
    /// The most keys that are held.
    public let capacity: Int

    private struct Entry {
        var expiry: Int64
        var turn: UInt64
    }

    private var entries: [String: Entry] = [:]
    // In the order remembered, from `first` on. A key that was forgotten or remembered again leaves a gap: its turn is not
    // that of its entry.
    private var order: [(key: String, turn: UInt64)] = []
    private var first = 0
    private var turn: UInt64 = 0

    /// Holds nothing yet.
    ///
    /// - Parameter capacity: The most keys that are held, at least 1.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many keys are held, those included whose instant has passed and that nothing has made room for yet.
    public var count: Int { entries.count }

    /// Remembers a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - expiry: Until when, in Unix seconds; from then on it is new again.
    ///   - now: The clock, in Unix seconds.
    /// - Returns: Whether it was new. One that was not keeps the instant that it had.
    public mutating func remember(_ key: String, until expiry: Int64, now: Int64) -> Bool {
        if let entry = entries[key], entry.expiry > now { return false }
        dropExpired(now: now)
        while entries.count >= capacity, entries[key] == nil { dropOldest() }
        turn += 1
        entries[key] = Entry(expiry: expiry, turn: turn)
        order.append((key, turn))
        boundGaps()
        return true
    }

    /// Forgets a key, which is new then.
    public mutating func forget(_ key: String) {
        entries[key] = nil
        boundGaps()
    }

    /// Closes the gaps once they are more than the keys, so that remembering and forgetting takes no room.
    private mutating func boundGaps() {
        if order.count - first > 2 * entries.count + 16 { closeGaps() }
    }

    private mutating func dropExpired(now: Int64) {
        while first < order.count {
            let (key, turn) = order[first]
            if let entry = entries[key], entry.turn == turn {
                guard entry.expiry <= now else { break }
                entries[key] = nil
            }
            first += 1
        }
        if first > 64, first > order.count / 2 { closeGaps() }
    }

    private mutating func dropOldest() {
        while first < order.count {
            let (key, turn) = order[first]
            first += 1
            if entries[key]?.turn == turn {
                entries[key] = nil
                break
            }
        }
        if first > 64, first > order.count / 2 { closeGaps() }
    }

    private mutating func closeGaps() {
        order = order[first...].filter { entries[$0.key]?.turn == $0.turn }
        first = 0
    }
}
