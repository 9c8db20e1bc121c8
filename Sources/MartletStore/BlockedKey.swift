public import MartletCore

/// A key in whose order a delivery has failed and waits for its next attempt, and others wait for it.
public struct BlockedKey: Sendable, Hashable {
    /// How many that wait are counted at most.
    public static let mostWaiting = 1000

    /// The `ordering_key`, empty for events without one.
    public var key: String
    /// The delivery that the others wait for.
    public var head: DeliveryID
    /// How many attempts of it have been recorded.
    public var attempts: Int
    /// When its next attempt is due.
    public var due: Timestamp
    /// How many deliveries wait behind it, counted up to ``mostWaiting``.
    public var waiting: Int

    public init(key: String, head: DeliveryID, attempts: Int, due: Timestamp, waiting: Int) {
        self.key = key
        self.head = head
        self.attempts = attempts
        self.due = due
        self.waiting = waiting
    }
}
