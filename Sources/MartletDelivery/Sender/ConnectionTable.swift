/// Every connection of an event loop, and those of them that are idle in the order in which they became so.
struct ConnectionTable {
    private struct Slot {
        var connection: Connection?
        // The neighbours in the ring of idle ones; its own index where it is in no ring.
        var older: Int
        var newer: Int
    }

    /// Slot 0 is the ring's head: what is newer than it has been idle for longest.
    private var slots = [Slot(connection: nil, older: 0, newer: 0)]
    private var free: [Int] = []
    private(set) var count = 0

    /// The connection that has been idle for longest.
    var oldestIdle: Connection? { slots[slots[0].newer].connection }

    var all: [Connection] { slots.compactMap(\.connection) }

    mutating func insert(_ connection: Connection) {
        count += 1
        if let slot = free.popLast() {
            slots[slot].connection = connection
            connection.slot = slot
        } else {
            connection.slot = slots.count
            slots.append(Slot(connection: connection, older: slots.count, newer: slots.count))
        }
    }

    mutating func remove(_ connection: Connection) {
        guard connection.slot > 0 else { return }
        noteBusy(connection)
        slots[connection.slot].connection = nil
        free.append(connection.slot)
        connection.slot = 0
        count -= 1
    }

    mutating func noteIdle(_ connection: Connection) {
        let slot = connection.slot
        let newest = slots[0].older
        slots[slot].older = newest
        slots[slot].newer = 0
        slots[newest].newer = slot
        slots[0].older = slot
    }

    mutating func noteBusy(_ connection: Connection) {
        let slot = connection.slot
        let (older, newer) = (slots[slot].older, slots[slot].newer)
        slots[older].newer = newer
        slots[newer].older = older
        slots[slot].older = slot
        slots[slot].newer = slot
    }
}
