import MartletCore
import MartletStore

extension Writer {
    /// How many rows more than a step's limit may be read to learn whether anything waits.
    private static let looks = 10

    func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) throws(StoreError) -> RetentionStep {
        guard let number = try findNumber(of: environment) else { return RetentionStep() }
        return try connection.writing { () throws(StoreError) in
            let mark = try connection.cached("SELECT event FROM payload_marks WHERE environment = ?1")
            mark.bind(1, number)
            let start: EventID? = try mark.step() ? mark.identifier(0) : nil
            mark.reset()
            let range = IdentifierRange<EventKind>(since: nil, until: instant, before: nil)
            let events = try rows(
                of: try connection.cached(Self.oldEvents), in: number, after: start, before: range.upper, limit: limit
            ) { (row) throws(StoreError) in
                (number: row.integer(0), id: try row.identifier(1, EventKind.self), deliveries: Int(row.integer(2)))
            }
            var step = RetentionStep()
            var looked = 0
            for event in events where looked <= limit * Self.looks {
                looked += 1 + event.deliveries
                step.next = event.id
                if try isWaiting(event.number) {
                    let late = try connection.cached(
                        "INSERT OR IGNORE INTO late_payloads (environment, event) VALUES (?1, ?2)")
                    late.bind(1, number)
                    late.bind(2, event.id)
                    try late.run()
                } else if try dropPayload(event.number) {
                    step.events += 1
                }
            }
            guard let last = step.next else { return step }
            let put = try connection.cached(
                "INSERT OR REPLACE INTO payload_marks (environment, event) VALUES (?1, ?2)")
            put.bind(1, number)
            put.bind(2, last)
            try put.run()
            return step
        }
    }

    func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) throws(StoreError) -> RetentionStep {
        guard let number = try findNumber(of: environment) else { return RetentionStep() }
        return try connection.writing { () throws(StoreError) in
            let late = try rows(
                of: try connection.cached(
                    """
                    SELECT l.event, e.number FROM late_payloads l
                    LEFT JOIN events e ON e.environment = l.environment AND e.id = l.event
                    WHERE l.environment = ?1 AND l.event > ?2 AND l.event < ?3 ORDER BY l.event LIMIT ?4
                    """), in: number, after: cursor, before: EventID(high: .max, low: .max), limit: limit
            ) { (row) throws(StoreError) in
                (id: try row.identifier(0, EventKind.self), number: row.optionalInteger(1))
            }
            var step = RetentionStep()
            for event in late {
                step.next = event.id
                if let row = event.number {
                    if try isWaiting(row) { continue }
                    if try dropPayload(row) { step.events += 1 }
                }
                let done = try connection.cached("DELETE FROM late_payloads WHERE environment = ?1 AND event = ?2")
                done.bind(1, number)
                done.bind(2, event.id)
                try done.run()
            }
            return step
        }
    }

    func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) throws(StoreError) -> RetentionStep {
        guard let number = try findNumber(of: environment) else { return RetentionStep() }
        return try connection.writing { () throws(StoreError) in
            let range = IdentifierRange<EventKind>(since: nil, until: instant, before: nil)
            let events = try rows(
                of: try connection.cached(Self.oldEvents), in: number, after: cursor, before: range.upper, limit: limit
            ) { (row) throws(StoreError) in
                (number: row.integer(0), id: try row.identifier(1, EventKind.self), deliveries: Int(row.integer(2)))
            }
            var step = RetentionStep()
            var looked = 0
            for event in events where looked <= limit * Self.looks {
                let room = limit - step.events - step.deliveries
                guard room > 0 else { return step }
                looked += event.deliveries
                let ended = try connection.cached(Self.endedDeliveries)
                ended.bind(1, event.number)
                ended.bind(2, number)
                ended.bind(3, instant)
                // One more than there is room for tells that more is left.
                ended.bind(4, Int64(room + 1))
                let deliveries = try identifiers(of: ended, DeliveryKind.self)
                for delivery in deliveries.prefix(room) { try drop(delivery, in: number) }
                step.deliveries += min(room, deliveries.count)
                guard deliveries.count <= room else {
                    step.next = step.next ?? cursor ?? EventID(high: 0, low: 0)
                    return step
                }
                if try !hasDeliveries(event.number) {
                    try dropEvent(event.number)
                    step.events += 1
                }
                step.next = event.id
            }
            return step
        }
    }

    func dropHours(before instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            DELETE FROM endpoint_hours WHERE (endpoint, hour) IN (
                SELECT endpoint, hour FROM endpoint_hours INDEXED BY endpoint_hours_age
                WHERE hour < ?1 ORDER BY hour LIMIT ?2)
            """)
        statement.bind(1, instant.startOfHour)
        statement.bind(2, Int64(limit))
        try statement.run()
        let dropped = connection.changes
        guard dropped < limit else { return dropped }
        let rest = try connection.cached(
            """
            DELETE FROM environment_hours WHERE (environment, hour) IN (
                SELECT environment, hour FROM environment_hours INDEXED BY environment_hours_age
                WHERE hour < ?1 ORDER BY hour LIMIT ?2)
            """)
        rest.bind(1, instant.startOfHour)
        rest.bind(2, Int64(limit - dropped))
        try rest.run()
        return dropped + connection.changes
    }

    // MARK: Parts

    // The body is the last column: what lies on pages of its own is not read.
    private static let oldEvents = """
        SELECT number, id, delivery_count FROM events INDEXED BY events_id
        WHERE environment = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4
        """

    private static let endedDeliveries = """
        SELECT id FROM deliveries INDEXED BY deliveries_of_event
        WHERE event = ?1 AND environment = ?2 AND state <> 0 AND state_at < ?3 LIMIT ?4
        """

    private func rows<Row>(
        of statement: Statement, in environment: Int64, after: EventID?, before: EventID, limit: Int,
        _ read: (Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, after ?? EventID(high: 0, low: 0))
        statement.bind(3, before)
        statement.bind(4, Int64(limit))
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    func identifiers<Kind>(
        of statement: Statement, _ kind: Kind.Type
    ) throws(StoreError) -> [Identifier<Kind>] {
        defer { statement.reset() }
        var identifiers: [Identifier<Kind>] = []
        while try statement.step() { identifiers.append(try statement.identifier(0, Kind.self)) }
        return identifiers
    }

    private func isWaiting(_ event: Int64) throws(StoreError) -> Bool {
        try exists(
            "SELECT 1 FROM deliveries INDEXED BY deliveries_of_event WHERE event = ?1 AND state = 0 LIMIT 1", event)
    }

    func hasDeliveries(_ event: Int64) throws(StoreError) -> Bool {
        try exists("SELECT 1 FROM deliveries INDEXED BY deliveries_of_event WHERE event = ?1 LIMIT 1", event)
    }

    func exists(_ sql: String, _ number: Int64) throws(StoreError) -> Bool {
        let statement = try connection.cached(sql)
        defer { statement.reset() }
        statement.bind(1, number)
        return try statement.step()
    }

    /// Drops the payload of an event. `false` where it is gone already.
    private func dropPayload(_ event: Int64) throws(StoreError) -> Bool {
        let statement = try connection.cached(
            "UPDATE events SET data_start = 0, data_end = 0, body = x'' WHERE number = ?1 AND data_end > 0")
        statement.bind(1, event)
        try statement.run()
        return connection.changes == 1
    }

    /// Removes a delivery with its attempts.
    func drop(_ delivery: DeliveryID, in environment: Int64) throws(StoreError) {
        let attempts = try connection.cached("DELETE FROM attempts WHERE delivery = ?1")
        attempts.bind(1, delivery)
        try attempts.run()
        let statement = try connection.cached("DELETE FROM deliveries WHERE environment = ?1 AND id = ?2")
        statement.bind(1, environment)
        statement.bind(2, delivery)
        try statement.run()
    }

    /// Removes an event that no delivery refers to.
    func dropEvent(_ event: Int64) throws(StoreError) {
        let statement = try connection.cached("DELETE FROM events WHERE number = ?1")
        statement.bind(1, event)
        try statement.run()
    }
}
