/// A delivery's place in the order of its endpoint: docs/ordering.md.
///
/// The deliveries of one endpoint with the same key go out one at a time, by ``at`` and then by id. Deliveries with
/// different keys do not wait for each other. A turn is given when a delivery is made and never changes, so that a
/// retry keeps its place.
public struct Turn: Sendable, Hashable {
    /// The event's `ordering_key`; empty where it has none, which is a key like any other.
    public var key: String
    /// When the delivery was first due.
    public var at: Timestamp

    public init(key: String, at: Timestamp) {
        self.key = key
        self.at = at
    }
}
