public import MartletCore

/// Keeps events and deliveries on their way. Everything here is on, or beside, the hot path.
public protocol DeliveryStore: Sendable {
    /// Makes a batch durable: one transaction, one sync to disk. When it throws, nothing of the batch has been kept,
    /// or (`unavailable`, the connection was lost in the middle) its caller must not claim that it has. An environment
    /// or endpoint that was never in the store, or an id that was used before, is a conflict.
    func commit(_ batch: CommitBatch) async throws(StoreError) -> CommitResult

    /// Where a task that commits batch after batch runs best: on the thread that commits. `nil` where no place is better
    /// than another.
    var committing: (any TaskExecutor)? { get }

    /// The scheduled deliveries of an endpoint that have no ``Turn`` and are due by `now`, the earliest due first, with
    /// their events.
    ///
    /// - Parameters:
    ///   - known: these are passed over.
    ///   - bytes: once the events' bodies have so many together, no more is read.
    /// - Returns: at most `limit` of them, and when the first one that was neither returned nor passed over is due.
    func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) async throws(StoreError) -> DueDeliveries

    /// The scheduled deliveries of an endpoint that have a ``Turn`` and may go out by `now`, with their events: along
    /// the order, key by key.
    ///
    /// The head of a key is its scheduled delivery that comes first by its turn's instant, then by its id. A key whose
    /// head is due gives the head and what follows it in that order, as far as the turns' instants are not after `now`,
    /// at most ``OrderedDeliveries/mostPerKey``; a key whose head is not due gives nothing. The keys are visited in the
    /// order of their UTF-8 bytes, at most ``OrderedDeliveries/mostKeys`` a call.
    ///
    /// - Parameters:
    ///   - key: the key after which the visit begins: ``OrderedDeliveries/resumeAfter`` of the call before. `nil` for
    ///     the first one.
    ///   - limit: the most deliveries returned. It may cut the last key short, never out of order.
    ///   - bytes: once the events' bodies have so many together, no more is read. That may cut the last key short too.
    func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) async throws(StoreError) -> OrderedDeliveries

    /// The delivery that is first in a key's order at an endpoint, the one that the others wait for; `nil` where
    /// nothing with that key is scheduled.
    func head(of key: String, at endpoint: EndpointID) async throws(StoreError) -> DeliveryID?

    /// The keys of an endpoint whose head has failed at least once and is still scheduled, in the order of their UTF-8
    /// bytes: at most `limit` of the first ``OrderedDeliveries/mostKeys`` keys.
    func blockedKeys(of endpoint: EndpointID, limit: Int) async throws(StoreError) -> [BlockedKey]

    /// When each endpoint's earliest scheduled delivery is due, whether or not it has a turn; endpoints with none are left out. Includes deleted
    /// endpoints whose deliveries still have to be cancelled.
    func earliestDue() async throws(StoreError) -> [EndpointID: Timestamp]

    /// As ``earliestDue()``, whichever node delivers it.
    func earliestDueAnywhere() async throws(StoreError) -> [EndpointID: Timestamp]

    /// How many deliveries are scheduled in each environment, whichever node delivers them; those with none are left out.
    func waiting() async throws(StoreError) -> [EnvironmentID: Int]

    /// Moves a delivery as ``DeliveryStateMachine`` did, if it still stands where `from` says (status and attempt
    /// count). `false` where it does not, and where one that had ended is to be scheduled whose event has lost its payload.
    func move(
        _ delivery: Delivery, to state: DeliveryState
    ) async throws(StoreError) -> Bool

    /// Cancels up to `limit` scheduled deliveries of an endpoint as `endpointDeleted`. Returns how many it cancelled.
    func cancelDeliveries(of endpoint: EndpointID, at now: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// How many deliveries of an endpoint are scheduled.
    func backlog(of endpoint: EndpointID) async throws(StoreError) -> Int

    /// How many deliveries are scheduled, by endpoint; endpoints with none are left out. Includes deleted endpoints whose
    /// deliveries still have to be cancelled. Counts what waits one by one, so it is for a start, not for a request.
    func backlogs() async throws(StoreError) -> [EndpointBacklog]

    /// How many deliveries are scheduled in the whole store, and since when the one overdue longest has been due.
    func backlog() async throws(StoreError) -> Backlog
}

/// What waits in a store.
public struct Backlog: Sendable, Hashable {
    public var count: Int
    public var earliestDue: Timestamp?

    public init(count: Int, earliestDue: Timestamp?) {
        self.count = count
        self.earliestDue = earliestDue
    }
}

/// What waits for one endpoint.
public struct EndpointBacklog: Sendable, Hashable {
    public var endpoint: EndpointID
    public var application: ApplicationID
    public var count: Int

    public init(endpoint: EndpointID, application: ApplicationID, count: Int) {
        self.endpoint = endpoint
        self.application = application
        self.count = count
    }
}

/// What one look for due deliveries found.
public struct DueDeliveries: Sendable {
    public var deliveries: [DeliveryWithEvent]
    /// When the earliest scheduled delivery that is not among them is due; `nil` where there is none.
    public var nextDue: Timestamp?

    public init(deliveries: [DeliveryWithEvent], nextDue: Timestamp?) {
        self.deliveries = deliveries
        self.nextDue = nextDue
    }
}

/// A delivery and the event it carries.
public struct DeliveryWithEvent: Sendable {
    public var delivery: Delivery
    public var event: Event

    public init(delivery: Delivery, event: Event) {
        self.delivery = delivery
        self.event = event
    }
}

extension DeliveryStore {
    /// As ``due(_:by:besides:limit:bytes:)``, of all that is due and whatever its size.
    public func due(
        _ endpoint: EndpointID, by now: Timestamp, limit: Int
    ) async throws(StoreError) -> DueDeliveries {
        try await due(endpoint, by: now, besides: [], limit: limit, bytes: .max)
    }

    /// As ``dueInOrder(_:by:after:limit:bytes:)``, whatever its size.
    public func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int
    ) async throws(StoreError) -> OrderedDeliveries {
        try await dueInOrder(endpoint, by: now, after: key, limit: limit, bytes: .max)
    }

    public var committing: (any TaskExecutor)? { nil }
}
