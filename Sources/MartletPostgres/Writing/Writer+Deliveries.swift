import MartletCore
import MartletStore

extension Writer {
    func move(_ delivery: Delivery, to state: DeliveryState) throws(StoreError) -> Bool {
        let node = try membership.requireNode()
        let isRevived = delivery.state.isFinal && !state.isFinal
        return try transaction { (connection) throws(StoreError) in
            if isRevived, try !lockPayload(of: delivery, on: connection) { return false }
            let stored = StoredState(state)
            let rows = try connection.query(Self.moveDelivery) { parameters in
                parameters.add(delivery.environment)
                parameters.add(delivery.id)
                parameters.add(Int16(truncatingIfNeeded: stored.code.rawValue))
                parameters.add(stored.at)
                parameters.add(stored.reason)
                parameters.add(delivery.firstAttemptAt)
                parameters.add(Int16(truncatingIfNeeded: StoredState(delivery.state).code.rawValue))
                parameters.add(Int32(clamping: delivery.attemptCount))
                parameters.add(isRevived)
                parameters.add(node.rawValue)
            }
            guard rows.affected == 1 else { return false }
            let due = stored.code == .scheduled ? stored.at : nil
            try notify(.moved(delivery.id, of: delivery.endpoint, due: due), on: connection)
            return true
        }
    }

    // What had ended may have been a node's that is long gone: it becomes this one's, or the lease's holder's.
    static let moveDelivery = """
        UPDATE deliveries d
        SET state = $3::smallint, state_at = $4::bigint, reason = $5::text, first_attempt_at = $6::bigint,
            owner = CASE WHEN NOT $9::boolean THEN d.owner WHEN p.is_exclusive AND d.cause <> 2 THEN 0
                ELSE $10::integer END
        FROM endpoints p
        WHERE d.environment = $1::uuid AND d.id = $2::uuid AND d.state = $7::smallint AND d.attempts = $8::integer
            AND p.environment = d.environment AND p.id = d.endpoint
        """

    /// Whether the delivery's event has its payload, which it then keeps until the transaction has ended.
    private func lockPayload(of delivery: Delivery, on connection: Connection) throws(StoreError) -> Bool {
        let rows = try connection.query(
            """
            SELECT 1 FROM events e
            WHERE e.environment = $1::uuid AND e.data_end > 0
                AND e.id = (SELECT d.event FROM deliveries d WHERE d.environment = $1::uuid AND d.id = $2::uuid)
            FOR SHARE OF e
            """
        ) { parameters in
            parameters.add(delivery.environment)
            parameters.add(delivery.id)
        }
        return rows.count == 1
    }

    func cancelDeliveries(of endpoint: EndpointID, at now: Timestamp, limit: Int) throws(StoreError) -> Int {
        let node = try membership.requireNode()
        return try write(Self.cancelDeliveries) { parameters in
            parameters.add(endpoint)
            parameters.add(now)
            parameters.add(limit)
            parameters.add(node.rawValue)
        }.affected
    }

    /// This node's own, and what waited for the lease's holder.
    static let cancelDeliveries = """
        UPDATE deliveries d SET state = 3, state_at = $2::bigint, reason = 'endpoint_deleted'
        FROM (
            SELECT w.environment, w.id FROM (VALUES ($4::integer), (0)) AS o (number)
            CROSS JOIN LATERAL (
                SELECT environment, id FROM deliveries
                WHERE owner = o.number AND endpoint = $1::uuid AND state = 0
                LIMIT $3::bigint FOR UPDATE SKIP LOCKED
            ) w LIMIT $3::bigint
        ) w
        WHERE d.environment = w.environment AND d.id = w.id
        """
}

/// Parts of statements that say whose deliveries are meant.
enum Owners {
    /// Every number that a scheduled delivery's owner may have.
    static let all = "(SELECT number FROM nodes UNION ALL SELECT 0)"
}
