public import MartletCore

/// Looks back: events, deliveries, attempts and their sums. Every listing is newest first and never scans more than
/// its index and ``EventQuery/scanLimit`` allow.
public protocol HistoryStore: Sendable {
    func event(_ id: EventID, in environment: EnvironmentID) async throws(StoreError) -> Event?
    func event(chosenID: String, in environment: EnvironmentID) async throws(StoreError) -> Event?
    func events(_ query: EventQuery) async throws(StoreError) -> Found<Event, EventID>

    func delivery(_ id: DeliveryID, in environment: EnvironmentID) async throws(StoreError) -> Delivery?
    func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> Found<Delivery, DeliveryID>
    /// The deliveries of one event, oldest first, at most `limit`.
    func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) async throws(StoreError) -> [Delivery]

    /// Groups failures by endpoint and reason.
    func failures(_ query: FailureQuery) async throws(StoreError) -> FailureGroups

    /// Every attempt of a delivery, the first one first.
    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [Attempt]

    /// Adds to the hourly sums of endpoints, all or none.
    func add(_ sums: [EndpointHour]) async throws(StoreError)
    /// The hourly sums of an endpoint from the hour that contains `since`, oldest first.
    func hours(of endpoint: EndpointID, since: Timestamp) async throws(StoreError) -> [EndpointHour]
    /// The hourly sums of an environment from the hour that contains `since`, oldest first: what ``add(_:)`` was given of
    /// its endpoints, those that are deleted by now included, and what ``note(_:)`` was.
    func hours(in environment: EnvironmentID, since: Timestamp) async throws(StoreError) -> [EnvironmentHour]
    /// Notes how much waits. The most of an hour is kept.
    func note(_ waiting: [EnvironmentWaiting]) async throws(StoreError)
}

/// A page of a listing, and where the next one starts.
public struct Found<Item: Sendable, Cursor: Sendable>: Sendable {
    public var items: [Item]
    /// Given where there is, or where there may be, more.
    public var next: Cursor?

    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }
}

/// Which events to list.
public struct EventQuery: Sendable {
    public var environment: EnvironmentID
    /// Those meant for this application or that have a delivery to one of its endpoints.
    public var application: ApplicationID?
    public var type: String?
    /// Accepted at or after; told by the instant in the id, which is the order of the listing.
    public var since: Timestamp?
    /// Accepted before; told by the instant in the id.
    public var until: Timestamp?
    /// With a delivery in this state, where ``application`` is given to one of its endpoints. `held` and `inFlight`
    /// count as `scheduled`: see ``DeliveryState``.
    public var status: DeliveryStatus?
    /// Text that the body contains, to the letter.
    public var text: String?
    public var before: EventID?
    public var limit: Int

    /// How many events one page looks at when a filter has no index; the page may then be short, and say where to go on.
    public static let scanLimit = 20_000
    /// Of how many of those the deliveries are looked at, which takes more than looking at the event.
    public static let deliveryLimit = 4_000
    /// In how many bytes of bodies ``text`` is looked for; the body that goes beyond is looked through too.
    public static let textLimit = 32 << 20
    /// Where no more deliveries than this are in the wanted state, or have ever gone to the application, their events are
    /// gathered from them and sorted: all there are of them are found at once, however old.
    public static let gatherLimit = 3_000

    public init(environment: EnvironmentID, limit: Int) {
        self.environment = environment
        self.limit = limit
    }
}

/// Which deliveries to list.
public struct DeliveryQuery: Sendable {
    public var environment: EnvironmentID
    public var application: ApplicationID?
    public var endpoint: EndpointID?
    public var event: EventID?
    /// `held` means scheduled at an inactive endpoint, `scheduled` the others; `inFlight` counts as `scheduled`.
    public var status: DeliveryStatus?
    /// Created at or after; told by the instant in the id, which is the order of the listing.
    public var since: Timestamp?
    /// Created before; told by the instant in the id.
    public var until: Timestamp?
    public var before: DeliveryID?
    public var limit: Int

    public init(environment: EnvironmentID, limit: Int) {
        self.environment = environment
        self.limit = limit
    }
}

/// What one endpoint's attempts of one hour add up to.
public struct EndpointHour: Sendable, Hashable {
    public var environment: EnvironmentID
    public var endpoint: EndpointID
    /// The hour's beginning.
    public var hour: Timestamp
    public var succeeded: Int
    public var failed: Int
    /// How many attempts took how long: see ``LatencyHistogram``.
    public var latency: LatencyHistogram

    public init(
        environment: EnvironmentID, endpoint: EndpointID, hour: Timestamp, succeeded: Int = 0, failed: Int = 0,
        latency: LatencyHistogram = LatencyHistogram()
    ) {
        self.environment = environment
        self.endpoint = endpoint
        self.hour = hour
        self.succeeded = succeeded
        self.failed = failed
        self.latency = latency
    }
}

/// What an environment's attempts of one hour add up to, and how much waited.
public struct EnvironmentHour: Sendable, Hashable {
    public var environment: EnvironmentID
    /// The hour's beginning.
    public var hour: Timestamp
    public var succeeded: Int
    public var failed: Int
    /// The most deliveries that waited at once; `nil` where nobody looked.
    public var mostWaiting: Int?
    /// How many attempts took how long: see ``LatencyHistogram``.
    public var latency: LatencyHistogram

    public init(
        environment: EnvironmentID, hour: Timestamp, succeeded: Int = 0, failed: Int = 0, mostWaiting: Int? = nil,
        latency: LatencyHistogram = LatencyHistogram()
    ) {
        self.environment = environment
        self.hour = hour
        self.succeeded = succeeded
        self.failed = failed
        self.mostWaiting = mostWaiting
        self.latency = latency
    }

    /// Adds what one of its endpoints did in the same hour.
    public mutating func add(_ endpoint: EndpointHour) {
        succeeded += endpoint.succeeded
        failed += endpoint.failed
        latency.add(endpoint.latency)
    }
}

/// How many of an environment's deliveries wait at a moment.
public struct EnvironmentWaiting: Sendable, Hashable {
    public var environment: EnvironmentID
    /// The beginning of the hour.
    public var hour: Timestamp
    public var count: Int

    public init(environment: EnvironmentID, hour: Timestamp, count: Int) {
        self.environment = environment
        self.hour = hour
        self.count = count
    }
}
