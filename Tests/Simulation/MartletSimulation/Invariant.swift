/// What must hold in every history: section 3 of the design and what users are promised, each under the name by which a
/// failure gives it.
public enum Invariant: Int, Sendable, CaseIterable {
    /// What a publisher was told is accepted is in the store ever after.
    case acceptedIsKept
    /// In the end every delivery of an active endpoint has ended: none is forgotten.
    case everythingEnds
    /// What is due does not wait for longer than its endpoint's pauses explain, whatever the clock does.
    case nothingStalls
    /// An attempt's outcome is recorded once, and a delivery ends once for each time it is asked for.
    case settledOnce
    /// A delivery has at most one attempt in flight or unrecorded.
    case oneAttemptAtATime
    /// Attempts are numbered as the store counts them.
    case numbersFollow
    /// An attempt is made a second time only where a crash found it in flight.
    case repeatsAreBounded
    /// A delivery gets no more attempts than its schedule and those who asked for one by hand give it.
    case attemptsAreBounded
    /// No attempt starts before it is due.
    case neverBeforeItsTime
    /// Of an ordering key one at a time, in turn.
    case orderIsKept
    /// No stretch of time sees more attempts than the endpoint's rate limit gives it, restarts and set clocks included.
    case rateIsKept
    /// While a breaker is open, one probe at a time, after its pause.
    case breakerHolds
    /// What has long been overdue is let out step by step, after a start as after a leap of the clock or an endpoint's return.
    case returnsInSteps
    /// No more attempts at once than the limits of the endpoint and the service.
    case slotsAreBounded
    /// An endpoint that is inactive or deleted gets nothing but the test event that somebody sends it.
    case inactiveGetNothing
    /// What has arrived, failed for good or been cancelled is not attempted.
    case endedStaysEnded
    /// Every attempt of a delivery carries the event's id and bytes as they were accepted.
    case bytesNeverChange
    /// Once the service stops, no attempt starts.
    case stoppingStartsNothing
    /// What is kept in memory stays within its limits.
    case memoryIsBounded
    /// In the end nothing is in flight, unrecorded or in memory.
    case nothingIsLeft

    /// Its name in tables and failures.
    public var name: String {
        switch self {
        case .acceptedIsKept: "accepted-is-kept"
        case .everythingEnds: "everything-ends"
        case .nothingStalls: "nothing-stalls"
        case .settledOnce: "settled-once"
        case .oneAttemptAtATime: "one-attempt-at-a-time"
        case .numbersFollow: "numbers-follow"
        case .repeatsAreBounded: "repeats-are-bounded"
        case .attemptsAreBounded: "attempts-are-bounded"
        case .neverBeforeItsTime: "never-before-its-time"
        case .orderIsKept: "order-is-kept"
        case .rateIsKept: "rate-is-kept"
        case .breakerHolds: "breaker-holds"
        case .returnsInSteps: "returns-in-steps"
        case .slotsAreBounded: "slots-are-bounded"
        case .inactiveGetNothing: "inactive-get-nothing"
        case .endedStaysEnded: "ended-stays-ended"
        case .bytesNeverChange: "bytes-never-change"
        case .stoppingStartsNothing: "stopping-starts-nothing"
        case .memoryIsBounded: "memory-is-bounded"
        case .nothingIsLeft: "nothing-is-left"
        }
    }
}
