/// A clock that nobody sets, and that goes on while the process is stopped or the machine sleeps.
public protocol MonotonicTime: Sendable {
    /// Nanoseconds since some instant.
    func nanoseconds() -> Int64
}
