import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting

/// One history of a dispatcher, made up from a seed, in virtual time and on one thread: docs/simulation.md.
///
/// Plays the engine, the group commit, the store, the receivers, the users and the clock, with everything that may go wrong
/// with them, and keeps its own account of what a dispatcher may do. What differs from the account is a ``Violation``.
public final class Simulation {
    /// A crash at one call of the store, and at no other.
    public struct CrashPoint: Sendable {
        /// Which call, the first being 1.
        public var call: Int
        /// Whether everything was carried out, and only the answer not seen.
        public var isAfter: Bool

        public init(call: Int, isAfter: Bool) {
            self.call = call
            self.isAfter = isAfter
        }
    }

    /// What may go wrong in a history. Each has a part of it alone, so that each is seen by itself too.
    struct Troubles {
        var crashShare = 0.0
        var faultShare = 0.0
        var crashes = false
        var stops = false
        var setsClock = false
        var changesEndpoints = false
        var movesByHand = false
    }

    let seed: UInt64
    let mutant: Mutant?
    let crashPoint: CrashPoint?
    var troubles = Troubles()
    var random: SeededRandom
    /// Draws what goes wrong with the store, so that a crash leaves the history before it as it is without.
    var chaos: SeededRandom
    /// Told of each thing that happens, where given.
    public var trace: ((String) -> Void)?
    public private(set) var tally = Tally()

    // Time.
    /// Milliseconds since the history began, by a clock that nobody sets.
    private(set) var elapsed = 0
    /// How far the wall clock is from where it would be had nobody set it.
    var clockOffset = 0
    var latestWall: Timestamp
    /// The latest time that the dispatcher was told, since it was last told a much earlier one.
    var latestTold: Timestamp?
    /// The latest that the wall clock had said by then.
    var latestWallTold = beginning
    /// Until when alarms do not notice that the clock was set.
    var alarmsAreDeafUntil = 0
    /// When nothing more goes wrong, in elapsed milliseconds.
    let end: Int
    private var inspectedAt = 0

    // The world.
    var store = ModelStore()
    var receivers: [EndpointID: Receiver] = [:]
    var endpoints: [EndpointID] = []
    /// What was asked to be accepted.
    var published: [DeliveryID: Parcel] = [:]
    /// What publishers were told is accepted.
    var promised: [DeliveryID] = []
    var serial: UInt64 = 0

    // The process.
    let limits: DispatchLimits
    private let dispatcherLimits: DispatchLimits
    var dispatcher: Dispatcher
    var isUp = true
    /// When it was started again.
    var starts: [Int] = []
    var isStopping = false
    var waitingParcels: [Parcel] = []
    var waitingOutcomes: [Outcome] = []
    var batch: (parcels: [Parcel], outcomes: [Outcome]) = ([], [])
    var moved: [Bool] = []
    var isCommitting = false
    var commitFailed = false
    var applied = 0
    var reported = 0
    var lastRead: [EndpointID: Reading] = [:]
    /// What is to be told once the commits have been that it could have seen.
    var held: [Happening] = []
    var isHealthPlanned = false
    /// The store as a crash leaves it that takes back what was answered too early.
    var durable: ModelStore?

    // The account.
    var flights: [DeliveryID: Flight] = [:]
    /// The number of each delivery's last attempt.
    var numbers: [DeliveryID: Int] = [:]
    /// What a crash found in flight, and so may be attempted again under its number.
    var repeatable: Set<DeliveryID> = []
    var cancelledAndTold: Set<DeliveryID> = []
    var retriedByHand: [DeliveryID: Int] = [:]
    var triedOtherSecret: [DeliveryID: Int] = [:]
    /// What is to be accepted, or was and the dispatcher has not been told of it yet.
    var unreported: Set<DeliveryID> = []
    /// What was moved by hand without its having been told of that yet.
    var untold: Set<DeliveryID> = []
    var regularFlights = 0
    var testFlights = 0

    struct Outcome {
        let parcel: Parcel
        let settlement: Settlement
    }

    /// An attempt that is under way or unrecorded.
    struct Flight {
        let endpoint: EndpointID
        let number: Int
        let isTest: Bool
        let startedAt: Int
        var isOver = false
    }

    private struct Planned {
        let at: Int
        let happening: Happening
    }

    /// What is to come, the soonest last; of those at one instant, the one planned first.
    private var plan: [Planned] = []

    /// - Parameters:
    ///   - mutant: a defect to put in.
    ///   - crashPoint: the one crash there is; given, nothing but it goes wrong with process, store and clock.
    public init(seed: UInt64, mutant: Mutant? = nil, crashPoint: CrashPoint? = nil) {
        self.seed = seed
        self.mutant = mutant
        self.crashPoint = crashPoint
        var random = SeededRandom(seed: seed)
        chaos = SeededRandom(seed: ~seed)
        var limits = DispatchLimits()
        limits.inFlight = Int.random(in: 1...12, using: &random)
        limits.inFlightPerEndpoint = Int.random(in: 1...6, using: &random)
        limits.window = Int.random(in: 1...20, using: &random)
        limits.burst = limits.window * 2
        limits.parcels = Int.random(in: 2...60, using: &random)
        limits.parcelBytes = Int.random(in: 100...20_000, using: &random)
        limits.unsettled = Int.random(in: 1...10, using: &random)
        limits.nearRetry = .seconds(Int.random(in: 0...60, using: &random))
        limits.breaker.silentRun = Int.random(in: 2...10, using: &random)
        limits.breaker.minimum = Bool.random(using: &random) ? 20 : .max
        limits.breaker.firstPause = .seconds(Int.random(in: 1...5, using: &random))
        limits.breaker.longestPause = .seconds(Int.random(in: 10...300, using: &random))
        if Int.random(in: 0..<5, using: &random) == 0 {
            limits.failing = FailureRule(after: .seconds(5), failures: 3)
        }
        self.limits = limits
        switch mutant {
        case .slotsAreIgnored:
            limits.inFlight *= 8
            limits.inFlightPerEndpoint *= 8
        case .memoryIsIgnored:
            limits.window = 1 << 20
            limits.parcels = 1 << 20
            limits.parcelBytes = 1 << 40
        case .breakersAreIgnored:
            limits.breaker.silentRun = .max
            limits.breaker.minimum = .max
        default: break
        }
        dispatcherLimits = limits
        dispatcher = Dispatcher(limits: limits)
        end = Int.random(in: 3000...30_000, using: &random)
        latestWall = Self.beginning
        self.random = random
        if mutant == .storeForgetsEvents { store.forgetsDelivery = 50 }
        if mutant == .storeForgetsOutcomes { store.forgetsOutcome = 50 }
        guard crashPoint == nil else { return }
        troubles.crashShare = [0, 0, 0.003, 0.02].randomElement(using: &chaos) ?? 0
        troubles.faultShare = [0, 0.01, 0.05].randomElement(using: &chaos) ?? 0
        troubles.crashes = Int.random(in: 0..<3, using: &chaos) == 0
        troubles.stops = Int.random(in: 0..<5, using: &chaos) == 0
        troubles.setsClock = Int.random(in: 0..<3, using: &chaos) == 0
        troubles.changesEndpoints = Int.random(in: 0..<4, using: &chaos) != 0
        troubles.movesByHand = Int.random(in: 0..<3, using: &chaos) != 0
    }

    // MARK: Running

    /// Plays the history to its end.
    ///
    /// - Throws: the first invariant that it breaks.
    public func run() throws(Violation) {
        tally.histories = 1
        for _ in 0..<Int.random(in: 1...5, using: &random) { addReceiver(isFirst: true) }
        for id in endpoints { try tell(id) }
        for _ in 0..<Int.random(in: 1...3, using: &random) { plan(.publish, within: 5000) }
        if troubles.changesEndpoints || troubles.movesByHand { plan(.meddle, within: 3000) }
        if troubles.setsClock { plan(.clockIsSet, within: 10_000) }
        if troubles.crashes { plan(.crash, within: 10_000) }
        if troubles.stops { plan(.stop, within: 20_000) }
        // So late that nothing else has what was moved looked for.
        if troubles.movesByHand { plan(.retryByHand, at: end - 1) }
        plan(.finale, at: end)
        while let next = nextStep() {
            try pass(to: next.at)
            tally.steps += 1
            if let happening = next.happening {
                plan.removeLast()
                trace?("\(elapsed) ms, \(wall.rfc3339): \(happening.summary)")
                try happen(happening)
            } else {
                trace?("\(elapsed) ms, \(wall.rfc3339): the alarm rings")
                try perform(dispatcher.timerFired(now: seen))
            }
            guard tally.steps < 50_000 else { throw violation(.everythingEnds, "it does not come to an end") }
            try checkBounds()
            try finishStopping()
        }
        try checkEnd()
    }

    private func nextStep() -> (at: Int, happening: Happening?)? {
        let planned = plan.last.map { (at: max(elapsed, $0.at), happening: Optional($0.happening)) }
        guard isUp, let alarm = dispatcher.nextAlarm else { return planned }
        var ring = Int(alarm.milliseconds - Self.beginning.milliseconds) - clockOffset
        if mutant == .clockIsFast { ring -= Self.haste }
        ring = max(ring, elapsed, alarmsAreDeafUntil)
        if let planned, planned.at <= ring { return planned }
        return (ring, nil)
    }

    /// Lets time pass.
    private func pass(to instant: Int) throws(Violation) {
        if instant - inspectedAt >= 60_000 {
            inspect()
            inspectedAt = instant
        }
        let isLong = instant - elapsed >= 60_000
        elapsed = instant
        latestWall = max(latestWall, wall)
        if isLong || inspectedAt == instant { try checkStalls() }
    }

    // MARK: Time

    static let beginning = Timestamp(milliseconds: 1_686_825_000_000)
    private static let haste = 3000

    var wall: Timestamp { Timestamp(milliseconds: Self.beginning.milliseconds + Int64(elapsed + clockOffset)) }

    /// The time that the process goes by.
    var seen: Timestamp { mutant == .clockIsFast ? wall + .milliseconds(Self.haste) : wall }

    /// Whether things may still go wrong.
    var isTroubled: Bool { elapsed < end }

    // MARK: Planning

    func plan(_ happening: Happening, within milliseconds: Int) {
        plan(happening, at: elapsed + Int.random(in: 0...milliseconds, using: &random))
    }

    func plan(_ happening: Happening, at instant: Int) {
        var low = 0
        var high = plan.count
        while low < high {
            let middle = (low + high) / 2
            if plan[middle].at <= instant { high = middle } else { low = middle + 1 }
        }
        plan.insert(Planned(at: instant, happening: happening), at: low)
    }

    /// Forgets what only the process would have done.
    func forgetPlansOfTheProcess() { plan.removeAll { !$0.happening.isTheWorlds } }

    // MARK: Chance

    func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    /// Identifiers in the order in which they were made, whatever the clock says.
    func id<Kind>() -> Identifier<Kind> {
        serial += 1
        return Identifier(high: UInt64(Self.beginning.milliseconds + Int64(elapsed)) << 16, low: serial)
    }

    func count(_ change: (inout Tally) -> Void) { change(&tally) }

    func makeDispatcher() { dispatcher = Dispatcher(limits: dispatcherLimits) }
}
