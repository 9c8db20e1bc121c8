import MartletCore
import MartletStore

extension Writer {
    /// How many rows more than a step's limit may be read to learn whether anything waits.
    private static let looks = 10

    func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) throws(StoreError) -> RetentionStep {
        try transaction { (connection) throws(StoreError) in
            let mark = try connection.query("SELECT event FROM payload_marks WHERE environment = $1::uuid FOR UPDATE") {
                $0.add(environment)
            }
            let start: EventID? = try mark.first.map { (row) throws(StoreError) in try row.identifier(0) }
            let range = IdentifierRange<EventKind>(since: nil, until: instant, before: nil)
            let events = try oldEvents(
                in: environment, after: start, before: range.upper, sparing: nil, limit: limit, on: connection)
            var step = RetentionStep()
            var looked = 0
            var chosen: [EventID] = []
            for event in events where looked <= limit * Self.looks {
                looked += 1 + event.deliveries
                chosen.append(event.id)
                step.next = event.id
            }
            guard let last = step.next else { return step }
            let waiting = try waiting(chosen, on: connection)
            _ = try connection.query(
                """
                INSERT INTO late_payloads (environment, event) SELECT $1::uuid, unnest($2::uuid[])
                ON CONFLICT DO NOTHING
                """
            ) {
                $0.add(environment)
                $0.array(chosen.filter(waiting.contains))
            }
            step.events = try dropPayloads(of: chosen.filter { !waiting.contains($0) }, in: environment, on: connection)
            _ = try connection.query(
                """
                INSERT INTO payload_marks (environment, event) VALUES ($1::uuid, $2::uuid)
                ON CONFLICT (environment) DO UPDATE SET event = excluded.event
                """
            ) {
                $0.add(environment)
                $0.add(last)
            }
            return step
        }
    }

    func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) throws(StoreError) -> RetentionStep {
        try transaction { (connection) throws(StoreError) in
            let rows = try connection.query(
                """
                SELECT event FROM late_payloads WHERE environment = $1::uuid AND event > $2::uuid
                ORDER BY event LIMIT $3::bigint
                """
            ) {
                $0.add(environment)
                $0.add(cursor ?? .first)
                $0.add(limit)
            }
            let late = try rows.map { (row) throws(StoreError) in try row.identifier(0, EventKind.self) }
            guard let last = late.last else { return RetentionStep() }
            try lock(late, in: environment, on: connection)
            let waiting = try waiting(late, on: connection)
            let done = late.filter { !waiting.contains($0) }
            let dropped = try dropPayloads(of: done, in: environment, on: connection)
            _ = try connection.query(
                "DELETE FROM late_payloads WHERE environment = $1::uuid AND event = ANY ($2::uuid[])"
            ) {
                $0.add(environment)
                $0.array(done)
            }
            return RetentionStep(events: dropped, next: last)
        }
    }

    func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) throws(StoreError) -> RetentionStep {
        let spared: Range<EventID>?
        if cursor == nil {
            try mark(environment, instant)
            try dropDays()
        }
        spared = try sparedDays()
        return try transaction { (connection) throws(StoreError) in
            let range = IdentifierRange<EventKind>(since: nil, until: instant, before: nil)
            let all = try oldEvents(
                in: environment, after: cursor, before: range.upper, sparing: spared, limit: limit, on: connection)
            var looked = 0
            var events: [EventID] = []
            for event in all where looked <= limit * Self.looks {
                looked += event.deliveries
                events.append(event.id)
            }
            guard !events.isEmpty else { return RetentionStep() }
            let deliveries = try endedDeliveries(
                of: events, in: environment, before: instant, limit: limit + 1, on: connection)
            let kept = try eventsWithOthers(events, in: environment, endedBefore: instant, on: connection)

            var step = RetentionStep()
            var dropped: [DeliveryID] = []
            var emptied: [EventID] = []
            for event in events {
                let room = limit - step.events - step.deliveries
                guard room > 0 else { break }
                let ended = deliveries[event] ?? []
                dropped += ended.prefix(room)
                step.deliveries += min(room, ended.count)
                guard ended.count <= room else {
                    step.next = step.next ?? cursor ?? .first
                    break
                }
                if !kept.contains(event) {
                    emptied.append(event)
                    step.events += 1
                }
                step.next = event
            }
            try drop(dropped, in: environment, on: connection)
            try drop(emptied, in: environment, on: connection)
            return step
        }
    }

    func dropHours(before instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        let dropped = try write(
            """
            DELETE FROM endpoint_hours WHERE (environment, endpoint, hour) IN (
                SELECT environment, endpoint, hour FROM endpoint_hours
                WHERE hour < $1::bigint ORDER BY hour LIMIT $2::bigint)
            """
        ) {
            $0.add(instant.startOfHour)
            $0.add(limit)
        }.affected
        guard dropped < limit else { return dropped }
        return dropped
            + (try write(
                """
                DELETE FROM environment_hours WHERE (environment, hour) IN (
                    SELECT environment, hour FROM environment_hours
                    WHERE hour < $1::bigint ORDER BY hour LIMIT $2::bigint)
                """
            ) {
                $0.add(instant.startOfHour)
                $0.add(limit - dropped)
            }.affected)
    }

    // MARK: Whole days

    /// Remembers up to when an environment's history is to be dropped.
    private func mark(_ environment: EnvironmentID, _ instant: Timestamp) throws(StoreError) {
        _ = try write(
            """
            INSERT INTO history_marks (environment, instant)
            SELECT id, $2::bigint FROM environments WHERE id = $1::uuid
            ON CONFLICT (environment) DO UPDATE SET instant = excluded.instant
            """
        ) {
            $0.add(environment)
            $0.add(instant)
        }
    }

    /// The instant before which every environment's history is to be dropped; `nil` while some environment's is not known.
    private func commonMark(on connection: Connection) throws(StoreError) -> Timestamp? {
        let rows = try connection.query(
            """
            SELECT CASE WHEN count(*) = count(m.instant) THEN min(m.instant) END
            FROM environments v LEFT JOIN history_marks m ON m.environment = v.id
            """)
        return rows.first?.optionalTimestamp(0)
    }

    /// The identifiers of the days that are about to be dropped as a whole: it would be a waste to do it row by row. One that
    /// is overdue by a day, because something in it waits, is gone through row by row after all.
    private func sparedDays() throws(StoreError) -> Range<EventID>? {
        let connection = try session.connected()
        guard let mark = try commonMark(on: connection) else { return nil }
        let spared = try Partitions.days(on: connection).filter { day in
            day.end - .seconds(86_400) <= mark && mark < day.end + .seconds(86_400)
        }
        guard let first = spared.first, let last = spared.last else { return nil }
        return first.first..<last.next
    }

    /// Drops the days whose whole history is past everybody's retention.
    private func dropDays() throws(StoreError) {
        let connection = try session.connected()
        guard let mark = try commonMark(on: connection) else { return }
        for day in try Partitions.days(on: connection) where day.end <= mark {
            guard try dropDeliveries(of: day, endedBefore: mark, on: connection) else { continue }
            _ = try dropEvents(of: day, on: connection)
        }
    }

    private func exists(_ table: String, on connection: Connection) throws(StoreError) -> Bool {
        let rows = try connection.query(
            "SELECT to_regclass(quote_ident(current_schema()) || '.' || $1::text) IS NOT NULL"
        ) { $0.add(table) }
        return rows.first?.boolean(0) == true
    }

    /// Whether the day's deliveries and their attempts are gone.
    private func dropDeliveries(
        of day: Partitions.Day, endedBefore mark: Timestamp, on connection: Connection
    ) throws(StoreError) -> Bool {
        let table = "deliveries_\(day.name)"
        if try exists(table, on: connection) {
            // What waits has an index; what ended late is found by a look through the day, once, while nobody waits for it.
            for condition in ["state = 0", "state_at >= \(mark.milliseconds)"] {
                let found = try oneOff("SELECT EXISTS (SELECT 1 FROM \(table) WHERE \(condition))", on: connection)
                if found { return false }
            }
        }
        guard try Partitions.drop(day, of: "attempts", on: connection) else { return false }
        return try Partitions.drop(day, of: "deliveries", on: connection)
    }

    private func dropEvents(of day: Partitions.Day, on connection: Connection) throws(StoreError) -> Bool {
        guard try exists("events_\(day.name)", on: connection) else { return true }
        let bounds = "event >= '\(Partitions.text(day.first))' AND event < '\(Partitions.text(day.next))'"
        // A replay's deliveries are in a later day's partition.
        if try oneOff("SELECT EXISTS (SELECT 1 FROM deliveries WHERE \(bounds))", on: connection) { return false }
        let step =
            "DELETE FROM chosen_ids WHERE ctid = ANY (ARRAY(SELECT ctid FROM chosen_ids WHERE \(bounds) LIMIT 5000))"
        while try oneOff("WITH gone AS (\(step) RETURNING 1) SELECT EXISTS (SELECT 1 FROM gone)", on: connection) {}
        return try Partitions.drop(day, of: "events", on: connection)
    }

    /// Asks a question whose text is of its own, and is not kept prepared.
    private func oneOff(_ sql: String, on connection: Connection) throws(StoreError) -> Bool {
        try connection.unprepared(sql).first?.boolean(0) == true
    }

    // MARK: Parts

    private func oldEvents(
        in environment: EnvironmentID, after: EventID?, before: EventID, sparing spared: Range<EventID>?, limit: Int,
        on connection: Connection
    ) throws(StoreError) -> [(id: EventID, deliveries: Int)] {
        let rows = try connection.query(
            """
            SELECT id, delivery_count FROM events
            WHERE environment = $1::uuid AND id > $2::uuid AND id < $3::uuid
                AND NOT (id >= $5::uuid AND id < $6::uuid)
            ORDER BY id LIMIT $4::bigint FOR UPDATE
            """
        ) { parameters in
            parameters.add(environment)
            parameters.add(after ?? .first)
            parameters.add(before)
            parameters.add(limit)
            parameters.add(spared?.lowerBound ?? .first)
            parameters.add(spared?.upperBound ?? .first)
        }
        return try rows.map { (row) throws(StoreError) in (try row.identifier(0), Int(row.integer(1))) }
    }

    /// Has whoever would replay the events, or schedule one of their deliveries again, wait for this transaction.
    func lock(
        _ events: [EventID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) {
        _ = try connection.query(
            """
            SELECT 1 FROM events WHERE environment = $1::uuid AND id = ANY ($2::uuid[])
                AND id >= $3::uuid AND id <= $4::uuid ORDER BY id FOR UPDATE
            """
        ) { parameters in
            parameters.add(environment)
            parameters.array(events)
            parameters.add(events.min())
            parameters.add(events.max())
        }
    }

    private func waiting(_ events: [EventID], on connection: Connection) throws(StoreError) -> Set<EventID> {
        let rows = try connection.query(
            "SELECT DISTINCT event FROM deliveries WHERE event = ANY ($1::uuid[]) AND state = 0"
        ) { $0.array(events) }
        return Set(try rows.map { (row) throws(StoreError) in try row.identifier(0) })
    }

    /// Drops the payloads of events, and says how many had one.
    private func dropPayloads(
        of events: [EventID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) -> Int {
        guard !events.isEmpty else { return 0 }
        return try connection.query(
            """
            UPDATE events SET data_start = 0, data_end = 0, body = ''
            WHERE environment = $1::uuid AND id = ANY ($2::uuid[]) AND id >= $3::uuid AND id <= $4::uuid
                AND data_end > 0
            """
        ) { parameters in
            parameters.add(environment)
            parameters.array(events)
            parameters.add(events.min())
            parameters.add(events.max())
        }.affected
    }

    private func endedDeliveries(
        of events: [EventID], in environment: EnvironmentID, before instant: Timestamp, limit: Int,
        on connection: Connection
    ) throws(StoreError) -> [EventID: [DeliveryID]] {
        let rows = try connection.query(
            """
            SELECT event, id FROM deliveries
            WHERE event = ANY ($1::uuid[]) AND environment = $2::uuid AND state <> 0 AND state_at < $3::bigint
            ORDER BY event, id LIMIT $4::bigint
            """
        ) { parameters in
            parameters.array(events)
            parameters.add(environment)
            parameters.add(instant)
            parameters.add(limit)
        }
        var found: [EventID: [DeliveryID]] = [:]
        for (event, id) in try rows.map({ (row) throws(StoreError) in
            (try row.identifier(0, EventKind.self), try row.identifier(1, DeliveryKind.self))
        }) { found[event, default: []].append(id) }
        return found
    }

    /// The events that have deliveries which wait, or ended of late.
    private func eventsWithOthers(
        _ events: [EventID], in environment: EnvironmentID, endedBefore instant: Timestamp, on connection: Connection
    ) throws(StoreError) -> Set<EventID> {
        let rows = try connection.query(
            """
            SELECT DISTINCT event FROM deliveries
            WHERE event = ANY ($1::uuid[]) AND environment = $2::uuid AND (state = 0 OR state_at >= $3::bigint)
            """
        ) { parameters in
            parameters.array(events)
            parameters.add(environment)
            parameters.add(instant)
        }
        return Set(try rows.map { (row) throws(StoreError) in try row.identifier(0) })
    }

    /// Removes deliveries with their attempts. Deliveries first: an outcome that is being kept comes before or not at all.
    func drop(
        _ deliveries: [DeliveryID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) {
        guard !deliveries.isEmpty else { return }
        for (table, key) in [("deliveries", "id"), ("attempts", "delivery")] {
            _ = try connection.query(
                """
                DELETE FROM \(table) WHERE environment = $1::uuid AND \(key) = ANY ($2::uuid[])
                    AND \(key) >= $3::uuid AND \(key) <= $4::uuid
                """
            ) { parameters in
                parameters.add(environment)
                parameters.array(deliveries)
                parameters.add(deliveries.min())
                parameters.add(deliveries.max())
            }
        }
    }

    /// Removes events that no delivery refers to. Their chosen ids are free again.
    func drop(
        _ events: [EventID], in environment: EnvironmentID, on connection: Connection
    ) throws(StoreError) {
        guard !events.isEmpty else { return }
        _ = try connection.query(
            """
            DELETE FROM events WHERE environment = $1::uuid AND id = ANY ($2::uuid[])
                AND id >= $3::uuid AND id <= $4::uuid
            """
        ) { parameters in
            parameters.add(environment)
            parameters.array(events)
            parameters.add(events.min())
            parameters.add(events.max())
        }
        _ = try connection.query(
            "DELETE FROM chosen_ids WHERE environment = $1::uuid AND event = ANY ($2::uuid[])"
        ) { parameters in
            parameters.add(environment)
            parameters.array(events)
        }
    }
}

extension Identifier {
    /// The smallest there is.
    static var first: Self { Self(high: 0, low: 0) }
    /// The greatest there is.
    static var last: Self { Self(high: .max, low: .max) }
}
