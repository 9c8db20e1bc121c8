import MartletCore
import MartletStore

extension Reader {
    func health() throws(StoreError) -> [EndpointHealth] {
        try query("\(Self.health) WHERE p.deleted_at IS NULL ORDER BY p.id").map(Self.readHealth)
    }

    func health(of endpoint: EndpointID) throws(StoreError) -> EndpointHealth? {
        try query("\(Self.health) WHERE p.id = $1::uuid AND p.deleted_at IS NULL") { $0.add(endpoint) }
            .first.map(Self.readHealth)
    }

    private static let health = """
        SELECT p.id, p.environment, h.failing_since, h.failures, h.warned_at, h.last_success_at
        FROM endpoints p JOIN endpoint_health h ON h.environment = p.environment AND h.endpoint = p.id
        """

    private static func readHealth(_ row: Row) throws(StoreError) -> EndpointHealth {
        EndpointHealth(
            endpoint: try row.identifier(0), environment: try row.identifier(1),
            failingSince: row.optionalTimestamp(2), failures: Int(row.integer(3)),
            warnedAt: row.optionalTimestamp(4), lastSuccessAt: row.optionalTimestamp(5))
    }

    func operationalEvents(
        _ query: OperationalEventQuery
    ) throws(StoreError) -> Found<OperationalEvent, OperationalEventID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        let application = query.application == nil ? "$4::uuid IS NULL" : "application = $4::uuid"
        let endpoint = query.endpoint == nil ? "$5::uuid IS NULL" : "endpoint = $5::uuid"
        let kind = query.kind == nil ? "$6::text IS NULL" : "kind = $6::text"
        let range = IdentifierRange<OperationalEventKind>(since: query.since, until: nil, before: query.before)
        let found = try self.query(
            """
            SELECT id, application, endpoint, kind, created_at, data FROM operational_events
            WHERE environment = $1::uuid AND id < $2::uuid AND id >= $7::uuid AND \(application)
                AND \(endpoint) AND \(kind)
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) { parameters in
            parameters.add(query.environment)
            parameters.add(range.upper)
            // One more than wanted tells whether there is a next page.
            parameters.add(query.limit + 1)
            parameters.add(query.application)
            parameters.add(query.endpoint)
            parameters.add(query.kind?.rawValue)
            parameters.add(range.lower)
        }.map { (row) throws(StoreError) in
            OperationalEvent(
                id: try row.identifier(0), environment: query.environment, application: try row.identifier(1),
                endpoint: try row.optionalIdentifier(2), kind: OperationalEvent.Kind(rawValue: row.text(3)),
                createdAt: row.timestamp(4), data: row.bytes(5))
        }
        let page = Array(found.prefix(query.limit))
        return Found(items: page, next: found.count > page.count ? page.last?.id : nil)
    }

    func untoldOperationalEvents(limit: Int) throws(StoreError) -> [OperationalEvent] {
        try query(Self.untoldOperationalEvents) { $0.add(max(0, limit)) }.map { (row) throws(StoreError) in
            OperationalEvent(
                id: try row.identifier(0), environment: try row.identifier(6), application: try row.identifier(1),
                endpoint: try row.optionalIdentifier(2), kind: OperationalEvent.Kind(rawValue: row.text(3)),
                createdAt: row.timestamp(4), data: row.bytes(5))
        }
    }

    static let untoldOperationalEvents = """
        SELECT id, application, endpoint, kind, created_at, data, environment FROM operational_events
        WHERE NOT is_told ORDER BY id LIMIT $1::bigint
        """

    func nodes() throws(StoreError) -> [Node] {
        try query(
            """
            SELECT number, name, floor(extract(epoch FROM joined_at) * 1000)::bigint,
                floor(extract(epoch FROM beat_at) * 1000)::bigint
            FROM nodes WHERE state = 0 ORDER BY number
            """
        ).map { (row) throws(StoreError) in
            Node(
                number: NodeNumber(rawValue: Int32(truncatingIfNeeded: row.integer(0))), name: row.text(1),
                joinedAt: row.timestamp(2), lastBeatAt: row.timestamp(3))
        }
    }
}
