public import MartletCore

/// Keeps what happened to the service's own things, for a while.
public protocol OperationalEventStore: Sendable {
    /// Keeps the events, durably: all or none, and told to nobody yet. One whose id is there already stays as it is, so that it may be tried
    /// again. An environment that is not in the store is a conflict.
    func record(_ events: [OperationalEvent]) async throws(StoreError)

    /// Lists them, newest first.
    func operationalEvents(
        _ query: OperationalEventQuery
    ) async throws(StoreError) -> Found<OperationalEvent, OperationalEventID>

    /// Up to `limit` of which nobody has been told yet, in every environment, the oldest first. Each is one until
    /// ``markTold(_:)``: what was stored late, by whatever clock, is among them all the same.
    func untoldOperationalEvents(limit: Int) async throws(StoreError) -> [OperationalEvent]

    /// Notes that those who wanted to hear of them have been told. Durable.
    func markTold(_ events: [OperationalEvent]) async throws(StoreError)

    /// Forgets up to `limit` that were created before `instant`, the oldest first. Returns how many it forgot.
    func forgetOperationalEvents(createdBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// Which operational events to list.
public struct OperationalEventQuery: Sendable {
    public var environment: EnvironmentID
    /// Those of this application alone.
    public var application: ApplicationID?
    /// Those about this endpoint alone.
    public var endpoint: EndpointID?
    /// Those of this kind alone.
    public var kind: OperationalEvent.Kind?
    /// Made at or after; told by the instant in the id.
    public var since: Timestamp?
    public var before: OperationalEventID?
    public var limit: Int

    public init(environment: EnvironmentID, limit: Int) {
        self.environment = environment
        self.limit = limit
    }
}
