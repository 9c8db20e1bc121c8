/// What a service takes from its callers. Each bound has its error; the defaults stand in the documentation.
public struct ServiceLimits: Sendable, Hashable {
    /// The largest body of a request to the API, in bytes; a batch may be larger.
    public var requestBytes = 1 << 20
    /// The largest body of a batch, in bytes.
    public var batchBytes = 16 << 20
    /// The most events in a batch.
    public var batchEvents = 1000
    /// The largest event body, in bytes.
    public var eventBytes = 1 << 20
    /// The most endpoints one event may go to.
    public var deliveriesPerEvent = 10_000
    /// The most deliveries whose ids a publisher is told.
    public var deliveriesTold = 100
    /// How many items a list gives unless asked for another number, and how many at most.
    public var pageDefault = 50
    public var pageMost = 250
    /// How far ahead an event may be published.
    public var deliverAhead = Duration.seconds(365 * 86_400)
    /// How long an `Idempotency-Key` is remembered.
    public var idempotency = Duration.seconds(86_400)
    /// How long an old secret counts after a rotation, unless the caller says otherwise.
    public var rotationOverlap = Duration.seconds(86_400)
    /// The bounds of recoveries and bulk replays.
    public var jobs = JobLimits()

    public init() {}
}
