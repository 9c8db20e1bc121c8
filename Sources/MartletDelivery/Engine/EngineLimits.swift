/// The bounds of an engine.
public struct EngineLimits: Sendable, Hashable {
    public var dispatch = DispatchLimits()
    /// How many reads of due deliveries are under way at once.
    public var loads = 4
    /// Once the events that a read brings have so many bytes of bodies, it ends; once for those that have a turn, and once
    /// for those that have none.
    public var loadBytes = 4 << 20
    /// How long attempts in flight may take to finish when the service stops.
    public var drain = Duration.seconds(30)
    /// How often endpoints' sums are written to the store.
    public var sumsInterval = Duration.seconds(10)
    /// How often what waits is counted anew where other nodes share the store.
    public var recountInterval = Duration.seconds(30)

    public init() {}
}
