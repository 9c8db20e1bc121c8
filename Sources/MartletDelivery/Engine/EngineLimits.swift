/// The bounds of an engine.
public struct EngineLimits: Sendable, Hashable {
    public var dispatch = DispatchLimits()
    /// How many reads of due deliveries are under way at once.
    public var loads = 4
    /// How long attempts in flight may take to finish when the service stops.
    public var drain = Duration.seconds(30)
    /// How often endpoints' sums are written to the store.
    public var sumsInterval = Duration.seconds(10)
    /// How often what waits is counted anew where other nodes share the store.
    public var recountInterval = Duration.seconds(30)

    public init() {}
}
