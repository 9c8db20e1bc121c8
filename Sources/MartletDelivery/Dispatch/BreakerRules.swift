/// When a circuit breaker opens, and for how long.
public struct BreakerRules: Sendable, Hashable {
    /// How far back attempts count.
    public var window = Duration.seconds(60)
    /// It opens where at least so many attempts ended in the window …
    public var minimum = 20
    /// … and this share of them failed, 0 to 1.
    public var failureShare = 0.5
    /// Or where so many in a row got no answer at all: nobody is there.
    public var silentRun = 10
    /// How long it stays open before the first probe.
    public var firstPause = Duration.seconds(5)
    /// Each probe that fails doubles the pause, up to this.
    public var longestPause = Duration.seconds(300)

    public init() {}
}
