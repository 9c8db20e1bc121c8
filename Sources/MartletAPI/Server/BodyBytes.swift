import Synchronization

/// How many bytes the bodies of the requests under way take, and whether more may.
final class BodyBytes: Sendable {
    /// How many there may be.
    let most: Int
    private let taken = Atomic<Int>(0)

    init(most: Int) { self.most = most }

    /// Takes room for so many; `false` where there is none. Whoever was given it calls ``giveBack(_:)`` in the end.
    func take(_ count: Int) -> Bool {
        guard taken.wrappingAdd(count, ordering: .relaxed).newValue > most else { return true }
        giveBack(count)
        return false
    }

    /// Gives the room back.
    func giveBack(_ count: Int) { taken.wrappingSubtract(count, ordering: .relaxed) }
}
