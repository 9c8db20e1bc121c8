/// What histories added up to.
public struct Tally: Sendable {
    public var histories = 0
    public var steps = 0
    public var crashes = 0
    public var stops = 0
    /// How often the clock was set.
    public var jumps = 0
    public var storeCalls = 0
    /// Calls of the store that failed, before or after they were carried out.
    public var storeFaults = 0
    /// Endpoints that were created, changed or deleted in the middle.
    public var changes = 0
    /// Deliveries that were retried or cancelled by hand.
    public var movesByHand = 0
    public var deliveries = 0
    public var attempts = 0
    /// Attempts that were made again after a crash.
    public var repeats = 0
    public var reads = 0
    private var checks = [Int](repeating: 0, count: Invariant.allCases.count)

    public init() {}

    /// How often an invariant was looked at.
    public func checks(of invariant: Invariant) -> Int { checks[invariant.rawValue] }

    mutating func looked(at invariant: Invariant) { checks[invariant.rawValue] += 1 }

    /// Adds another tally.
    public static func += (left: inout Self, right: Self) {
        left.histories += right.histories
        left.steps += right.steps
        left.crashes += right.crashes
        left.stops += right.stops
        left.jumps += right.jumps
        left.storeCalls += right.storeCalls
        left.storeFaults += right.storeFaults
        left.changes += right.changes
        left.movesByHand += right.movesByHand
        left.deliveries += right.deliveries
        left.attempts += right.attempts
        left.repeats += right.repeats
        left.reads += right.reads
        for (index, count) in right.checks.enumerated() { left.checks[index] += count }
    }
}
