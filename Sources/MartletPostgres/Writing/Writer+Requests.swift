import MartletCore
import MartletStore

extension Writer {
    /// Keeps requests, each in the place of what was there under its id.
    func store(_ requests: [StoredRequest], in pipeline: borrowing Connection.Pipeline) throws(StoreError) {
        guard !requests.isEmpty else { return }
        // A row cannot be put twice by one statement: the last one counts. In the order of their ids, so that of two nodes
        // one waits for the other.
        var latest: [RequestID: StoredRequest] = [:]
        for request in requests { latest[request.id] = request }
        let rows = latest.values.sorted { $0.id < $1.id }
        try pipeline.add(Self.putRequests) { Self.bind(rows, to: $0) }
    }

    // An environment that is not there becomes a NULL where none may be, and so fails the transaction.
    private static let putRequests = """
        INSERT INTO requests (
            environment, id, source, application, received_at, verdict, event, verdict_number, verdict_name, reason,
            method, url, address, headers, sealed, sent_id, sent_type, size, body)
        SELECT v.id, s.id, s.source, s.application, s.received_at, s.verdict, s.event, s.verdict_number, s.verdict_name,
            s.reason, s.method, s.url, s.address, s.headers, s.sealed, s.sent_id, s.sent_type, s.size, s.body
        FROM unnest(
            $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::smallint[], $7::uuid[], $8::bigint[],
            $9::text[], $10::bytea[], $11::text[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[],
            $16::bytea[], $17::bytea[], $18::integer[], $19::bytea[]
        ) AS s (
            environment, id, source, application, received_at, verdict, event, verdict_number, verdict_name, reason,
            method, url, address, headers, sealed, sent_id, sent_type, size, body)
        LEFT JOIN environments v ON v.id = s.environment
        LIMIT $20::bigint
        ON CONFLICT (environment, id) DO UPDATE SET
            verdict = excluded.verdict, event = excluded.event, verdict_number = excluded.verdict_number,
            verdict_name = excluded.verdict_name, reason = excluded.reason, sent_id = excluded.sent_id,
            sent_type = excluded.sent_type, body = excluded.body
        """

    private static func bind(_ requests: [StoredRequest], to parameters: Parameters) {
        let verdicts = requests.map { StoredVerdict($0.verdict) }
        parameters.array(.uuid, requests) { $0.add($1.environment) }
        parameters.array(.uuid, requests) { $0.add($1.id) }
        parameters.array(.uuid, requests) { $0.add($1.source) }
        parameters.array(.uuid, requests) { $0.add($1.application) }
        parameters.array(.int64, requests) { $0.add($1.receivedAt) }
        parameters.array(.int16, verdicts) { $0.add(Int16(truncatingIfNeeded: $1.code.rawValue)) }
        parameters.array(.uuid, verdicts) { $0.add($1.event) }
        parameters.array(.int64, verdicts) { $0.add($1.number) }
        parameters.array(.text, verdicts) { $0.add($1.name) }
        parameters.array(.bytes, verdicts) { $0.add($1.reason) }
        parameters.array(.text, requests) { $0.add($1.method) }
        parameters.array(.bytes, requests) { $0.add($1.url) }
        parameters.array(.bytes, requests) { $0.add($1.address?.bytes) }
        parameters.array(.bytes, requests) { $0.add(HeaderRecord.encode($1.headers)) }
        parameters.array(.bytes, requests) { $0.add($1.sealed) }
        parameters.array(.bytes, requests) { $0.add($1.sentID) }
        parameters.array(.bytes, requests) { $0.add($1.sentType) }
        parameters.array(.int32, requests) { $0.add(Int32(clamping: $1.size)) }
        parameters.array(.bytes, requests) { $0.add($1.body) }
        parameters.add(requests.count)
    }

    func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) throws(StoreError) -> Int {
        try write(
            """
            DELETE FROM requests WHERE environment = $1::uuid AND id IN (
                SELECT id FROM requests
                WHERE environment = $1::uuid AND id < $2::uuid ORDER BY id LIMIT $3::bigint)
            """
        ) {
            $0.add(environment)
            $0.add(IdentifierRange<RequestKind>(since: nil, until: instant, before: nil).upper)
            $0.add(max(0, limit))
        }.affected
    }
}
