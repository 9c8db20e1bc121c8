public import MartletCore

/// Which failures to group: of deliveries that failed for good, and of those that failed and wait to be tried again.
public struct FailureQuery: Sendable {
    public var environment: EnvironmentID
    /// Those of deliveries to this application's endpoints alone.
    public var application: ApplicationID?
    /// Of deliveries created at or after; told by the instant in the id.
    public var since: Timestamp

    /// How many deliveries are looked at of each of the two kinds, the newest first. Those of an application are looked at
    /// endpoint by endpoint, each of which has its share.
    public static let scanLimit = 5_000

    public init(environment: EnvironmentID, application: ApplicationID? = nil, since: Timestamp) {
        self.environment = environment
        self.application = application
        self.since = since
    }

    /// How many deliveries of each kind are looked at for one of so many endpoints.
    public static func share(ofEndpoints count: Int) -> Int { max(1, scanLimit / max(1, count)) }
}

/// Deliveries to one endpoint whose last attempts came to nothing for one reason.
public struct FailureGroup: Sendable, Hashable {
    /// What groups are told apart by.
    public struct Key: Sendable, Hashable {
        public var endpoint: EndpointID
        public var reason: Reason

        public init(endpoint: EndpointID, reason: Reason) {
            self.endpoint = endpoint
            self.reason = reason
        }
    }

    /// What came of the last attempt, in a word.
    public enum Reason: Sendable, Hashable {
        /// A response with this status.
        case status(Int)
        /// No response.
        case failure(AttemptFailure.Code)
    }

    public var key: Key
    /// How many failed for good, and how many wait to be tried again.
    public var failed: Int
    public var waiting: Int
    /// When the last attempts of those deliveries were made: the earliest and the latest.
    public var first: Timestamp
    public var last: Timestamp
    /// The delivery whose last attempt is the latest, the newest where several are.
    public var example: DeliveryID

    public init(key: Key, failed: Int, waiting: Int, first: Timestamp, last: Timestamp, example: DeliveryID) {
        self.key = key
        self.failed = failed
        self.waiting = waiting
        self.first = first
        self.last = last
        self.example = example
    }

    /// Adds what was found of the same key elsewhere.
    public mutating func add(_ other: FailureGroup) {
        failed += other.failed
        waiting += other.waiting
        first = min(first, other.first)
        if (other.last, other.example) > (last, example) { (last, example) = (other.last, other.example) }
    }
}

/// What was grouped.
public struct FailureGroups: Sendable {
    public private(set) var groups: [FailureGroup.Key: FailureGroup] = [:]
    /// Whether there may be more deliveries than were looked at.
    public var isPartial = false

    public init() {}

    /// Adds a group, to the one of its key where there is one.
    public mutating func add(_ group: FailureGroup) {
        if groups[group.key]?.add(group) == nil { groups[group.key] = group }
    }
}

extension FailureGroup.Reason {
    public init(_ outcome: AttemptOutcome) {
        switch outcome.result {
        case .response(let response): self = .status(response.status)
        case .failure(let failure): self = .failure(failure.code)
        }
    }

    /// As a row has it: a failure's code, or else a status.
    ///
    /// - Returns: `nil` where neither is known.
    public init?(failure: String?, status: Int?) {
        if let failure {
            guard let code = AttemptFailure.Code(rawValue: failure) else { return nil }
            self = .failure(code)
        } else if let status {
            self = .status(status)
        } else {
            return nil
        }
    }
}
