public import MartletCore

/// What goes into one transaction: events with their deliveries, outcomes of attempts, and entries of the request log.
public struct CommitBatch: Sendable {
    public var acceptances: [Acceptance]
    public var settlements: [Settlement]
    /// Inbound requests that came to nothing; those that became events stand in their acceptances.
    public var requests: [StoredRequest]

    public init(
        acceptances: [Acceptance] = [], settlements: [Settlement] = [], requests: [StoredRequest] = []
    ) {
        self.acceptances = acceptances
        self.settlements = settlements
        self.requests = requests
    }
}

/// What one caller wants accepted, all of it or none.
public struct Acceptance: Sendable {
    /// New events with their deliveries; for a replay the event is stored already and only the deliveries are new.
    public var entries: [Entry]
    /// Given where the caller sent an `Idempotency-Key`.
    public var stamp: IdempotencyStamp?
    /// Given where the entries are a job's: they count only where the job stands at the step's beginning and runs, and
    /// the job moves on with them.
    public var step: JobStep?
    /// Given where the entry is what an inbound request became. It is kept as it is given, in the place of one with its id,
    /// or as a duplicate where ``stamp`` was used before: see ``StoredRequest/judged(by:)``.
    public var request: StoredRequest?

    public init(
        entries: [Entry], stamp: IdempotencyStamp? = nil, step: JobStep? = nil, request: StoredRequest? = nil
    ) {
        self.entries = entries
        self.stamp = stamp
        self.step = step
        self.request = request
    }

    /// One event and the deliveries it is accepted with.
    public struct Entry: Sendable {
        public var event: Event
        public var deliveries: [Delivery]
        /// Whether the event is in the store already.
        public var isReplay: Bool

        public init(event: Event, deliveries: [Delivery], isReplay: Bool = false) {
            self.event = event
            self.deliveries = deliveries
            self.isReplay = isReplay
        }
    }
}

/// A caller's `Idempotency-Key`, remembered for 24 hours with what it was first used for; or what a source's sender calls an
/// event, remembered for as long as the source says.
public struct IdempotencyStamp: Sendable, Hashable {
    /// How long a caller's key is remembered.
    public static let lifetime = Duration.seconds(86_400)

    public var environment: EnvironmentID
    public var key: String
    /// A digest of the method, path and body: the same key with another is refused.
    public var fingerprint: [UInt8]
    /// From when it is forgotten.
    public var expiresAt: Timestamp
    /// When the key was presented: one that expired by then is forgotten.
    public var presentedAt: Timestamp

    /// A caller's key, presented ``lifetime`` before it expires.
    public init(environment: EnvironmentID, key: String, fingerprint: [UInt8], expiresAt: Timestamp) {
        self.environment = environment
        self.key = key
        self.fingerprint = fingerprint
        self.expiresAt = expiresAt
        presentedAt = expiresAt - Self.lifetime
    }

    /// What the sender of a source calls an event.
    ///
    /// - Parameters:
    ///   - window: for how long a second arrival counts as a duplicate, from `now` on.
    public init(source: SourceID, environment: EnvironmentID, sentID: String, window: Duration, at now: Timestamp) {
        self.environment = environment
        // No caller's key has a space in it.
        key = "\(source) \(sentID)"
        fingerprint = []
        presentedAt = now
        expiresAt = now + window
    }
}

/// An attempt that is over, and where it leaves its delivery.
public struct Settlement: Sendable {
    public var environment: EnvironmentID
    public var endpoint: EndpointID
    public var attempt: Attempt
    /// When the delivery's first attempt started.
    public var firstAttemptAt: Timestamp
    /// Written only where the delivery is still scheduled with `attempt.number - 1` attempts behind it; the attempt is
    /// recorded, and counted, either way. An attempt of that number that is there already is never written over.
    public var state: DeliveryState
    /// Recorded with it where it leaves the delivery failed: see ``OperationalEventStore``.
    public var report: OperationalEvent?

    public init(
        environment: EnvironmentID, endpoint: EndpointID, attempt: Attempt, firstAttemptAt: Timestamp,
        state: DeliveryState, report: OperationalEvent? = nil
    ) {
        self.environment = environment
        self.endpoint = endpoint
        self.attempt = attempt
        self.firstAttemptAt = firstAttemptAt
        self.state = state
        self.report = report
    }
}

/// What became of a batch; results stand in the order of their acceptances and settlements.
public struct CommitResult: Sendable {
    public var acceptances: [AcceptanceResult]
    /// Whether each settlement moved its delivery; `false` where the delivery had been moved by somebody else.
    public var settled: [Bool]

    public init(acceptances: [AcceptanceResult] = [], settled: [Bool] = []) {
        self.acceptances = acceptances
        self.settled = settled
    }
}

/// What became of one acceptance.
public enum AcceptanceResult: Sendable {
    /// One result an entry.
    case accepted([EntryResult])
    /// Its `Idempotency-Key` was used before for the very same request. One event an entry: the entry's own, or the one
    /// that had its chosen id. Nothing was kept.
    case answeredBefore([EventID])
    /// Its `Idempotency-Key` was used before for another request. Nothing was kept.
    case keyReused
    /// The job of its step has ended, or stands elsewhere. Nothing was kept.
    case jobMoved

    /// What became of one entry of an acceptance.
    public enum EntryResult: Sendable, Hashable {
        /// The event and its deliveries are durable.
        case stored
        /// Its chosen id is taken by this event. Nothing was kept of the entry.
        case taken(by: EventID)
        /// A replay of an event that is not, or no longer, in the store, or no longer with its payload. Nothing was kept of
        /// the entry.
        case missing
    }
}
