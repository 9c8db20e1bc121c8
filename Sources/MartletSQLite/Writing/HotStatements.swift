import MartletStore

/// The statements that each event, delivery and attempt goes through, compiled when the store is opened.
struct HotStatements {
    let insertEvent: Statement
    let insertDelivery: Statement
    let moveDelivery: Statement
    let countAttempt: Statement
    let insertAttempt: Statement

    init(on connection: Connection) throws(StoreError) {
        insertEvent = try connection.prepare(
            """
            INSERT INTO events (
                environment, id, chosen_id, type, application, created, accepted_at, ordering_key, deliver_at, is_test,
                delivery_count, data_start, data_end, body
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        insertDelivery = try connection.prepare(
            """
            INSERT INTO deliveries (
                environment, id, event, endpoint, cause, created_at, state, state_at, reason, attempts, first_attempt_at,
                turn_key, turn_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
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
        insertAttempt = try connection.prepare(
            """
            INSERT INTO attempts (
                delivery, number, id, started_at, url, request_headers, address, resolve_time, connect_time, tls_time,
                first_byte_time, total_time, failure, failure_message, status, is_truncated, response_headers,
                response_body
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            ON CONFLICT DO NOTHING
            """)
    }
}
