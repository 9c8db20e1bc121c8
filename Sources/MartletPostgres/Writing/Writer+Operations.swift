import MartletCore
import MartletStore

extension Writer {
    func putHealth(_ health: [EndpointHealth]) throws(StoreError) {
        // One an endpoint, the last: a row cannot be put twice by one statement.
        var latest: [EndpointID: EndpointHealth] = [:]
        for health in health { latest[health.endpoint] = health }
        let rows = latest.values.sorted { $0.endpoint < $1.endpoint }
        guard !rows.isEmpty else { return }
        _ = try write(
            """
            INSERT INTO endpoint_health (environment, endpoint, failing_since, failures, warned_at, last_success_at)
            SELECT s.environment, p.id, s.failing_since, s.failures, s.warned_at, s.last_success_at
            FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS s (environment, endpoint, failing_since, failures, warned_at, last_success_at)
            LEFT JOIN endpoints p ON p.environment = s.environment AND p.id = s.endpoint
            ON CONFLICT (environment, endpoint) DO UPDATE SET
                failing_since = excluded.failing_since, failures = excluded.failures, warned_at = excluded.warned_at,
                last_success_at = excluded.last_success_at
            """
        ) { parameters in
            parameters.array(.uuid, rows) { $0.add($1.environment) }
            parameters.array(.uuid, rows) { $0.add($1.endpoint) }
            parameters.array(.int64, rows) { $0.add($1.failingSince) }
            parameters.array(.int64, rows) { $0.add(Int64($1.failures)) }
            parameters.array(.int64, rows) { $0.add($1.warnedAt) }
            parameters.array(.int64, rows) { $0.add($1.lastSuccessAt) }
        }
    }

    func record(_ events: [OperationalEvent]) throws(StoreError) {
        guard !events.isEmpty else { return }
        _ = try write(Self.record) { Self.bind(events, to: $0) }
    }

    static let record = """
        INSERT INTO operational_events (environment, id, application, endpoint, kind, created_at, data, is_told)
        SELECT v.id, s.id, s.application, s.endpoint, s.kind, s.created_at, s.data, false
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bytea[])
            AS s (environment, id, application, endpoint, kind, created_at, data)
        LEFT JOIN environments v ON v.id = s.environment
        ON CONFLICT (environment, id) DO NOTHING
        """

    static func bind(_ events: [OperationalEvent], to parameters: Parameters) {
        parameters.array(.uuid, events) { $0.add($1.environment) }
        parameters.array(.uuid, events) { $0.add($1.id) }
        parameters.array(.uuid, events) { $0.add($1.application) }
        parameters.array(.uuid, events) { $0.add($1.endpoint) }
        parameters.array(.text, events) { $0.add($1.kind.rawValue) }
        parameters.array(.int64, events) { $0.add($1.createdAt) }
        parameters.array(.bytes, events) { $0.add($1.data) }
    }

    /// Records what is told of deliveries that the settlements before it in the pipeline left failed, and of no others.
    func record(
        reportsOf settlements: [Settlement], in pipeline: borrowing Connection.Pipeline
    ) throws(StoreError) {
        let reported = settlements.filter { $0.report != nil }
        guard !reported.isEmpty else { return }
        try pipeline.add(
            """
            INSERT INTO operational_events (environment, id, application, endpoint, kind, created_at, data, is_told)
            SELECT s.environment, s.id, s.application, s.endpoint, s.kind, s.created_at, s.data, false
            FROM unnest(
                $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bytea[], $8::uuid[],
                $9::integer[], $10::uuid[]
            ) AS s (environment, id, application, endpoint, kind, created_at, data, delivery, number, attempt)
            WHERE EXISTS (
                SELECT 1 FROM deliveries d JOIN attempts a
                    ON a.environment = d.environment AND a.delivery = d.id AND a.number = s.number
                    AND a.delivery >= $11::uuid AND a.delivery <= $12::uuid
                WHERE d.environment = s.environment AND d.id = s.delivery AND d.id >= $11::uuid AND d.id <= $12::uuid
                    AND d.state = 2 AND d.attempts = s.number AND a.id = s.attempt)
            ON CONFLICT (environment, id) DO NOTHING
            """
        ) { parameters in
            Self.bind(reported.compactMap(\.report), to: parameters)
            parameters.array(.uuid, reported) { $0.add($1.attempt.delivery) }
            parameters.array(.int32, reported) { $0.add(Int32(clamping: $1.attempt.number)) }
            parameters.array(.uuid, reported) { $0.add($1.attempt.id) }
            parameters.add(reported.map(\.attempt.delivery).min())
            parameters.add(reported.map(\.attempt.delivery).max())
        }
    }

    func markTold(_ events: [OperationalEvent]) throws(StoreError) {
        guard !events.isEmpty else { return }
        _ = try write(
            """
            UPDATE operational_events o SET is_told = true
            FROM unnest($1::uuid[], $2::uuid[]) AS s (environment, id)
            WHERE o.environment = s.environment AND o.id = s.id
            """
        ) { parameters in
            parameters.array(.uuid, events) { $0.add($1.environment) }
            parameters.array(.uuid, events) { $0.add($1.id) }
        }
    }

    func forgetOperationalEvents(createdBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        try write(
            """
            DELETE FROM operational_events WHERE (environment, id) IN (
                SELECT environment, id FROM operational_events
                WHERE created_at < $1::bigint ORDER BY created_at LIMIT $2::bigint)
            """
        ) { parameters in
            parameters.add(instant)
            parameters.add(max(0, limit))
        }.affected
    }

    func putSetting(_ name: String, _ value: [UInt8]) throws(StoreError) {
        _ = try write(
            """
            INSERT INTO settings (name, value) VALUES ($1::text, $2::bytea)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """
        ) { parameters in
            parameters.add(name)
            parameters.add(value)
        }
    }

    /// Adds to hourly sums.
    func add(_ sums: [EndpointHour]) throws(StoreError) {
        var added: [HourKey: EndpointHour] = [:]
        for sum in sums {
            let key = HourKey(environment: sum.environment, endpoint: sum.endpoint, hour: sum.hour.startOfHour)
            if var before = added[key] {
                before.succeeded += sum.succeeded
                before.failed += sum.failed
                before.latency.add(sum.latency)
                added[key] = before
            } else {
                added[key] = sum
            }
        }
        let keys = added.keys.sorted { ($0.endpoint, $0.hour) < ($1.endpoint, $1.hour) }
        guard !keys.isEmpty else { return }
        try transaction { (connection) throws(StoreError) in
            let bind: (Parameters) -> Void = { parameters in
                parameters.array(.uuid, keys) { $0.add($1.environment) }
                parameters.array(.uuid, keys) { $0.add($1.endpoint) }
                parameters.array(.int64, keys) { $0.add($1.hour) }
            }
            // The rows are made, then locked, then added to: of two nodes one waits for the other.
            let found = try connection.pipeline { (pipeline) throws(StoreError) in
                try pipeline.add(
                    """
                    INSERT INTO endpoint_hours (environment, endpoint, hour, succeeded, failed, latency)
                    SELECT s.environment, p.id, s.hour, 0, 0, $4::bytea
                    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS s (environment, endpoint, hour)
                    LEFT JOIN endpoints p ON p.environment = s.environment AND p.id = s.endpoint
                    ON CONFLICT DO NOTHING
                    """
                ) { parameters in
                    bind(parameters)
                    parameters.add(LatencyRecord.encode(LatencyHistogram()))
                }
                try pipeline.add(
                    """
                    SELECT h.environment, h.endpoint, h.hour, h.latency
                    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS s (environment, endpoint, hour)
                    JOIN endpoint_hours h
                        ON h.environment = s.environment AND h.endpoint = s.endpoint AND h.hour = s.hour
                    ORDER BY h.endpoint, h.hour FOR NO KEY UPDATE OF h
                    """, bind)
            }
            guard let stored = found.last else { return }
            var sums: [(key: HourKey, sum: EndpointHour)] = []
            for (key, latency) in try stored.map(HourKey.read) {
                guard var sum = added[key] else { continue }
                var whole = try LatencyRecord.decode(latency, of: key.endpoint)
                whole.add(sum.latency)
                sum.latency = whole
                sums.append((key, sum))
            }
            _ = try connection.query(
                """
                UPDATE endpoint_hours h
                SET succeeded = h.succeeded + s.succeeded, failed = h.failed + s.failed, latency = s.latency
                FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
                    AS s (environment, endpoint, hour, succeeded, failed, latency)
                WHERE h.environment = s.environment AND h.endpoint = s.endpoint AND h.hour = s.hour
                """
            ) { parameters in
                parameters.array(.uuid, sums) { $0.add($1.key.environment) }
                parameters.array(.uuid, sums) { $0.add($1.key.endpoint) }
                parameters.array(.int64, sums) { $0.add($1.key.hour) }
                parameters.array(.int64, sums) { $0.add(Int64($1.sum.succeeded)) }
                parameters.array(.int64, sums) { $0.add(Int64($1.sum.failed)) }
                parameters.array(.bytes, sums) { $0.add(LatencyRecord.encode($1.sum.latency)) }
            }
            try add(whole(added.values), on: connection)
        }
    }

    /// The sums of environments that sums of endpoints make, in the order in which they are locked.
    private func whole(_ sums: some Sequence<EndpointHour>) -> [EnvironmentHour] {
        var whole: [EnvironmentHour] = []
        for sum in sums {
            let hour = sum.hour.startOfHour
            if let index = whole.firstIndex(where: { $0.environment == sum.environment && $0.hour == hour }) {
                whole[index].succeeded += sum.succeeded
                whole[index].failed += sum.failed
                whole[index].latency.add(sum.latency)
            } else {
                whole.append(
                    EnvironmentHour(
                        environment: sum.environment, hour: hour, succeeded: sum.succeeded, failed: sum.failed,
                        latency: sum.latency))
            }
        }
        return whole.sorted { ($0.environment, $0.hour) < ($1.environment, $1.hour) }
    }

    private func add(_ hours: [EnvironmentHour], on connection: Connection) throws(StoreError) {
        for hour in hours {
            let rows = try connection.query(
                """
                INSERT INTO environment_hours AS h (environment, hour, succeeded, failed, most_waiting, latency)
                VALUES ($1::uuid, $2::bigint, $3::bigint, $4::bigint, $5::bigint, '')
                ON CONFLICT (environment, hour) DO UPDATE SET
                    succeeded = h.succeeded + excluded.succeeded, failed = h.failed + excluded.failed,
                    most_waiting = greatest(h.most_waiting, excluded.most_waiting)
                RETURNING h.latency
                """
            ) { parameters in
                parameters.add(hour.environment)
                parameters.add(hour.hour)
                parameters.add(hour.succeeded)
                parameters.add(hour.failed)
                parameters.add(hour.mostWaiting.map(Int64.init))
            }
            // The row is this transaction's by now: nobody adds to it before its end.
            guard let row = rows.first, hour.succeeded + hour.failed > 0 else { continue }
            var latency = try LatencyRecord.decode(row.bytes(0), of: hour.environment)
            latency.add(hour.latency)
            _ = try connection.query(
                "UPDATE environment_hours SET latency = $3::bytea WHERE environment = $1::uuid AND hour = $2::bigint"
            ) { parameters in
                parameters.add(hour.environment)
                parameters.add(hour.hour)
                parameters.add(LatencyRecord.encode(latency))
            }
        }
    }

    func note(_ waiting: [EnvironmentWaiting]) throws(StoreError) {
        guard !waiting.isEmpty else { return }
        let hours = waiting.map {
            EnvironmentHour(environment: $0.environment, hour: $0.hour.startOfHour, mostWaiting: $0.count)
        }.sorted { ($0.environment, $0.hour) < ($1.environment, $1.hour) }
        try transaction { (connection) throws(StoreError) in
            for hour in hours { try connection.check(hour.environment) }
            try add(hours, on: connection)
        }
    }

    private struct HourKey: Hashable {
        var environment: EnvironmentID
        var endpoint: EndpointID
        var hour: Timestamp

        static func read(_ row: Row) throws(StoreError) -> (HourKey, [UInt8]) {
            let key = HourKey(
                environment: try row.identifier(0), endpoint: try row.identifier(1), hour: row.timestamp(2))
            return (key, row.bytes(3))
        }
    }
}
