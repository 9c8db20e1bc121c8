import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lets threads that wait for a processor go first, every sixteenth time, while several applications are active. To be called
/// for each piece of work that has many: a thread that works on alone would keep its processor until the kernel's next tick,
/// for up to 4 ms, from those that commit and send. Where there is nobody to be kept waiting it would only make commits and
/// reads shorter, and so dearer.
///
/// - Parameter index: which piece it is.
package func giveWay(at index: Int) {
    if index % 16 == 15, SharedActivity.isSeen { sched_yield() }
}

/// Whether several applications are active, by one of those that can tell. It is the process's, as its processors are.
package final class SharedActivity: Sendable {
    /// By whose events are committed.
    package static let commits = SharedActivity()
    /// By whose deliveries are accepted and read.
    package static let deliveries = SharedActivity()

    private let isShared = Atomic(false)

    package func note(_ isShared: Bool) {
        // Few notes are news, and a place that is written to is taken from every other thread's cache.
        guard self.isShared.load(ordering: .relaxed) != isShared else { return }
        self.isShared.store(isShared, ordering: .relaxed)
    }

    fileprivate static var isSeen: Bool {
        commits.isShared.load(ordering: .relaxed) || deliveries.isShared.load(ordering: .relaxed)
    }
}
