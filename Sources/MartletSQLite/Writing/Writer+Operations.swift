import MartletCore
import MartletStore

extension Writer {
    func putHealth(_ health: [EndpointHealth]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            for health in health { try put(health) }
        }
    }

    private func put(_ health: EndpointHealth) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT OR REPLACE INTO endpoint_health (endpoint, failing_since, failures, warned_at, last_success_at)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        statement.bind(1, try numbers(of: health.endpoint, in: health.environment).endpoint)
        statement.bind(2, health.failingSince)
        statement.bind(3, Int64(health.failures))
        statement.bind(4, health.warnedAt)
        statement.bind(5, health.lastSuccessAt)
        try statement.run()
    }

    func record(_ events: [OperationalEvent]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            for event in events { try record(event) }
        }
    }

    func record(_ event: OperationalEvent) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO operational_events (environment, id, application, endpoint, kind, created_at, data, is_told)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT DO NOTHING
            """)
        statement.bind(1, try number(of: event.environment))
        statement.bind(2, event.id)
        statement.bind(3, event.application)
        statement.bind(4, event.endpoint)
        statement.bind(5, event.kind.rawValue)
        statement.bind(6, event.createdAt)
        statement.bind(7, event.data)
        try statement.run()
    }

    func markTold(_ events: [OperationalEvent]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            let statement = try connection.cached(
                "UPDATE operational_events SET is_told = 1 WHERE environment = ?1 AND id = ?2")
            for event in events {
                statement.bind(1, try number(of: event.environment))
                statement.bind(2, event.id)
                try statement.run()
            }
        }
    }

    func forgetOperationalEvents(createdBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            DELETE FROM operational_events WHERE (environment, id) IN (
                SELECT environment, id FROM operational_events INDEXED BY operational_events_age
                WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)
            """)
        statement.bind(1, instant)
        statement.bind(2, Int64(max(0, limit)))
        try statement.run()
        return connection.changes
    }
}
