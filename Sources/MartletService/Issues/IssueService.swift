public import MartletCore
import MartletStore

/// Failures, grouped by where and why: what somebody has to mend.
public struct IssueService: Sendable {
    let context: ServiceContext

    /// How many deliveries are looked at, the newest first: of those that failed, and of those that wait after a failure.
    public static let mostExamined = 200

    public init(_ context: ServiceContext) { self.context = context }

    /// The issues among the newest failures since `since`, the one that occurred last first.
    public func issues(since: Timestamp, for principal: Principal) async throws(ServiceError) -> Issues {
        try principal.require(.readDeliveries)
        var issues = Issues()
        var groups: [Issue.Key: Issue] = [:]
        for status in [DeliveryStatus.failed, .scheduled, .held] {
            var query = DeliveryQuery(environment: principal.environment, limit: Self.mostExamined)
            query.application = principal.application
            query.status = status
            query.since = since
            let found = try await context.stored { [query] () async throws(StoreError) in
                try await context.store.deliveries(query)
            }
            if found.next != nil { issues.isPartial = true }
            for delivery in found.items where delivery.attemptCount > 0 {
                let attempts = try await context.stored { () async throws(StoreError) in
                    try await context.store.attempts(of: delivery.id)
                }
                guard let last = attempts.last else { continue }
                let success = context.directory.target(delivery.endpoint)?.profile.success ?? .any2xx
                let key = Issue.Key(endpoint: delivery.endpoint, reason: Issue.reason(of: last.outcome))
                var issue =
                    groups[key]
                    ?? Issue(
                        key: key, sentence: last.outcome.sentence(success: success), first: last.startedAt,
                        last: last.startedAt, example: delivery.id)
                issue.count += 1
                if status != .failed { issue.waiting += 1 }
                if last.startedAt > issue.last {
                    issue.last = last.startedAt
                    issue.example = delivery.id
                    issue.sentence = last.outcome.sentence(success: success)
                }
                issue.first = min(issue.first, last.startedAt)
                groups[key] = issue
            }
        }
        issues.items = groups.values.sorted { $0.last > $1.last }
        return issues
    }
}

/// What was found.
public struct Issues: Sendable {
    public var items: [Issue] = []
    /// Whether there were more failures than are looked at.
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
    public var count = 0
    public var waiting = 0
    /// When the last attempts of those deliveries were made: the earliest and the latest.
    public var first: Timestamp
    public var last: Timestamp
    /// The delivery that it occurred with last.
    public var example: DeliveryID

    init(key: Key, sentence: String, first: Timestamp, last: Timestamp, example: DeliveryID) {
        self.key = key
        self.sentence = sentence
        self.first = first
        self.last = last
        self.example = example
    }

    static func reason(of outcome: AttemptOutcome) -> String {
        switch outcome.result {
        case .response(let response): "http_\(response.status)"
        case .failure(let failure): failure.code.rawValue
        }
    }
}
