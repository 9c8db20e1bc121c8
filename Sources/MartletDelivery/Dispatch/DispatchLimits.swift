public import MartletCore
import MartletService

/// The bounds within which a dispatcher works. They, not the backlog, decide how much memory it takes.
public struct DispatchLimits: Sendable, Hashable {
    /// The most attempts in flight at once, over all endpoints. One whose outcome is not recorded yet counts too, so that
    /// a process that dies leaves no more attempts than these to be repeated. A large event's attempt counts as several, one
    /// more for each 64 KiB of its body, so that they do not fill the memory; but as no more than a sixteenth of all, so
    /// that one that hangs leaves room for others.
    public var inFlight = 1024
    /// The most attempts in flight at once to one endpoint, unless it says less itself.
    public var inFlightPerEndpoint = 64
    /// The most deliveries of one endpoint that are kept in memory; the others wait in the store.
    public var window = 256
    /// The same of an endpoint that answers, as long as none of its deliveries waits in the store alone: so many are
    /// published at once and need not be read back.
    public var burst = 2048
    /// The most deliveries kept in memory, over all endpoints.
    public var parcels = 20_000
    /// The most bytes of event bodies kept in memory, over all endpoints.
    public var parcelBytes = 64 << 20
    /// The most attempts that are over but not yet recorded. At the bound no new ones start.
    public var unsettled = 4096
    /// A retry due sooner than this waits in memory, a later one in the store.
    public var nearRetry = Duration.seconds(60)

    /// When endpoints' circuit breakers open.
    public var breaker = BreakerRules()

    /// When an endpoint that fails is taken out of service.
    public var failing = FailureRule()

    public init() {}

    /// How many of the attempts in flight a parcel's counts as.
    func slots(for parcel: Parcel) -> Int { min(parcel.cost, max(1, inFlight / 16)) }
}
