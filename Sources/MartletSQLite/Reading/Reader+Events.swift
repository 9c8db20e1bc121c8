import MartletCore
import MartletStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Reader {
    func event(_ id: EventID, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try event("SELECT \(EventRow.columns) FROM events e WHERE e.environment = ?1 AND e.id = ?2", in: environment) {
            $0.bind(2, id)
        }
    }

    func event(chosenID: String, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try event(
            "SELECT \(EventRow.columns) FROM events e WHERE e.environment = ?1 AND e.chosen_id = ?2", in: environment
        ) { $0.bind(2, chosenID) }
    }

    private func event(
        _ sql: String, in environment: EnvironmentID, _ bind: (Statement) -> Void
    ) throws(StoreError) -> Event? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(sql)
        statement.bind(1, number)
        bind(statement)
        return try rows(of: statement) { (row) throws(StoreError) in
            try EventRow.read(row, environment: environment)
        }.first
    }

    func events(_ query: EventQuery) throws(StoreError) -> Found<Event, EventID> {
        guard query.limit > 0, let number = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        return try connection.reading { () throws(StoreError) in
            let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            let statement = try connection.cached(Self.events)
            defer { statement.reset() }
            statement.bind(1, number)
            statement.bind(2, range.lower)
            statement.bind(3, range.upper)
            let text = query.text.map { Array($0.utf8) }
            var found = Found<Event, EventID>(items: [], next: nil)
            var looked = 0
            while try statement.step() {
                // There is more than fits: whether it would pass the filters is for the next page to see.
                if found.items.count == query.limit {
                    found.next = found.items.last?.id
                    break
                }
                looked += 1
                if try passes(statement, query, text) {
                    found.items.append(try EventRow.read(statement, from: 1, environment: query.environment))
                }
                if looked == EventQuery.scanLimit {
                    found.next = try statement.identifier(1, EventKind.self)
                    break
                }
            }
            return found
        }
    }

    static let events = """
        SELECT e.number, \(EventRow.columns) FROM events e INDEXED BY events_id
        WHERE e.environment = ?1 AND e.id >= ?2 AND e.id < ?3 ORDER BY e.id DESC
        """

    // The cheapest first; the body, which may lie on pages of its own, before the deliveries in another table.
    private func passes(_ row: Statement, _ query: EventQuery, _ text: [UInt8]?) throws(StoreError) -> Bool {
        if let type = query.type, row.text(3) != type { return false }
        if let text, !row.withBytes(13, { $0.contains(text) }) { return false }
        if let application = query.application {
            let isMeant = try row.optionalIdentifier(4) == application
            if isMeant && query.status == nil { return true }
        } else if query.status == nil {
            return true
        }
        let statement = try connection.cached(Self.hasDelivery)
        defer { statement.reset() }
        statement.bind(1, row.integer(0))
        statement.bind(2, query.application)
        statement.bind(3, query.status?.storedCode.rawValue)
        return try statement.step()
    }

    static let hasDelivery = """
        SELECT 1 FROM deliveries d INDEXED BY deliveries_of_event CROSS JOIN endpoints p ON p.number = d.endpoint
        WHERE d.event = ?1 AND (?2 IS NULL OR p.application = ?2) AND (?3 IS NULL OR d.state = ?3) LIMIT 1
        """
}

extension UnsafeRawBufferPointer {
    /// Whether `bytes` stand in it, side by side.
    fileprivate func contains(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        return bytes.withUnsafeBytes { wanted in
            guard var place = baseAddress, let wanted = wanted.baseAddress else { return false }
            let end = place + count
            while end - place >= bytes.count, let found = memchr(place, Int32(first), end - place - bytes.count + 1) {
                if memcmp(found, wanted, bytes.count) == 0 { return true }
                place = UnsafeRawPointer(found) + 1
            }
            return false
        }
    }
}
