/// Where the wall-clock time comes from: the machine's clock when serving, a manual one under test.
public protocol TimeSource: Sendable {
    /// The instant it is now.
    func now() -> Timestamp
}

/// A time source that can also call back.
public protocol AlarmClock: TimeSource {
    /// Calls `ring` once, at `instant` or as soon after as can be, from a thread of the clock's choosing. Calls it at
    /// once, though never before this returns, where the instant has passed. There is no taking it back: whoever asked
    /// looks at the state of things when it rings.
    func alarm(at instant: Timestamp, ring: @escaping @Sendable () -> Void)
}
