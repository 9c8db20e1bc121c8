/// A defect put in on purpose, where the dispatcher meets the world: the simulation must find it.
public enum Mutant: String, Sendable, CaseIterable {
    case storeForgetsEvents = "store-forgets-events"
    case storeForgetsOutcomes = "store-forgets-outcomes"
    case storeAnswersBeforeItIsDurable = "store-answers-before-it-is-durable"
    case storeSwapsBodies = "store-swaps-bodies"
    case storeReadsLate = "store-reads-late"
    case readsAreNeverAnswered = "reads-are-never-answered"
    case readsOvertakeCommits = "reads-overtake-commits"
    case movesOvertakeCommits = "moves-overtake-commits"
    case outcomesAreSettledTwice = "outcomes-are-settled-twice"
    case outcomesAreLost = "outcomes-are-lost"
    case failedMovesAreReportedDone = "failed-moves-are-reported-done"
    case cancellationsAreSilent = "cancellations-are-silent"
    case unansweredRetriesAreSilent = "unanswered-retries-are-silent"
    case endpointChangesAreSilent = "endpoint-changes-are-silent"
    case restartsOverlookAnEndpoint = "restarts-overlook-an-endpoint"
    case restartsRefillRates = "restarts-refill-rates"
    case orderIsIgnored = "order-is-ignored"
    case ratesAreIgnored = "rates-are-ignored"
    case breakersAreIgnored = "breakers-are-ignored"
    case slotsAreIgnored = "slots-are-ignored"
    case memoryIsIgnored = "memory-is-ignored"
    case schedulesHaveNoEnd = "schedules-have-no-end"
    case clockIsFast = "clock-is-fast"
    case alarmsIgnoreASetClock = "alarms-ignore-a-set-clock"
    case leapsAreGlossedOver = "leaps-are-glossed-over"
    case stopsAreIgnored = "stops-are-ignored"

    /// What is wrong.
    public var defect: String {
        switch self {
        case .storeForgetsEvents: "of what the store commits, each 50th delivery is not there"
        case .storeForgetsOutcomes: "each 50th outcome that the store commits is not there"
        case .storeAnswersBeforeItIsDurable: "a crash loses the commit that was answered last"
        case .storeSwapsBodies: "now and then a read gives a delivery another event's body"
        case .storeReadsLate: "a read answers what the one before it should have"
        case .readsAreNeverAnswered: "a fifth of the reads is never answered"
        case .readsOvertakeCommits: "a read is answered before the commits that it saw were told of"
        case .movesOvertakeCommits: "a move by hand is told before the commits that it saw"
        case .outcomesAreSettledTwice: "now and then an outcome is handed to the store twice"
        case .outcomesAreLost: "now and then an attempt's end is not told"
        case .failedMovesAreReportedDone: "a cancellation that failed is told of as done"
        case .cancellationsAreSilent: "a cancelled delivery is not told of"
        case .unansweredRetriesAreSilent: "a retry by hand that the store did not answer is not told of"
        case .endpointChangesAreSilent: "now and then a change of an endpoint is not told"
        case .restartsOverlookAnEndpoint: "a restart does not ask what waits for one of the endpoints"
        case .restartsRefillRates: "a restart gives every endpoint a full burst"
        case .orderIsIgnored: "deliveries have no turn"
        case .ratesAreIgnored: "endpoints have no rate limit"
        case .breakersAreIgnored: "breakers never open"
        case .slotsAreIgnored: "there are eight times as many slots"
        case .memoryIsIgnored: "there is no bound on what is kept in memory"
        case .schedulesHaveNoEnd: "retry schedules go on and on"
        case .clockIsFast: "alarms ring three seconds early, by a clock as fast"
        case .alarmsIgnoreASetClock: "an alarm does not notice that the clock was set forwards"
        case .leapsAreGlossedOver: "a clock that leaps ahead is told of in steps, as if time were passing fast"
        case .stopsAreIgnored: "a service that stops goes on starting attempts"
        }
    }

    /// The invariants of which it breaks the first that comes.
    public var breaks: Set<Invariant> {
        switch self {
        case .storeForgetsEvents: [.acceptedIsKept]
        case .storeAnswersBeforeItIsDurable: [.acceptedIsKept, .repeatsAreBounded]
        case .storeForgetsOutcomes: [.numbersFollow, .endedStaysEnded, .repeatsAreBounded, .everythingEnds]
        case .storeSwapsBodies: [.bytesNeverChange]
        case .storeReadsLate: [.everythingEnds, .numbersFollow, .endedStaysEnded, .nothingStalls, .orderIsKept]
        case .readsAreNeverAnswered: [.everythingEnds, .nothingStalls]
        case .readsOvertakeCommits:
            [.oneAttemptAtATime, .everythingEnds, .orderIsKept, .endedStaysEnded, .numbersFollow]
        case .movesOvertakeCommits: [.endedStaysEnded, .orderIsKept]
        case .outcomesAreSettledTwice: [.settledOnce]
        case .outcomesAreLost: [.nothingIsLeft, .everythingEnds]
        case .failedMovesAreReportedDone: [.endedStaysEnded, .everythingEnds, .nothingStalls, .orderIsKept]
        case .cancellationsAreSilent: [.endedStaysEnded]
        case .unansweredRetriesAreSilent: [.everythingEnds, .nothingStalls, .orderIsKept]
        case .endpointChangesAreSilent: [.inactiveGetNothing, .everythingEnds, .nothingStalls, .rateIsKept]
        case .restartsOverlookAnEndpoint: [.everythingEnds, .nothingStalls, .orderIsKept]
        case .restartsRefillRates: [.rateIsKept, .returnsInSteps]
        case .ratesAreIgnored: [.rateIsKept]
        case .orderIsIgnored: [.orderIsKept]
        case .breakersAreIgnored: [.breakerHolds]
        case .slotsAreIgnored: [.slotsAreBounded]
        case .memoryIsIgnored: [.memoryIsBounded]
        case .schedulesHaveNoEnd: [.attemptsAreBounded]
        case .clockIsFast: [.neverBeforeItsTime, .orderIsKept, .rateIsKept]
        case .alarmsIgnoreASetClock: [.nothingStalls]
        case .leapsAreGlossedOver: [.returnsInSteps]
        case .stopsAreIgnored: [.stoppingStartsNothing]
        }
    }
}
