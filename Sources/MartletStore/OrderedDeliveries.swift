public import MartletCore

/// What one look along an endpoint's order found: ``DeliveryStore/dueInOrder(_:by:after:limit:bytes:)``.
public struct OrderedDeliveries: Sendable {
    /// How many keys one look visits at most.
    public static let mostKeys = 2000
    /// How many deliveries of one key it returns at most.
    public static let mostPerKey = 16

    /// Grouped by key; those of one key in their order, beginning with its head. A key may have more than are here: look
    /// again once these have gone.
    public var deliveries: [DeliveryWithEvent]
    /// The earliest instant at which a head that was visited, and is not among ``deliveries``, is due.
    public var nextDue: Timestamp?
    /// The last key that was visited, where there are keys after it.
    public var resumeAfter: String?

    public init(deliveries: [DeliveryWithEvent], nextDue: Timestamp?, resumeAfter: String?) {
        self.deliveries = deliveries
        self.nextDue = nextDue
        self.resumeAfter = resumeAfter
    }
}
