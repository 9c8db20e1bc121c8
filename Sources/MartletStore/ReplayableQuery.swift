public import MartletCore

/// What a job wants of a store: the next events, oldest first, that are to be delivered again. Test events are never
/// among them.
public struct ReplayableQuery: Sendable {
    /// Which way a store looks for them.
    public enum Path: Sendable, Hashable {
        /// Along the failed deliveries of an endpoint created before `before`: the events whose deliveries to it have
        /// all failed or were cancelled other than by request, each once, with the oldest of its failed deliveries.
        case failures(of: EndpointID, after: DeliveryID?, before: Timestamp)
        /// Along the events: those without any delivery to the endpoint, of a type that one of the patterns covers,
        /// and meant for the application or for nobody in particular.
        case missed(by: EndpointID, patterns: [String], application: ApplicationID, after: EventID?)
        /// Along the events: those that a selection has. See ``ReplaySelection``; that its endpoint subscribes to them
        /// is for the caller to see.
        case selection(ReplaySelection, after: EventID?)
    }

    public var environment: EnvironmentID
    public var path: Path
    /// Only events accepted at or after; told by the instant in the id.
    public var since: Timestamp
    /// Only events accepted before; told by the instant in the id.
    public var until: Timestamp
    /// How many events to give at most, and how many bytes of bodies, the one that goes beyond included.
    public var limit: Int
    public var bytes: Int
    /// How many rows to look at: the page ends with the first event or failed delivery at which so many were reached.
    /// The deliveries of one event are looked at to the end.
    public var scanLimit: Int

    public init(
        environment: EnvironmentID, path: Path, since: Timestamp, until: Timestamp, limit: Int, bytes: Int = 1 << 20,
        scanLimit: Int = 5000
    ) {
        self.environment = environment
        self.path = path
        self.since = since
        self.until = until
        self.limit = limit
        self.bytes = bytes
        self.scanLimit = scanLimit
    }
}

/// What one look found.
public struct ReplayablePage: Sendable {
    /// An event to be delivered again.
    public struct Item: Sendable {
        public var event: Event
        /// Where a job stands that has dealt with it.
        public var cursor: JobCursor
        /// How many events, or failed deliveries, were looked at up to and including this one.
        public var examined: Int

        public init(event: Event, cursor: JobCursor, examined: Int) {
            self.event = event
            self.cursor = cursor
            self.examined = examined
        }
    }

    public var items: [Item] = []
    /// Where a job stands that has dealt with all of them; `nil` where nothing was looked at.
    public var cursor: JobCursor?
    /// How many events, or failed deliveries, were looked at.
    public var examined = 0
    /// How many rows that were looked at in all.
    public var scanned = 0
    /// Whether there is nothing beyond.
    public var isLast = false

    public init() {}
}

extension ReplayableQuery {
    /// How a delivery of an event to the endpoint bears on whether the event has failed for good there.
    public enum Verdict: Sendable {
        /// It failed: the event is to be delivered again, unless another delivery says otherwise.
        case failed
        /// It says nothing: nobody asked for its end, and it was not attempted to the end.
        case neutral
        /// It arrived, may still, or was given up by somebody: the event is not to be delivered again.
        case settled
    }

    /// How a delivery in this state bears on its event.
    public static func verdict(_ state: DeliveryState) -> Verdict {
        switch state {
        case .failed: .failed
        case .cancelled(_, .requested): .settled
        case .cancelled: .neutral
        case .scheduled, .inFlight, .held, .succeeded: .settled
        }
    }
}
