/// The bounds of what may wait in a store.
public struct IntakeLimits: Sendable, Hashable {
    /// The most deliveries that may wait in the store. Beyond it, publishers are asked to come again. Once half of it is
    /// taken, one application may not have more than the other half.
    public var backlog = 10_000_000
    /// How much room the store must have left, in bytes, for publishing to be taken; 0 asks for none.
    public var diskReserve = 256 << 20

    public init() {}
}
