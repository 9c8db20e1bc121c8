/// The bounds of what waits to be made durable.
public struct CommitLimits: Sendable, Hashable {
    /// The most events that may wait; beyond it, publishers are asked to come again.
    public var waitingEvents = 20_000
    /// The most bytes of bodies that may wait.
    public var waitingBytes = 64 << 20
    /// The most events and outcomes that share one transaction: it bounds how long the next one waits.
    public var batch = 1024
    /// The same while several publish: it bounds how long one of them waits for what the others brought.
    public var sharedBatch = 64

    public init() {}
}
