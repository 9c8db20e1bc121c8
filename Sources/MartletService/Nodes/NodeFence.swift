public import MartletCore
import Synchronization

/// Whether this node can be sure that no other has taken over what is its own. Looked at just before an attempt's request
/// is written: a process that was stopped, or cut off from the store, finds it shut.
public final class NodeFence: Sendable {
    private let shutsAt = Atomic<Int64>(.min)
    private let time: any MonotonicTime

    /// Made shut.
    public init(time: any MonotonicTime = SystemMonotonicTime()) { self.time = time }

    public var isOpen: Bool { time.nanoseconds() < shutsAt.load(ordering: .relaxed) }

    /// The instant from which ``open(from:for:)`` counts.
    func now() -> Int64 { time.nanoseconds() }

    /// Opens it for a time that counts from an instant that may be past.
    func open(from instant: Int64, for duration: Duration) {
        shutsAt.store(instant + duration.wholeMicroseconds * 1000, ordering: .relaxed)
    }

    func shut() { shutsAt.store(.min, ordering: .relaxed) }
}
