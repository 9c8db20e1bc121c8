import MartletCore
import MartletStore

extension Reader {
    func health() throws(StoreError) -> [EndpointHealth] {
        let statement = try connection.cached(
            "\(Self.health) WHERE p.deleted_at IS NULL ORDER BY p.id")
        return try rows(of: statement, readHealth)
    }

    func health(of endpoint: EndpointID) throws(StoreError) -> EndpointHealth? {
        let statement = try connection.cached("\(Self.health) WHERE p.id = ?1 AND p.deleted_at IS NULL")
        statement.bind(1, endpoint)
        return try rows(of: statement, readHealth).first
    }

    private static let health = "SELECT \(healthColumns) FROM \(healthJoin)"
    static let healthColumns = "p.id, p.environment, h.failing_since, h.failures, h.warned_at, h.last_success_at"
    static let healthJoin = "endpoints p CROSS JOIN endpoint_health h ON h.endpoint = p.number"

    func readHealth(_ row: Statement) throws(StoreError) -> EndpointHealth {
        EndpointHealth(
            endpoint: try row.identifier(0), environment: try environment(row.integer(1)),
            failingSince: row.optionalTimestamp(2), failures: Int(row.integer(3)),
            warnedAt: row.optionalTimestamp(4), lastSuccessAt: row.optionalTimestamp(5))
    }

    func operationalEvents(
        _ query: OperationalEventQuery
    ) throws(StoreError) -> Found<OperationalEvent, OperationalEventID> {
        guard query.limit > 0, let number = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        let statement = try connection.cached(Self.operationalEvents(query))
        statement.bind(1, number)
        let range = IdentifierRange<OperationalEventKind>(since: query.since, until: nil, before: query.before)
        statement.bind(2, range.upper)
        // One more than wanted tells whether there is a next page.
        statement.bind(3, Int64(query.limit) + 1)
        if let endpoint = query.endpoint {
            statement.bind(4, endpoint)
        } else if let application = query.application {
            statement.bind(4, application)
        }
        if query.endpoint != nil, let application = query.application { statement.bind(5, application) }
        statement.bind(6, range.lower)
        if let kind = query.kind { statement.bind(7, kind.rawValue) }
        let found = try rows(of: statement) { (row) throws(StoreError) in
            try operationalEvent(row, in: query.environment)
        }
        let page = Array(found.prefix(query.limit))
        return Found(items: page, next: found.count > page.count ? page.last?.id : nil)
    }

    func untoldOperationalEvents(limit: Int) throws(StoreError) -> [OperationalEvent] {
        let statement = try connection.cached(Self.untoldOperationalEvents)
        statement.bind(1, Int64(max(0, limit)))
        return try rows(of: statement) { (row) throws(StoreError) in
            try operationalEvent(row, in: try environment(row.integer(6)))
        }
    }

    static let untoldOperationalEvents = """
        SELECT \(operationalEventColumns), environment FROM operational_events INDEXED BY operational_events_untold
        WHERE is_told = 0 ORDER BY id LIMIT ?1
        """

    static let operationalEventColumns = "id, application, endpoint, kind, created_at, data"

    func operationalEvent(
        _ row: Statement, in environment: EnvironmentID
    ) throws(StoreError) -> OperationalEvent {
        OperationalEvent(
            id: try row.identifier(0), environment: environment, application: try row.identifier(1),
            endpoint: try row.optionalIdentifier(2), kind: OperationalEvent.Kind(rawValue: row.text(3)),
            createdAt: row.timestamp(4), data: row.bytes(5))
    }

    /// The text of a listing, along the index that serves it.
    private static func operationalEvents(_ query: OperationalEventQuery) -> String {
        let (index, condition) =
            switch (query.endpoint, query.application) {
            case (nil, nil): (query.kind == nil ? "" : "INDEXED BY operational_events_of_kind", "")
            case (nil, _?): ("INDEXED BY operational_events_of_application", "AND application = ?4")
            case (_?, nil): ("INDEXED BY operational_events_of_endpoint", "AND endpoint = ?4")
            case (_?, _?): ("INDEXED BY operational_events_of_endpoint", "AND endpoint = ?4 AND application = ?5")
            }
        return """
            SELECT \(operationalEventColumns) FROM operational_events \(index)
            WHERE environment = ?1 AND id < ?2 AND id >= ?6 \(condition) \(query.kind == nil ? "" : "AND kind = ?7")
            ORDER BY id DESC LIMIT ?3
            """
    }
}
