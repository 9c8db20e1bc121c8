import MartletCore
import MartletStore

extension Reader {
    func event(_ id: EventID, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try query("SELECT \(EventRow.columns) FROM events e WHERE e.environment = $1::uuid AND e.id = $2::uuid") {
            $0.add(environment)
            $0.add(id)
        }.first.map { (row) throws(StoreError) in try EventRow.read(row, environment: environment) }
    }

    func event(chosenID: String, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try query(
            """
            SELECT \(EventRow.columns) FROM chosen_ids c
            JOIN events e ON e.environment = c.environment AND e.id = c.event
            WHERE c.environment = $1::uuid AND c.chosen_id = $2::bytea
            """
        ) {
            $0.add(environment)
            $0.add(chosenID)
        }.first.map { (row) throws(StoreError) in try EventRow.read(row, environment: environment) }
    }

    func events(_ query: EventQuery) throws(StoreError) -> Found<Event, EventID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let bindRange: (Parameters) -> Void = { parameters in
            parameters.add(query.environment)
            parameters.add(range.lower)
            parameters.add(range.upper)
        }
        return try snapshot { (connection) throws(StoreError) in
            let items = try connection.query(Self.events) { parameters in
                bindRange(parameters)
                parameters.add(query.type)
                parameters.add(query.text)
                parameters.add(query.application)
                parameters.add((query.status?.storedCode.rawValue).map { Int16(truncatingIfNeeded: $0) })
                parameters.add(query.limit + 1)
            }.map { (row) throws(StoreError) in try EventRow.read(row, environment: query.environment) }
            guard items.count <= query.limit else {
                return Found(items: Array(items.prefix(query.limit)), next: items[query.limit - 1].id)
            }
            guard query.type != nil || query.text != nil || query.application != nil || query.status != nil else {
                return Found(items: items, next: nil)
            }
            let boundary = try connection.query(Self.boundary, bindRange).first
            return Found(items: items, next: try boundary.map { (row) throws(StoreError) in try row.identifier(0) })
        }
    }

    private static let looked = """
        SELECT * FROM events
        WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid
        ORDER BY id DESC LIMIT \(EventQuery.scanLimit)
        """

    // The cheapest first; the body, which may lie elsewhere, before the deliveries in another table.
    static let events = """
        SELECT \(EventRow.columns) FROM (\(looked)) e
        WHERE ($4::text IS NULL OR e.type = $4::text)
            AND ($5::bytea IS NULL OR position($5::bytea IN e.body) > 0)
            AND CASE
                WHEN $7::smallint IS NULL AND ($6::uuid IS NULL OR e.application = $6::uuid) THEN true
                ELSE EXISTS (
                    SELECT 1 FROM deliveries d JOIN endpoints p ON p.environment = d.environment AND p.id = d.endpoint
                    WHERE d.event = e.id AND d.environment = e.environment
                        AND ($6::uuid IS NULL OR p.application = $6::uuid)
                        AND ($7::smallint IS NULL OR d.state = $7::smallint))
                END
        ORDER BY e.id DESC LIMIT $8::bigint
        """

    /// The last event that one page looks at, where there are so many.
    private static let boundary = """
        SELECT id FROM (\(looked)) e ORDER BY id DESC OFFSET \(EventQuery.scanLimit - 1) LIMIT 1
        """
}
