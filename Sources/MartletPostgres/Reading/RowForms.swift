import MartletCore
import MartletStore

/// The columns that make an event, of `events e`.
enum EventRow {
    static let columns = columns(body: "e.body")
    static let count: Int32 = 13

    /// The same, with the bodies of the first rows alone: once those have `bytes` bytes together, there are no more.
    static func columns(upTo bytes: String, orderedBy order: String) -> String {
        // Of a body that lies apart the length is known without reading it.
        let size = "octet_length(e.body)"
        let before = "sum(\(size)) OVER (ORDER BY \(order) ROWS UNBOUNDED PRECEDING) - \(size)"
        return columns(body: "CASE WHEN \(before) < \(bytes) THEN e.body END")
    }

    private static func columns(body: String) -> String {
        """
        e.id, e.chosen_id, e.type, e.application, e.created, e.accepted_at, e.ordering_key, e.deliver_at, e.is_test, \
        e.delivery_count, e.data_start, e.data_end, \(body)
        """
    }

    /// Whether the row has the event's body.
    static func hasBody(_ row: Row, from first: Int32) -> Bool { !row.isNull(first + count - 1) }

    /// Reads the event whose columns begin at `first`.
    static func read(
        _ row: Row, from first: Int32 = 0, environment: EnvironmentID
    ) throws(StoreError) -> Event {
        let id: EventID = try row.identifier(first)
        let bytes = row.bytes(first + 12)
        let start = Int(row.integer(first + 10))
        let end = Int(row.integer(first + 11))
        guard 0 <= start, start <= end, end <= bytes.count else {
            throw .corrupt("The body of event \(id) is shorter than its payload should be.")
        }
        return Event(
            id: id, environment: environment, chosenID: row.optionalText(first + 1), type: row.text(first + 2),
            application: try row.optionalIdentifier(first + 3), created: row.timestamp(first + 4),
            acceptedAt: row.timestamp(first + 5), orderingKey: row.optionalText(first + 6),
            deliverAt: row.optionalTimestamp(first + 7), isTest: row.boolean(first + 8),
            deliveryCount: Int(row.integer(first + 9)), body: EventBody(bytes: bytes, data: start..<end))
    }
}

/// The columns that make a delivery, of `deliveries d` with its endpoint `p`.
enum DeliveryRow {
    static let columns = """
        d.id, d.event, d.endpoint, p.application, d.cause, d.created_at, d.state, d.state_at, d.reason, d.attempts, \
        d.first_attempt_at, d.turn_key, d.turn_at
        """
    static let count: Int32 = 13
    static let endpoint: Int32 = 2
    static let application: Int32 = 3
    static let state: Int32 = 6

    static let joins = "JOIN endpoints p ON p.environment = d.environment AND p.id = d.endpoint"
    /// With the event too: looked up for each delivery by its id. As a plain join it may be planned, while a day's partition is
    /// new and has no statistics, as a look through all events of the environment for each delivery.
    static let eventJoins = """
        \(joins) CROSS JOIN LATERAL (
            SELECT * FROM events e WHERE e.environment = d.environment AND e.id = d.event OFFSET 0
        ) e
        """

    /// Reads the delivery whose columns begin at `first`.
    static func read(
        _ row: Row, from first: Int32 = 0, environment: EnvironmentID
    ) throws(StoreError) -> Delivery {
        let id: DeliveryID = try row.identifier(first)
        guard let cause = Delivery.Cause(code: row.integer(first + 4)) else {
            throw .corrupt("Delivery \(id) has a cause that this version does not know.")
        }
        return Delivery(
            id: id, environment: environment, event: try row.identifier(first + 1),
            endpoint: try row.identifier(first + 2), application: try row.identifier(first + 3), cause: cause,
            createdAt: row.timestamp(first + 5),
            turn: row.optionalText(first + 11).map { Turn(key: $0, at: row.timestamp(first + 12)) },
            state: try StoredState.state(
                code: row.integer(first + 6), at: row.timestamp(first + 7), reason: row.optionalText(first + 8),
                of: id),
            attemptCount: Int(row.integer(first + 9)), firstAttemptAt: row.optionalTimestamp(first + 10))
    }
}

/// The columns that make an attempt.
enum AttemptRow {
    static let columns = """
        number, id, started_at, url, request_headers, address, resolve_time, connect_time, tls_time, first_byte_time, \
        total_time, failure, failure_message, status, is_truncated, response_headers, response_body
        """

    static func read(_ row: Row, delivery: DeliveryID) throws(StoreError) -> Attempt {
        let id: AttemptID = try row.identifier(1)
        let address = try row.optionalBytes(5).map { (bytes) throws(StoreError) in
            guard let address = IPAddress(bytes: bytes) else {
                throw .corrupt("The address of attempt \(id) has \(bytes.count) bytes, not 4 or 16.")
            }
            return address
        }
        return Attempt(
            id: id, delivery: delivery, number: Int(row.integer(0)), startedAt: row.timestamp(2),
            request: AttemptRequest(
                url: row.text(3), headers: try HeaderRecord.decode(row.bytes(4), of: "attempt \(id)")),
            outcome: AttemptOutcome(
                result: try result(row, of: id),
                timing: AttemptTiming(
                    resolve: row.optionalInteger(6), connect: row.optionalInteger(7), tls: row.optionalInteger(8),
                    firstByte: row.optionalInteger(9), total: row.integer(10)),
                address: address))
    }

    private static func result(_ row: Row, of id: AttemptID) throws(StoreError) -> AttemptOutcome.Result {
        if let text = row.optionalText(11) {
            guard let code = AttemptFailure.Code(rawValue: text) else {
                throw .corrupt("Attempt \(id) failed in a way that this version does not know: \(text).")
            }
            return .failure(AttemptFailure(code, row.text(12)))
        }
        return .response(
            AttemptResponse(
                status: Int(row.integer(13)),
                headers: try HeaderRecord.decode(row.bytes(15), of: "the response to attempt \(id)"),
                body: row.bytes(16), isTruncated: row.integer(14) != 0))
    }
}
