import MartletCore
import MartletStore

extension Reader {
    /// How many events, or failed deliveries, are read at once.
    private static let chunk = 256

    /// What is looked at of an event before it is known whether it is wanted.
    private struct Candidate {
        var event: EventID
        var isTest: Bool
        var type: String
        var application: ApplicationID?
        var bytes: Int
        var cursor: JobCursor
        /// The failed delivery that led to the event.
        var failure: DeliveryID?
    }

    /// What is looked at of a delivery.
    private struct Delivered {
        var id: DeliveryID
        var endpoint: EndpointID
        var application: ApplicationID
        var state: DeliveryState
    }

    /// Looks through a bounded part of what a job has before it: every row counts, those of an event's deliveries too.
    func replayable(_ query: ReplayableQuery) throws(StoreError) -> ReplayablePage {
        guard query.limit > 0 else { return ReplayablePage() }
        return try snapshot { (connection) throws(StoreError) in
            var page = ReplayablePage()
            var bytes = 0
            var wanted: [Candidate] = []
            var examinedAt: [Int] = []
            chunks: while page.hasRoom(wanted.count, bytes, query) {
                let candidates = try candidates(query, after: page.cursor, on: connection)
                let deliveries = try deliveries(
                    of: candidates.filter { Self.needsDeliveries($0, query) }.map(\.event),
                    in: query.environment, on: connection)
                for candidate in candidates {
                    guard page.hasRoom(wanted.count, bytes, query) else { break chunks }
                    page.scanned += 1
                    page.examined += 1
                    page.cursor = candidate.cursor
                    var look = Look(deliveries: deliveries[candidate.event] ?? [])
                    let passes = !candidate.isTest && Self.passes(candidate, query, &look)
                    page.scanned += look.scanned
                    guard passes else { continue }
                    bytes += candidate.bytes
                    wanted.append(candidate)
                    examinedAt.append(page.examined)
                }
                if candidates.count < Self.chunk {
                    // Whoever stopped for want of room does not know that there is nothing beyond.
                    page.isLast = page.hasRoom(wanted.count, bytes, query)
                    break
                }
            }
            let events = try events(wanted.map(\.event), in: query.environment, on: connection)
            for (candidate, examined) in zip(wanted, examinedAt) {
                guard let event = events[candidate.event] else { continue }
                page.items.append(.init(event: event, cursor: candidate.cursor, examined: examined))
            }
            return page
        }
    }

    // MARK: Rows

    private func candidates(
        _ query: ReplayableQuery, after cursor: JobCursor?, on connection: Connection
    ) throws(StoreError) -> [Candidate] {
        switch query.path {
        case .failures(let endpoint, var after, let before):
            if case .failures(let reached) = cursor { after = reached }
            let range = IdentifierRange(since: query.since, until: before, after: after)
            let window = IdentifierRange<EventKind>(since: query.since, until: query.until, before: nil)
            return try connection.query(Self.oldestFailures) { parameters in
                parameters.add(query.environment)
                parameters.add(range.lower)
                parameters.add(range.upper)
                parameters.add(endpoint)
            }.map { (row) throws(StoreError) in
                var candidate = try Self.candidate(row)
                let failure: DeliveryID = try row.identifier(5)
                candidate.failure = failure
                candidate.cursor = .failures(after: failure)
                // One that is not in the window counts, and is passed over like a test's.
                if !window.contains(candidate.event) { candidate.isTest = true }
                return candidate
            }
        case .missed(_, _, _, var after), .selection(_, var after):
            if case .events(let reached) = cursor { after = reached }
            let range = IdentifierRange(since: query.since, until: query.until, after: after)
            return try connection.query(Self.oldestEvents) { parameters in
                parameters.add(query.environment)
                parameters.add(range.lower)
                parameters.add(range.upper)
            }.map(Self.candidate)
        }
    }

    private static func candidate(_ row: Row) throws(StoreError) -> Candidate {
        let event: EventID = try row.identifier(0)
        return Candidate(
            event: event, isTest: row.boolean(1), type: row.text(2), application: try row.optionalIdentifier(3),
            bytes: Int(row.integer(4)), cursor: .events(after: event))
    }

    static let oldestEvents = """
        SELECT id, is_test, type, application, length(body) FROM events
        WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid ORDER BY id LIMIT \(chunk)
        """

    static let oldestFailures = """
        SELECT e.id, e.is_test, e.type, e.application, length(e.body), d.id
        FROM (
            SELECT * FROM deliveries
            WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid AND endpoint = $4::uuid AND state = 2
            ORDER BY id LIMIT \(chunk)
        ) d JOIN events e ON e.environment = d.environment AND e.id = d.event ORDER BY d.id
        """

    private func deliveries(
        of events: [EventID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) -> [EventID: [Delivered]] {
        guard !events.isEmpty else { return [:] }
        let rows = try connection.query(Self.replayableDeliveries) { parameters in
            parameters.array(events)
            parameters.add(environment)
        }
        var found: [EventID: [Delivered]] = [:]
        for (event, delivered) in try rows.map({ (row) throws(StoreError) in
            let id: DeliveryID = try row.identifier(1)
            return (
                try row.identifier(0, EventKind.self),
                Delivered(
                    id: id, endpoint: try row.identifier(2), application: try row.identifier(3),
                    state: try StoredState.state(
                        code: row.integer(4), at: row.timestamp(5), reason: row.optionalText(6), of: id))
            )
        }) { found[event, default: []].append(delivered) }
        return found
    }

    static let replayableDeliveries = """
        SELECT d.event, d.id, d.endpoint, p.application, d.state, d.state_at, d.reason
        FROM deliveries d JOIN endpoints p ON p.environment = d.environment AND p.id = d.endpoint
        WHERE d.event = ANY ($1::uuid[]) AND d.environment = $2::uuid ORDER BY d.event, d.id
        """

    private func events(
        _ ids: [EventID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) -> [EventID: Event] {
        guard !ids.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            SELECT \(EventRow.columns) FROM events e
            WHERE e.environment = $1::uuid AND e.id = ANY ($2::uuid[]) AND e.id >= $3::uuid AND e.id <= $4::uuid
            """
        ) { parameters in
            parameters.add(environment)
            parameters.array(ids)
            parameters.add(ids.min())
            parameters.add(ids.max())
        }
        var events: [EventID: Event] = [:]
        for event in try rows.map({ (row) throws(StoreError) in try EventRow.read(row, environment: environment) }) {
            events[event.id] = event
        }
        return events
    }

    // MARK: What is wanted

    /// A look through an event's deliveries that ends with the first that is looked for, and counts them.
    private struct Look {
        let deliveries: [Delivered]
        var scanned = 0

        init(deliveries: [Delivered]) { self.deliveries = deliveries }

        mutating func any(_ passes: (Delivered) -> Bool) -> Bool {
            for delivery in deliveries {
                scanned += 1
                if passes(delivery) { return true }
            }
            return false
        }
    }

    /// Whether an event passes as far as that can be told without its deliveries.
    private static func needsDeliveries(_ candidate: Candidate, _ query: ReplayableQuery) -> Bool {
        if candidate.isTest { return false }
        switch query.path {
        case .failures: return true
        case .missed(_, let patterns, let application, _):
            return (candidate.application == nil || candidate.application == application)
                && patterns.contains { EventTypeName.pattern($0, covers: candidate.type) }
        case .selection(let selection, _):
            return selection.type == nil || selection.type == candidate.type
        }
    }

    private static func passes(_ candidate: Candidate, _ query: ReplayableQuery, _ look: inout Look) -> Bool {
        guard needsDeliveries(candidate, query) else { return false }
        switch query.path {
        case .failures(let endpoint, _, _):
            // An event of which several deliveries failed is delivered again once, for the oldest.
            let isOut = look.any { delivery in
                guard delivery.endpoint == endpoint else { return false }
                switch ReplayableQuery.verdict(delivery.state) {
                case .failed: return candidate.failure.map { delivery.id < $0 } ?? false
                case .neutral: return false
                case .settled: return true
                }
            }
            return !isOut
        case .missed(let endpoint, _, _, _):
            return !look.any { $0.endpoint == endpoint }
        case .selection(let selection, _):
            let code = selection.status?.storedCode
            if code == nil {
                guard let application = selection.application else { return true }
                if candidate.application == application { return true }
            }
            return look.any { delivery in
                if let code, StoredState(delivery.state).code != code { return false }
                if let application = selection.application, delivery.application != application { return false }
                // Of which state a delivery is, is asked of the one endpoint's where one is named.
                if code != nil, let endpoint = selection.endpoint, delivery.endpoint != endpoint { return false }
                return true
            }
        }
    }
}

extension ReplayablePage {
    fileprivate func hasRoom(_ items: Int, _ bytes: Int, _ query: ReplayableQuery) -> Bool {
        items < query.limit && bytes < query.bytes && scanned < query.scanLimit
    }
}
