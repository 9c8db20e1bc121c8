import MartletCore
import MartletStore

extension Writer {
    /// Keeps a request, in the place of what was there under its id.
    func put(_ request: StoredRequest) throws(StoreError) {
        let verdict = StoredVerdict(request.verdict)
        let statement = try connection.cached(Self.putRequest)
        statement.bind(1, try number(of: request.environment))
        statement.bind(2, request.id)
        statement.bind(3, request.source)
        statement.bind(4, request.application)
        statement.bind(5, request.receivedAt)
        statement.bind(6, verdict.code.rawValue)
        statement.bind(7, verdict.event)
        statement.bind(8, verdict.number)
        statement.bind(9, verdict.name)
        statement.bind(10, verdict.reason)
        statement.bind(11, request.method)
        statement.bind(12, request.url)
        statement.bind(13, request.address?.bytes)
        statement.bind(14, HeaderRecord.encode(request.headers))
        statement.bind(15, request.sealed)
        statement.bind(16, request.sentID)
        statement.bind(17, request.sentType)
        statement.bind(18, Int64(request.size))
        statement.bind(19, request.body)
        try statement.run()
    }

    private static let putRequest = """
        INSERT INTO requests (
            environment, id, source, application, received_at, verdict, event, verdict_number, verdict_name, reason,
            method, url, address, headers, sealed, sent_id, sent_type, size, body
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
        ON CONFLICT (environment, id) DO UPDATE SET
            verdict = excluded.verdict, event = excluded.event, verdict_number = excluded.verdict_number,
            verdict_name = excluded.verdict_name, reason = excluded.reason, sent_id = excluded.sent_id,
            sent_type = excluded.sent_type, body = excluded.body
        """

    func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) throws(StoreError) -> Int {
        guard let number = try findNumber(of: environment) else { return 0 }
        let statement = try connection.cached(
            """
            DELETE FROM requests WHERE number IN (
                SELECT number FROM requests INDEXED BY requests_id
                WHERE environment = ?1 AND id < ?2 ORDER BY id LIMIT ?3)
            """)
        statement.bind(1, number)
        statement.bind(2, IdentifierRange<RequestKind>(since: nil, until: instant, before: nil).upper)
        statement.bind(3, Int64(max(0, limit)))
        try statement.run()
        return connection.changes
    }
}
