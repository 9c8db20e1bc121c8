import MartletCore
import MartletStore

/// The settlements of a batch, so that each delivery is settled at most once by one statement: what comes second for one goes
/// into the next wave.
struct SettlementWaves {
    typealias Wave = [(index: Int, settlement: Settlement)]

    private(set) var waves: [Wave] = []

    init(_ settlements: [Settlement]) {
        var seen: [DeliveryID: Int] = [:]
        seen.reserveCapacity(settlements.count)
        for (index, settlement) in settlements.enumerated() {
            let wave = seen[settlement.attempt.delivery, default: 0]
            seen[settlement.attempt.delivery] = wave + 1
            if wave == waves.count { waves.append([]) }
            waves[wave].append((index, settlement))
        }
    }
}

extension Writer {
    func settle(
        _ wave: SettlementWaves.Wave, as node: NodeNumber, in pipeline: borrowing Connection.Pipeline
    ) throws(StoreError) {
        try pipeline.add(Self.settle) { parameters in
            Self.bind(wave, to: parameters)
            // The least and the greatest of the wave: the days between them are all that the planner need look at.
            let ids = wave.map(\.settlement.attempt.delivery)
            parameters.add(ids.min())
            parameters.add(ids.max())
            parameters.add(node.rawValue)
            parameters.add(wave.count)
        }
    }

    /// Moves deliveries that stand where their attempts began and are this node's, counts the attempts of the others, and
    /// keeps every attempt whose number is not there yet. Gives back which moved, counted from 1.
    ///
    /// `LIMIT`, which bounds nothing, has the planner expect few rows and so look each delivery up by its key, whatever it
    /// knows of a table that may have been empty a moment ago; `state + 0` keeps it from the index of what is due, which looks
    /// small then too; `IS TRUE` has it hash what moved rather than compare all with all.
    /// One that was kept by an earlier commit whose answer was lost counts as moved.
    static let settle = """
        WITH s AS MATERIALIZED (
            SELECT * FROM unnest(
                $1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::bigint[], $6::smallint[], $7::bigint[],
                $8::text[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[],
                $15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::bytea[], $20::integer[], $21::boolean[],
                $22::bytea[], $23::bytea[]
            ) WITH ORDINALITY AS s (
                environment, delivery, number, id, first_attempt_at, state, state_at, reason, started_at, url,
                request_headers, address, resolve_time, connect_time, tls_time, first_byte_time, total_time, failure,
                failure_message, status, is_truncated, response_headers, response_body, n)
            LIMIT $27::bigint
        ), moved AS (
            UPDATE deliveries d
            SET state = s.state, state_at = s.state_at, reason = s.reason, attempts = s.number,
                first_attempt_at = s.first_attempt_at
            FROM s
            WHERE d.environment = s.environment AND d.id = s.delivery AND d.id >= $24::uuid AND d.id <= $25::uuid
                AND d.state + 0 = 0 AND d.attempts = s.number - 1
                AND (d.owner = $26::integer OR d.owner = 0 AND EXISTS (
                    SELECT 1 FROM endpoint_leases l WHERE l.endpoint = d.endpoint AND l.node = $26::integer))
            RETURNING s.n
        ), counted AS (
            UPDATE deliveries d
            SET attempts = greatest(d.attempts, s.number),
                first_attempt_at = coalesce(d.first_attempt_at, s.first_attempt_at)
            FROM (SELECT * FROM s WHERE s.n NOT IN (SELECT n FROM moved)) s
            WHERE d.environment = s.environment AND d.id = s.delivery AND d.id >= $24::uuid AND d.id <= $25::uuid
            RETURNING s.n, d.state = s.state AND d.state_at = s.state_at AND d.attempts = s.number AS is_same
        ), kept AS (
            INSERT INTO attempts (
                environment, delivery, number, id, started_at, url, request_headers, address, resolve_time,
                connect_time, tls_time, first_byte_time, total_time, failure, failure_message, status, is_truncated,
                response_headers, response_body)
            SELECT environment, delivery, number, id, started_at, url, request_headers, address, resolve_time,
                connect_time, tls_time, first_byte_time, total_time, failure, failure_message, status, is_truncated,
                response_headers, response_body
            FROM s WHERE (s.n IN (SELECT n FROM moved UNION ALL SELECT n FROM counted)) IS TRUE
            ON CONFLICT DO NOTHING
        )
        SELECT n FROM moved
        UNION ALL
        SELECT c.n FROM counted c JOIN s ON s.n = c.n
        WHERE c.is_same AND EXISTS (
            SELECT 1 FROM attempts a
            WHERE a.environment = s.environment AND a.delivery = s.delivery AND a.number = s.number AND a.id = s.id
                AND a.delivery >= $24::uuid AND a.delivery <= $25::uuid)
        """

    private static func bind(_ wave: SettlementWaves.Wave, to parameters: Parameters) {
        let settlements = wave.map(\.settlement)
        let states = settlements.map { StoredState($0.state) }
        let attempts = settlements.map(\.attempt)
        parameters.array(.uuid, settlements) { $0.add($1.environment) }
        parameters.array(.uuid, attempts) { $0.add($1.delivery) }
        parameters.array(.int32, attempts) { $0.add(Int32(clamping: $1.number)) }
        parameters.array(.uuid, attempts) { $0.add($1.id) }
        parameters.array(.int64, settlements) { $0.add($1.firstAttemptAt) }
        parameters.array(.int16, states) { $0.add(Int16(truncatingIfNeeded: $1.code.rawValue)) }
        parameters.array(.int64, states) { $0.add($1.at) }
        parameters.array(.text, states) { $0.add($1.reason) }
        parameters.array(.int64, attempts) { $0.add($1.startedAt) }
        parameters.array(.bytes, attempts) { $0.add($1.request.url) }
        parameters.array(.bytes, attempts) { $0.add(HeaderRecord.encode($1.request.headers)) }
        parameters.array(.bytes, attempts) { $0.add($1.outcome.address?.bytes) }
        parameters.array(.int64, attempts) { $0.add($1.outcome.timing.resolve) }
        parameters.array(.int64, attempts) { $0.add($1.outcome.timing.connect) }
        parameters.array(.int64, attempts) { $0.add($1.outcome.timing.tls) }
        parameters.array(.int64, attempts) { $0.add($1.outcome.timing.firstByte) }
        parameters.array(.int64, attempts) { $0.add($1.outcome.timing.total) }
        parameters.array(.text, attempts) { $0.add($1.outcome.failure?.code.rawValue) }
        parameters.array(.bytes, attempts) { $0.add($1.outcome.failure?.message) }
        parameters.array(.int32, attempts) { elements, attempt in
            if let response = attempt.outcome.response {
                elements.add(Int32(clamping: response.status))
            } else {
                elements.addNull()
            }
        }
        parameters.array(.boolean, attempts) { $0.add($1.outcome.response?.isTruncated) }
        parameters.array(.bytes, attempts) { $0.add($1.outcome.response.map { HeaderRecord.encode($0.headers) }) }
        parameters.array(.bytes, attempts) { $0.add($1.outcome.response?.body) }
    }
}

extension AttemptOutcome {
    fileprivate var response: AttemptResponse? {
        if case .response(let response) = result { response } else { nil }
    }

    fileprivate var failure: AttemptFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }
}
