import MartletCore
import MartletStore

extension Writer {
    func move(_ delivery: Delivery, to state: DeliveryState) throws(StoreError) -> Bool {
        try connection.writing { () throws(StoreError) in
            if delivery.state.isFinal, !state.isFinal, try !hasPayload(delivery) { return false }
            return try moveStored(delivery, to: state)
        }
    }

    private func hasPayload(_ delivery: Delivery) throws(StoreError) -> Bool {
        let statement = try connection.cached(
            """
            SELECT 1 FROM deliveries d CROSS JOIN events e ON e.number = d.event
            WHERE d.environment = ?1 AND d.id = ?2 AND e.data_end > 0
            """)
        defer { statement.reset() }
        statement.bind(1, try number(of: delivery.environment))
        statement.bind(2, delivery.id)
        return try statement.step()
    }

    private func moveStored(_ delivery: Delivery, to state: DeliveryState) throws(StoreError) -> Bool {
        try move(
            delivery.id, in: try number(of: delivery.environment), from: StoredState(delivery.state).code,
            attempts: delivery.attemptCount, to: StoredState(state), attempts: delivery.attemptCount,
            firstAttemptAt: delivery.firstAttemptAt)
    }

    func cancelDeliveries(of endpoint: EndpointID, at now: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            UPDATE deliveries SET state = 3, state_at = ?2, reason = 'endpoint_deleted'
            WHERE (environment, id) IN (
                SELECT environment, id FROM deliveries INDEXED BY deliveries_due
                WHERE endpoint = (SELECT number FROM endpoints WHERE id = ?1) AND state = 0 LIMIT ?3)
            """)
        statement.bind(1, endpoint)
        statement.bind(2, now)
        statement.bind(3, Int64(limit))
        try statement.run()
        return connection.changes
    }

    /// Adds to hourly sums.
    func add(_ sums: [EndpointHour]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            var whole: [EnvironmentHour] = []
            for sum in sums {
                try add(sum)
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
            for hour in whole { try add(hour) }
        }
    }

    /// Adds to the hourly sums of an environment, or raises the most that waited.
    private func add(_ sum: EnvironmentHour) throws(StoreError) {
        let environment = try number(of: sum.environment)
        var latency = sum.latency
        let stored = try connection.cached(
            "SELECT latency FROM environment_hours WHERE environment = ?1 AND hour = ?2")
        defer { stored.reset() }
        stored.bind(1, environment)
        stored.bind(2, sum.hour)
        if try stored.step() { latency.add(try LatencyRecord.decode(stored.bytes(0), of: sum.environment)) }
        let statement = try connection.cached(
            """
            INSERT INTO environment_hours (environment, hour, succeeded, failed, most_waiting, latency)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET
                succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed,
                most_waiting = CASE
                    WHEN excluded.most_waiting IS NULL OR most_waiting > excluded.most_waiting THEN most_waiting
                    ELSE excluded.most_waiting END,
                latency = excluded.latency
            """)
        statement.bind(1, environment)
        statement.bind(2, sum.hour)
        statement.bind(3, Int64(sum.succeeded))
        statement.bind(4, Int64(sum.failed))
        statement.bind(5, sum.mostWaiting.map(Int64.init))
        statement.bind(6, LatencyRecord.encode(latency))
        try statement.run()
    }

    func note(_ waiting: [EnvironmentWaiting]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            for noted in waiting {
                try add(
                    EnvironmentHour(
                        environment: noted.environment, hour: noted.hour.startOfHour, mostWaiting: noted.count))
            }
        }
    }

    private func add(_ sum: EndpointHour) throws(StoreError) {
        let endpoint = try numbers(of: sum.endpoint, in: sum.environment).endpoint
        let hour = sum.hour.startOfHour
        var latency = sum.latency
        let stored = try connection.cached("SELECT latency FROM endpoint_hours WHERE endpoint = ?1 AND hour = ?2")
        defer { stored.reset() }
        stored.bind(1, endpoint)
        stored.bind(2, hour)
        if try stored.step() { latency.add(try LatencyRecord.decode(stored.bytes(0), of: sum.endpoint)) }
        let statement = try connection.cached(
            """
            INSERT INTO endpoint_hours (endpoint, hour, succeeded, failed, latency) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET
                succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed,
                latency = excluded.latency
            """)
        statement.bind(1, endpoint)
        statement.bind(2, hour)
        statement.bind(3, Int64(sum.succeeded))
        statement.bind(4, Int64(sum.failed))
        statement.bind(5, LatencyRecord.encode(latency))
        try statement.run()
    }

    func putSetting(_ name: String, _ value: [UInt8]) throws(StoreError) {
        let statement = try connection.cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")
        statement.bind(1, name)
        statement.bind(2, value)
        try statement.run()
    }
}
