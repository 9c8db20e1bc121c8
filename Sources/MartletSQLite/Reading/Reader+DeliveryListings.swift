import MartletCore
import MartletStore

extension Reader {
    func delivery(_ id: DeliveryID, in environment: EnvironmentID) throws(StoreError) -> Delivery? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            """
            SELECT \(DeliveryRow.columns) FROM deliveries d \(DeliveryRow.joins)
            WHERE d.environment = ?1 AND d.id = ?2
            """)
        statement.bind(1, number)
        statement.bind(2, id)
        return try rows(of: statement) { (row) throws(StoreError) in
            try DeliveryRow.read(row, environment: environment)
        }.first
    }

    func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) throws(StoreError) -> [Delivery] {
        guard let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(Self.deliveriesOfEvent)
        statement.bind(1, number)
        statement.bind(2, event)
        statement.bind(3, Int64(limit))
        return try rows(of: statement) { (row) throws(StoreError) in
            try DeliveryRow.read(row, environment: environment)
        }
    }

    // The bound on the id bounds nothing: it has SQLite take the index's order instead of sorting.
    static let deliveriesOfEvent = """
        SELECT \(DeliveryRow.columns) FROM deliveries d INDEXED BY deliveries_of_event \(DeliveryRow.joins)
        WHERE d.event = (SELECT number FROM events WHERE environment = ?1 AND id = ?2) AND d.environment = ?1
            AND d.id > x''
        ORDER BY d.id LIMIT ?3
        """

    func attempts(of delivery: DeliveryID) throws(StoreError) -> [Attempt] {
        let statement = try connection.cached(
            "SELECT \(AttemptRow.columns) FROM attempts WHERE delivery = ?1 ORDER BY number")
        statement.bind(1, delivery)
        return try rows(of: statement) { (row) throws(StoreError) in try AttemptRow.read(row, delivery: delivery) }
    }

    func hours(in environment: EnvironmentID, since: Timestamp) throws(StoreError) -> [EnvironmentHour] {
        guard let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(
            """
            SELECT \(Self.environmentHourColumns) FROM environment_hours
            WHERE environment = ?1 AND hour >= ?2 ORDER BY hour
            """)
        statement.bind(1, number)
        statement.bind(2, since.startOfHour)
        return try rows(of: statement) { (row) throws(StoreError) in try environmentHour(row, in: environment) }
    }

    static let environmentHourColumns = "hour, succeeded, failed, most_waiting, latency"

    func environmentHour(_ row: Statement, in environment: EnvironmentID) throws(StoreError) -> EnvironmentHour {
        EnvironmentHour(
            environment: environment, hour: row.timestamp(0), succeeded: Int(row.integer(1)),
            failed: Int(row.integer(2)), mostWaiting: row.optionalInteger(3).map(Int.init),
            latency: try LatencyRecord.decode(row.bytes(4), of: environment))
    }

    func hours(of endpoint: EndpointID, since: Timestamp) throws(StoreError) -> [EndpointHour] {
        let statement = try connection.cached(
            """
            SELECT p.environment, h.hour, h.succeeded, h.failed, h.latency
            FROM endpoints p CROSS JOIN endpoint_hours h ON h.endpoint = p.number
            WHERE p.id = ?1 AND h.hour >= ?2 ORDER BY h.hour
            """)
        statement.bind(1, endpoint)
        statement.bind(2, since.startOfHour)
        return try rows(of: statement) { (row) throws(StoreError) in
            EndpointHour(
                environment: try environment(row.integer(0)), endpoint: endpoint, hour: row.timestamp(1),
                succeeded: Int(row.integer(2)), failed: Int(row.integer(3)),
                latency: try LatencyRecord.decode(row.bytes(4), of: endpoint))
        }
    }

    func deliveries(_ query: DeliveryQuery) throws(StoreError) -> Found<Delivery, DeliveryID> {
        guard query.limit > 0, let environment = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        return try connection.reading { () throws(StoreError) in
            if query.event == nil, query.endpoint == nil, let application = query.application {
                let endpoints = try endpoints(of: application)
                if endpoints.count <= DeliveryListing.mergeBound {
                    return try merged(endpoints, query, in: environment)
                }
            }
            let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            return try page(query, in: environment, range)
        }
    }

    /// The endpoints of an application, deleted or not; one more than can be merged at most.
    func endpoints(of application: ApplicationID) throws(StoreError) -> [EndpointID] {
        let statement = try connection.cached(
            "SELECT id FROM endpoints INDEXED BY endpoints_of_application WHERE application = ?1 LIMIT ?2")
        statement.bind(1, application)
        statement.bind(2, Int64(DeliveryListing.mergeBound) + 1)
        return try rows(of: statement) { (row) throws(StoreError) in try row.identifier(0) }
    }

    /// A page made from one of each endpoint.
    private func merged(
        _ endpoints: [EndpointID], _ query: DeliveryQuery, in environment: Int64
    ) throws(StoreError) -> Found<Delivery, DeliveryID> {
        var items: [Delivery] = []
        // The newest place up to which some endpoint's page got: below it, something may be missing.
        var floor: DeliveryID?
        for endpoint in endpoints {
            var part = query
            part.endpoint = endpoint
            var range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            if let floor { range.lower = max(range.lower, floor) }
            let found = try page(part, in: environment, range)
            items += found.items
            if let next = found.next { floor = max(floor ?? next, next) }
        }
        if let reached = floor { items.removeAll { $0.id < reached } }
        items.sort { $0.id > $1.id }
        guard items.count > query.limit else { return Found(items: items, next: floor) }
        items.removeLast(items.count - query.limit)
        return Found(items: items, next: items.last?.id)
    }

    /// A page along one index.
    private func page(
        _ query: DeliveryQuery, in environment: Int64, _ range: IdentifierRange<DeliveryKind>
    ) throws(StoreError) -> Found<Delivery, DeliveryID> {
        var listing = DeliveryListing(query)
        if listing.status == .scheduled, query.event == nil, try isBacklogShort(of: query.endpoint) {
            listing.path = .backlog
        }
        let statement = try connection.cached(listing.sql)
        defer { statement.reset() }
        listing.bind(range, in: environment, to: statement)
        var found = Found<Delivery, DeliveryID>(items: [], next: nil)
        var looked = 0
        while try statement.step() {
            if found.items.count == query.limit {
                found.next = found.items.last?.id
                break
            }
            looked += 1
            if listing.passes(statement) {
                found.items.append(try DeliveryRow.read(statement, environment: query.environment))
            }
            if looked == EventQuery.scanLimit {
                found.next = try statement.identifier(0, DeliveryKind.self)
                break
            }
        }
        return found
    }

    /// Whether so few deliveries are scheduled, at one endpoint or all in all, that they can be sorted by id at once.
    func isBacklogShort(of endpoint: EndpointID?) throws(StoreError) -> Bool {
        let statement = try connection.cached(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM deliveries INDEXED BY deliveries_due WHERE state = 0 \(
                    endpoint == nil ? "" : "AND endpoint = (SELECT number FROM endpoints WHERE id = ?2)") LIMIT ?1)
            """)
        defer { statement.reset() }
        statement.bind(1, Int64(EventQuery.scanLimit))
        if let endpoint { statement.bind(2, endpoint) }
        return try statement.step() && statement.integer(0) < EventQuery.scanLimit
    }
}
