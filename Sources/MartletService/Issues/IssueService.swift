public import MartletCore
import MartletStore

/// Failures, grouped by where and why: what somebody has to mend.
public struct IssueService: Sendable {
    let context: ServiceContext

    /// How many issues are told of; of more, those that occurred last.
    public static let mostIssues = 200
    /// How many deliveries are looked at, the newest first: of those that failed, and of those that wait after a failure.
    public static let mostExamined = FailureQuery.scanLimit

    public init(_ context: ServiceContext) { self.context = context }

    /// The issues among the newest failures since `since`, the one that occurred last first.
    public func issues(since: Timestamp, for principal: Principal) async throws(ServiceError) -> Issues {
        try principal.require(.readDeliveries)
        let query = FailureQuery(environment: principal.environment, application: principal.application, since: since)
        let found = try await context.stored { () async throws(StoreError) in try await context.store.failures(query) }
        var issues = Issues()
        issues.isPartial = found.isPartial || found.groups.count > Self.mostIssues
        let groups = found.groups.values.sorted { ($0.last, $0.example) > ($1.last, $1.example) }
        for group in groups.prefix(Self.mostIssues) {
            let attempts = try await context.stored { () async throws(StoreError) in
                try await context.store.attempts(of: group.example)
            }
            // Retried meanwhile, it may have one that came to something else.
            guard let last = attempts.last(where: { FailureGroup.Reason($0.outcome) == group.key.reason }) else {
                continue
            }
            let success = context.directory.target(group.key.endpoint)?.profile.success ?? .any2xx
            issues.items.append(Issue(group, sentence: last.outcome.sentence(success: success)))
        }
        return issues
    }
}

/// What was found.
public struct Issues: Sendable {
    public var items: [Issue] = []
    /// Whether there were more failures than are looked at, or more issues than are told of.
    public var isPartial = false

    init() {}
}

/// Deliveries to one endpoint that came to nothing for one reason.
public struct Issue: Sendable, Identifiable {
    /// What issues are told apart by.
    public struct Key: Sendable, Hashable {
        public var endpoint: EndpointID
        /// A status, `http_503`, or a failure's code, `connection_refused`.
        public var reason: String
    }

    public var id: Key { key }
    public let key: Key
    /// The reason in a sentence, as of the last time.
    public var sentence: String
    /// How many deliveries, and how many of them are still to be tried again.
    public var count: Int
    public var waiting: Int
    /// When the last attempts of those deliveries were made: the earliest and the latest.
    public var first: Timestamp
    public var last: Timestamp
    /// The delivery that it occurred with last.
    public var example: DeliveryID

    init(_ group: FailureGroup, sentence: String) {
        let reason =
            switch group.key.reason {
            case .status(let status): "http_\(status)"
            case .failure(let code): code.rawValue
            }
        key = Key(endpoint: group.key.endpoint, reason: reason)
        self.sentence = sentence
        count = group.failed + group.waiting
        waiting = group.waiting
        first = group.first
        last = group.last
        example = group.example
    }
}
