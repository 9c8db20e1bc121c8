import MartletStore

/// The statements that each event, delivery and attempt goes through, compiled when the store is opened.
struct HotStatements {
    let events: Insertion
    let deliveries: Insertion
    let attempts: Insertion
    let lastEvent: Statement
    let moveDelivery: Statement
    let countAttempt: Statement

    init(on connection: Connection) throws(StoreError) {
        events = try Insertion(
            into: "events",
            [
                "number", "environment", "id", "chosen_id", "type", "application", "created", "accepted_at",
                "ordering_key", "deliver_at", "is_test", "delivery_count", "data_start", "data_end", "body",
            ], on: connection)
        deliveries = try Insertion(
            into: "deliveries",
            [
                "environment", "id", "event", "endpoint", "cause", "created_at", "state", "state_at", "reason",
                "attempts", "first_attempt_at", "turn_key", "turn_at",
            ], on: connection)
        attempts = try Insertion(
            into: "attempts",
            [
                "delivery", "number", "id", "started_at", "url", "request_headers", "address", "resolve_time",
                "connect_time", "tls_time", "first_byte_time", "total_time", "failure", "failure_message", "status",
                "is_truncated", "response_headers", "response_body",
            ], conflict: "ON CONFLICT DO NOTHING", on: connection)
        lastEvent = try connection.prepare("SELECT max(number) FROM events")
        moveDelivery = try connection.prepare(
            """
            UPDATE deliveries SET state = ?3, state_at = ?4, reason = ?5, attempts = ?6, first_attempt_at = ?7
            WHERE environment = ?1 AND id = ?2 AND state = ?8 AND attempts = ?9
            """)
        countAttempt = try connection.prepare(
            """
            UPDATE deliveries
            SET attempts = max(attempts, ?3), first_attempt_at = coalesce(first_attempt_at, ?4)
            WHERE environment = ?1 AND id = ?2
            """)
    }
}
