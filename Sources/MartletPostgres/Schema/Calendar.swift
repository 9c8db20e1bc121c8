import MartletCore
import MartletStore
import Synchronization

/// Which days are to have partitions, and when to see to it again.
final class Calendar: Sendable {
    private let time: any TimeSource
    private let daysAhead: Int
    private let seenTo: Mutex<Timestamp>

    init(time: any TimeSource, daysAhead: Int) {
        self.time = time
        self.daysAhead = daysAhead
        seenTo = Mutex(time.now())
    }

    /// Whether an hour has passed since it was last due.
    func isDue() -> Bool {
        let now = time.now()
        return seenTo.withLock { last in
            guard now.since(last) >= .seconds(3600) else { return false }
            last = now
            return true
        }
    }

    /// Makes what is missing.
    func make(on connection: Connection) throws(StoreError) {
        try Partitions.make(from: Partitions.Day(of: time.now()), ahead: daysAhead, on: connection)
    }
}
