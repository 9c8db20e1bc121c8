public import MartletCore
import MartletStore

/// How an environment's service is doing, in terms that anybody may read: there is no id, no name of anybody's and no payload
/// in it.
public struct StatusReport: Sendable {
    /// How many days it looks back, this one included.
    public static let dayCount = 90

    /// The environment's name.
    public var environment: String
    /// When it was put together.
    public var at: Timestamp
    /// Why no events are taken at this moment; `nil` where they are.
    public var refusal: Refusal?
    /// What is going on.
    public var open: [Incident]
    /// The last 24 hours, and the one that has begun.
    public var recent: Sums
    /// How many deliveries wait.
    public var backlog: Int
    /// For how long the one has been due that has been due for longest; `nil` where none is.
    public var overdue: Duration?
    /// The oldest first, days of UTC.
    public var days: [Day]
    /// What was going on in those days, the newest first.
    public var incidents: [Incident]

    /// Why no events are taken.
    public enum Refusal: String, Sendable {
        /// The store has no room left.
        case storage
        /// As many deliveries wait as may.
        case backlog
        /// The other nodes took this one for dead.
        case lapsed
    }

    /// Attempts, added up.
    public struct Sums: Sendable {
        public var succeeded = 0
        public var failed = 0
        public var latency = LatencyHistogram()

        public var attempts: Int { succeeded + failed }

        mutating func add(_ hour: EnvironmentHour) {
            succeeded += hour.succeeded
            failed += hour.failed
            latency.add(hour.latency)
        }
    }

    /// One day.
    public struct Day: Sendable {
        public var start: Timestamp
        public var sums = Sums()
        /// The most deliveries that waited at once; `nil` where nobody looked.
        public var mostWaiting: Int?
        /// How many incidents it saw.
        public var incidents = 0
    }

    /// A time at which the service as a whole was not well.
    public struct Incident: Sendable, Hashable {
        public enum Kind: String, Sendable {
            /// Fewer attempts than usual succeeded.
            case failing
            /// Deliveries were late.
            case late
        }

        public var kind: Kind
        public var since: Timestamp
        /// `nil` while it goes on.
        public var until: Timestamp?
    }

    public var isWell: Bool { refusal == nil && open.isEmpty }
}
