import MartletCore
import MartletStore

extension Reader {
    /// Looks through a bounded part of what a job has before it.
    ///
    /// Every row that a statement gives counts, those of an event's deliveries too, so that SQLite passes over nothing
    /// by itself.
    func replayable(_ query: ReplayableQuery) throws(StoreError) -> ReplayablePage {
        guard query.limit > 0, let environment = try number(of: query.environment) else {
            var page = ReplayablePage()
            page.isLast = query.limit > 0
            return page
        }
        return try connection.reading { () throws(StoreError) in
            switch query.path {
            case .failures(let endpoint, let after, let before):
                return try failures(of: endpoint, after: after, before: before, query, in: environment)
            case .missed(let endpoint, let patterns, let application, let after):
                let number = try number(of: endpoint)
                return try events(after: after, query, in: environment) { (row, scanned) throws(StoreError) in
                    guard row.isNull(4) ? true : try row.identifier(4) == application else { return false }
                    let type = row.text(3)
                    guard patterns.contains(where: { EventTypeName.pattern($0, covers: type) }) else { return false }
                    return try !anyDelivery(of: row.integer(0), &scanned) { $0.integer(0) == number }
                }
            case .selection(let selection, let after):
                return try events(after: after, query, in: environment) { (row, scanned) throws(StoreError) in
                    try has(row, selection, &scanned)
                }
            }
        }
    }

    // MARK: Along the events

    /// The page along the events of the window of which `passes` wants what it is shown: a row of ``oldestEvents``.
    private func events(
        after: EventID?, _ query: ReplayableQuery, in environment: Int64,
        _ passes: (Statement, inout Int) throws(StoreError) -> Bool
    ) throws(StoreError) -> ReplayablePage {
        let statement = try connection.cached(Self.oldestEvents)
        defer { statement.reset() }
        let range = IdentifierRange(since: query.since, until: query.until, after: after)
        statement.bind(1, environment)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        var page = ReplayablePage()
        var bytes = 0
        while page.hasRoom(bytes, query) {
            guard try statement.step() else {
                page.isLast = true
                break
            }
            page.scanned += 1
            page.examined += 1
            let cursor = JobCursor.events(after: try statement.identifier(1))
            page.cursor = cursor
            let isTest = statement.integer(9) != 0
            guard !isTest, try passes(statement, &page.scanned) else { continue }
            let event = try EventRow.read(statement, from: 1, environment: query.environment)
            bytes += event.body.bytes.count
            page.items.append(.init(event: event, cursor: cursor, examined: page.examined))
        }
        return page
    }

    static let oldestEvents = """
        SELECT e.number, \(EventRow.columns) FROM events e INDEXED BY events_id
        WHERE e.environment = ?1 AND e.id >= ?2 AND e.id < ?3 ORDER BY e.id
        """

    /// Whether a selection has the event of a row of ``oldestEvents``.
    private func has(
        _ row: Statement, _ selection: ReplaySelection, _ scanned: inout Int
    ) throws(StoreError) -> Bool {
        if let type = selection.type, row.text(3) != type { return false }
        let code = selection.status?.storedCode.rawValue
        if code == nil {
            guard let application = selection.application else { return true }
            if try row.optionalIdentifier(4) == application { return true }
        }
        return try anyDelivery(of: row.integer(0), &scanned) { (delivery) throws(StoreError) in
            if let code, delivery.integer(1) != code { return false }
            if let application = selection.application, try delivery.identifier(4) != application { return false }
            // Of which state a delivery is, is asked of the one endpoint's where one is named.
            if code != nil, let endpoint = selection.endpoint, try delivery.identifier(3) != endpoint { return false }
            return true
        }
    }

    /// Whether `passes` wants a delivery of an event: a row of ``replayableDeliveries``.
    private func anyDelivery(
        of event: Int64, _ scanned: inout Int, _ passes: (Statement) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        let statement = try connection.cached(Self.replayableDeliveries)
        defer { statement.reset() }
        statement.bind(1, event)
        while try statement.step() {
            scanned += 1
            if try passes(statement) { return true }
        }
        return false
    }

    static let replayableDeliveries = """
        SELECT d.endpoint, d.state, d.reason, p.id, p.application, d.id, d.state_at
        FROM deliveries d INDEXED BY deliveries_of_event CROSS JOIN endpoints p ON p.number = d.endpoint
        WHERE d.event = ?1
        """

    // MARK: Along the failures

    private func failures(
        of endpoint: EndpointID, after: DeliveryID?, before: Timestamp, _ query: ReplayableQuery,
        in environment: Int64
    ) throws(StoreError) -> ReplayablePage {
        let statement = try connection.cached(Self.oldestFailures)
        defer { statement.reset() }
        let range = IdentifierRange(since: query.since, until: before, after: after)
        let window = IdentifierRange<EventKind>(since: query.since, until: query.until, before: nil)
        statement.bind(1, environment)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        statement.bind(4, endpoint)
        var page = ReplayablePage()
        var bytes = 0
        while page.hasRoom(bytes, query) {
            guard try statement.step() else {
                page.isLast = true
                break
            }
            page.scanned += 1
            page.examined += 1
            let failure: DeliveryID = try statement.identifier(0)
            let cursor = JobCursor.failures(after: failure)
            page.cursor = cursor
            guard window.contains(try statement.identifier(3)), statement.integer(11) == 0,
                try hasFailed(statement.integer(2), to: statement.integer(1), since: failure, &page.scanned)
            else { continue }
            let event = try EventRow.read(statement, from: 3, environment: query.environment)
            bytes += event.body.bytes.count
            page.items.append(.init(event: event, cursor: cursor, examined: page.examined))
        }
        return page
    }

    static let oldestFailures = """
        SELECT d.id, d.endpoint, e.number, \(EventRow.columns)
        FROM deliveries d INDEXED BY deliveries_troubled_of_endpoint CROSS JOIN events e ON e.number = d.event
        WHERE d.environment = ?1 AND d.id >= ?2 AND d.id < ?3
            AND d.endpoint = (SELECT number FROM endpoints WHERE id = ?4) AND d.trouble = 2
        ORDER BY d.id
        """

    /// Whether every delivery of an event to an endpoint has come to nothing, and `failure` is the oldest that failed:
    /// an event of which several failed is delivered again once.
    private func hasFailed(
        _ event: Int64, to endpoint: Int64, since failure: DeliveryID, _ scanned: inout Int
    ) throws(StoreError) -> Bool {
        let isOut = try anyDelivery(of: event, &scanned) { (row) throws(StoreError) in
            guard row.integer(0) == endpoint else { return false }
            let id: DeliveryID = try row.identifier(5)
            let state = try StoredState.state(
                code: row.integer(1), at: row.timestamp(6), reason: row.optionalText(2), of: id)
            switch ReplayableQuery.verdict(state) {
            case .failed: return id < failure
            case .neutral: return false
            case .settled: return true
            }
        }
        return !isOut
    }
}

extension ReplayablePage {
    fileprivate func hasRoom(_ bytes: Int, _ query: ReplayableQuery) -> Bool {
        items.count < query.limit && bytes < query.bytes && scanned < query.scanLimit
    }
}
