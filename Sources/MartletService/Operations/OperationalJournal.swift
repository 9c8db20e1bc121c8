public import MartletCore
public import MartletStore

/// Writes operational events, and sees to it that they do not pile up.
public struct OperationalJournal: Sendable {
    /// How long an operational event is kept: 90 days.
    public static let lifetime = Duration.seconds(90 * 86_400)
    /// How many that are older go with each write: more than come in, so that a backlog of them shrinks.
    static let sweep = 100

    private let store: any Store

    public init(store: any Store) { self.store = store }

    /// Keeps the events, durably. May be tried again when it throws: none is kept twice.
    public func record(_ events: [OperationalEvent], at now: Timestamp) async throws(StoreError) {
        guard !events.isEmpty else { return }
        try await store.record(events)
        _ = try await store.forgetOperationalEvents(
            createdBefore: now - Self.lifetime, limit: max(Self.sweep, 2 * events.count))
    }
}
