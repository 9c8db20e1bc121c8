/// A token bucket as the generic cell rate algorithm keeps it: one instant instead of a count of tokens (ITU-T I.371).
public struct Pace: Sendable, Hashable {
    /// Microseconds from one token to the next.
    private var interval: Double
    private var burst: Double
    /// When, in microseconds, the bucket will be full again.
    private var fullAt: Double

    /// A bucket under a limit: full, or with one token in it.
    public init(_ limit: RateLimit, isFull: Bool = true, now: Timestamp) {
        interval = Double(max(1, limit.period.wholeMicroseconds)) / Double(max(1, limit.count))
        burst = Double(max(1, limit.burst))
        let microseconds = Double(now.milliseconds) * 1000
        fullAt = isFull ? microseconds : microseconds + interval * (burst - 1)
    }

    /// Takes another limit over, and keeps what has been taken.
    public mutating func change(to limit: RateLimit, now: Timestamp) {
        let taken = max(0, fullAt - Double(now.milliseconds) * 1000) / interval
        self = Pace(limit, now: now)
        fullAt += min(taken, burst) * interval
    }

    /// When the next token is there; now or earlier where there is one. Rounded up to the millisecond, or down where several
    /// tokens come in one.
    public var next: Timestamp {
        let instant = fullAt - interval * (burst - 1)
        return Timestamp(milliseconds: Int64((instant / 1000).rounded(interval < 1000 ? .down : .up)))
    }

    /// Takes a token, one that is not there yet too.
    public mutating func take(now: Timestamp) {
        fullAt = max(fullAt, Double(now.milliseconds) * 1000) + interval
    }

    /// Whether nothing is missing from the bucket.
    public func isFull(at now: Timestamp) -> Bool { fullAt <= Double(now.milliseconds) * 1000 }
}
