import MartletCore
import MartletStore

extension Reader {
    func request(_ id: RequestID, in environment: EnvironmentID) throws(StoreError) -> StoredRequest? {
        try query(
            "SELECT \(RequestRow.columns), body FROM requests WHERE environment = $1::uuid AND id = $2::uuid"
        ) {
            $0.add(environment)
            $0.add(id)
        }.first.map { (row) throws(StoreError) in
            var request = try RequestRow.read(row, environment: environment)
            request.body = row.bytes(RequestRow.count)
            return request
        }
    }

    func requests(_ query: RequestQuery) throws(StoreError) -> Found<StoredRequest, RequestID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let bindRange: (Parameters) -> Void = { parameters in
            parameters.add(query.environment)
            parameters.add(range.lower)
            parameters.add(range.upper)
            parameters.add(query.source)
        }
        let looked = Self.looked(narrowed: query.source != nil)
        return try snapshot { (connection) throws(StoreError) in
            let items = try connection.query(
                """
                SELECT \(RequestRow.columns) FROM (\(looked)) r
                WHERE $5::smallint IS NULL OR verdict = $5::smallint ORDER BY id DESC LIMIT $6::bigint
                """
            ) { parameters in
                bindRange(parameters)
                parameters.add(query.verdict.map { Int16(truncatingIfNeeded: $0.rawValue) })
                parameters.add(query.limit + 1)
            }.map { (row) throws(StoreError) in try RequestRow.read(row, environment: query.environment) }
            guard items.count <= query.limit else {
                return Found(items: Array(items.prefix(query.limit)), next: items[query.limit - 1].id)
            }
            guard query.verdict != nil else { return Found(items: items, next: nil) }
            // The last request that one page looks at, where there are so many.
            let boundary = try connection.query(
                "SELECT id FROM (\(looked)) r ORDER BY id DESC OFFSET \(RequestQuery.scanLimit - 1) LIMIT 1",
                bindRange
            ).first
            return Found(items: items, next: try boundary.map { (row) throws(StoreError) in try row.identifier(0) })
        }
    }

    /// - Parameter narrowed: whether to one source.
    private static func looked(narrowed: Bool) -> String {
        """
        SELECT \(RequestRow.columns) FROM requests
        WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid
            AND \(narrowed ? "source = $4::uuid" : "$4::uuid IS NULL")
        ORDER BY id DESC LIMIT \(RequestQuery.scanLimit)
        """
    }
}
