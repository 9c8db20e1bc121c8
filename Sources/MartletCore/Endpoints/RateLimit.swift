/// How many attempts an endpoint takes in how long: a token bucket of `burst` tokens that fills with `count` every `period`.
public struct RateLimit: Sendable, Hashable {
    /// How many attempts a period allows, at least 1.
    public var count: Int
    public var period: Duration
    /// How many may follow each other at once after a rest, at least 1.
    public var burst: Int

    public init(count: Int, per period: Duration, burst: Int) {
        self.count = count
        self.period = period
        self.burst = burst
    }
}
