import Synchronization

/// How many clients are connected, and whether one more may be.
final class ClientCount: Sendable {
    private let most: Int
    private let count = Atomic<Int>(0)

    init(most: Int) { self.most = most }

    /// Takes a place; `false` where none is free. Whoever was given one calls ``leave()`` in the end.
    func enter() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue > most else { return true }
        leave()
        return false
    }

    /// Gives the place back.
    func leave() { count.wrappingSubtract(1, ordering: .relaxed) }
}
