/// The bounds of recoveries and bulk replays.
public struct JobLimits: Sendable, Hashable {
    /// How many deliveries a second a job makes unless asked for another number, and how many at most.
    public var rateDefault = 100
    public var rateMost = 1000
    /// How many jobs may run at once in an environment, and how many of those one application may have asked for.
    public var runningPerEnvironment = 20
    public var runningPerApplication = 5
    /// How many rows, and how many bytes of bodies, a forecast looks at: beyond, its count is "at least".
    public var forecastRows = 100_000
    public var forecastBytes = 64 << 20
    /// How many rows one read looks at.
    public var readRows = 5000
    /// How many events one step delivers again at most, and how many bytes of bodies it reads.
    public var stepEvents = 100
    public var stepBytes = 1 << 20
    /// How much of a job's rate one step takes, where that is not more than ``stepEvents``.
    public var stepSpan = Duration.milliseconds(250)
    /// How long a job rests after a step, so that looking through what needs nothing leaves the store to others.
    public var rest = Duration.milliseconds(50)
    /// How long a job waits before it looks again whether it may go on.
    public var hold = Duration.milliseconds(500)
    /// How many of a job's deliveries may wait for their first attempt before it holds back: two seconds of its rate,
    /// within these.
    public var untried = 20...500
    /// After how long a delivery of a job with many endpoints no longer holds it back: one dead endpoint must not stop
    /// what goes to the others.
    public var patience = Duration.seconds(30)
    /// The first pause after the store failed; each next one is twice as long, up to the longest.
    public var pauseFirst = Duration.milliseconds(500)
    public var pauseLongest = Duration.seconds(60)
    /// After how many refusals in a row, other than for being unavailable, a job is given up.
    public var refusals = 5
    /// How long a job that has ended can be looked at.
    public var kept = Duration.seconds(90 * 86_400)

    public init() {}
}
