public import MartletCore

/// Drops what is old, in steps: each call is one short transaction that touches about `limit` rows, so that whatever waits
/// for the store waits no longer than that.
public protocol RetentionStore: Sendable {
    /// Drops the payloads of an environment's events from before `instant`, by their ids, the oldest first. An event with
    /// a delivery that is scheduled keeps its own; ``dropLatePayloads(in:after:limit:)`` comes back to it.
    ///
    /// An event is looked at once: a later call goes on where this one ended.
    func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> RetentionStep

    /// Drops the payloads of events that ``dropPayloads(in:before:limit:)`` had to leave, and that no scheduled delivery
    /// needs any more.
    ///
    /// - Parameter cursor: where the step before ended; `nil` to begin.
    func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep

    /// Drops the deliveries that ended before `instant`, with their attempts, of an environment's events from before it;
    /// and each of those events once it has no delivery left. Its chosen id may then be used again.
    ///
    /// - Parameter cursor: where the step before ended; `nil` to begin.
    func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep

    /// Drops up to `limit` hourly sums, of endpoints and of environments, of the hours that began before `instant`. Returns
    /// how many it dropped.
    func dropHours(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// What one step dropped, and where the next one begins.
public struct RetentionStep: Sendable, Hashable {
    /// How many events lost their payload, or were dropped.
    public var events: Int
    /// How many deliveries were dropped.
    public var deliveries: Int
    /// Where to go on; `nil` when there is nothing left to look at.
    public var next: EventID?

    public init(events: Int = 0, deliveries: Int = 0, next: EventID? = nil) {
        self.events = events
        self.deliveries = deliveries
        self.next = next
    }
}
