import MartletCore
import MartletStore

extension Reader {
    func delivery(_ id: DeliveryID, in environment: EnvironmentID) throws(StoreError) -> Delivery? {
        try query(
            """
            SELECT \(DeliveryRow.columns) FROM deliveries d \(DeliveryRow.joins)
            WHERE d.environment = $1::uuid AND d.id = $2::uuid
            """
        ) {
            $0.add(environment)
            $0.add(id)
        }.first.map { (row) throws(StoreError) in try DeliveryRow.read(row, environment: environment) }
    }

    func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) throws(StoreError) -> [Delivery] {
        try query(Self.deliveriesOfEvent) { parameters in
            parameters.add(environment)
            parameters.add(event)
            parameters.add(limit)
        }.map { (row) throws(StoreError) in try DeliveryRow.read(row, environment: environment) }
    }

    static let deliveriesOfEvent = """
        SELECT \(DeliveryRow.columns) FROM deliveries d \(DeliveryRow.joins)
        WHERE d.event = $2::uuid AND d.environment = $1::uuid ORDER BY d.id LIMIT $3::bigint
        """

    func attempts(of delivery: DeliveryID) throws(StoreError) -> [Attempt] {
        try query(Self.attempts) { $0.add(delivery) }.map { (row) throws(StoreError) in
            try AttemptRow.read(row, delivery: delivery)
        }
    }

    // The environments are few, and part of the key.
    static let attempts = """
        SELECT \(AttemptRow.columns.split(separator: ", ").map { "a.\($0)" }.joined(separator: ", "))
        FROM environments v JOIN attempts a ON a.environment = v.id AND a.delivery = $1::uuid
        WHERE a.delivery = $1::uuid ORDER BY a.number
        """

    func hours(in environment: EnvironmentID, since: Timestamp) throws(StoreError) -> [EnvironmentHour] {
        try query(
            """
            SELECT hour, succeeded, failed, most_waiting, latency FROM environment_hours
            WHERE environment = $1::uuid AND hour >= $2::bigint ORDER BY hour
            """
        ) {
            $0.add(environment)
            $0.add(since.startOfHour)
        }.map { (row) throws(StoreError) in
            EnvironmentHour(
                environment: environment, hour: row.timestamp(0), succeeded: Int(row.integer(1)),
                failed: Int(row.integer(2)), mostWaiting: row.optionalInteger(3).map(Int.init),
                latency: try LatencyRecord.decode(row.bytes(4), of: environment))
        }
    }

    func hours(of endpoint: EndpointID, since: Timestamp) throws(StoreError) -> [EndpointHour] {
        try query(
            """
            SELECT h.environment, h.hour, h.succeeded, h.failed, h.latency
            FROM endpoints p JOIN endpoint_hours h ON h.environment = p.environment AND h.endpoint = p.id
            WHERE p.id = $1::uuid AND h.hour >= $2::bigint ORDER BY h.hour
            """
        ) {
            $0.add(endpoint)
            $0.add(since.startOfHour)
        }.map { (row) throws(StoreError) in
            EndpointHour(
                environment: try row.identifier(0), endpoint: endpoint, hour: row.timestamp(1),
                succeeded: Int(row.integer(2)), failed: Int(row.integer(3)),
                latency: try LatencyRecord.decode(row.bytes(4), of: endpoint))
        }
    }

    func deliveries(_ query: DeliveryQuery) throws(StoreError) -> Found<Delivery, DeliveryID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        return try snapshot { (connection) throws(StoreError) in
            if query.event == nil, query.endpoint == nil, let application = query.application {
                let endpoints = try endpoints(of: application, on: connection)
                if endpoints.count <= DeliveryListing.mergeBound { return try merged(endpoints, query, on: connection) }
            }
            let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            return try page(query, range, on: connection)
        }
    }

    /// The endpoints of an application, deleted or not; one more than can be merged at most.
    func endpoints(
        of application: ApplicationID, on connection: Connection
    ) throws(StoreError) -> [EndpointID] {
        try connection.query("SELECT id FROM endpoints WHERE application = $1::uuid LIMIT $2::bigint") {
            $0.add(application)
            $0.add(DeliveryListing.mergeBound + 1)
        }.map { (row) throws(StoreError) in try row.identifier(0) }
    }

    /// A page made from one of each endpoint.
    private func merged(
        _ endpoints: [EndpointID], _ query: DeliveryQuery, on connection: Connection
    ) throws(StoreError) -> Found<Delivery, DeliveryID> {
        var items: [Delivery] = []
        // The newest place up to which some endpoint's page got: below it, something may be missing.
        var floor: DeliveryID?
        for endpoint in endpoints {
            var part = query
            part.endpoint = endpoint
            var range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            if let floor { range.lower = max(range.lower, floor) }
            let found = try page(part, range, on: connection)
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
        _ query: DeliveryQuery, _ range: IdentifierRange<DeliveryKind>, on connection: Connection
    ) throws(StoreError) -> Found<Delivery, DeliveryID> {
        var listing = DeliveryListing(query)
        if listing.status == .scheduled, query.event == nil, try isBacklogShort(of: query.endpoint, on: connection) {
            listing.path = .backlog
        }
        let items = try connection.query(listing.sql) { listing.bind(range, to: $0) }.map { (row) throws(StoreError) in
            try DeliveryRow.read(row, environment: query.environment)
        }
        guard items.count <= query.limit else {
            return Found(items: Array(items.prefix(query.limit)), next: items[query.limit - 1].id)
        }
        guard listing.filters else { return Found(items: items, next: nil) }
        let boundary = try connection.query(listing.boundary) { listing.bindPath(range, to: $0) }.first
        return Found(items: items, next: try boundary.map { (row) throws(StoreError) in try row.identifier(0) })
    }

    /// Whether so few deliveries are scheduled, at one endpoint or all in all, that they can be sorted by id at once.
    func isBacklogShort(of endpoint: EndpointID?, on connection: Connection) throws(StoreError) -> Bool {
        let rows = try connection.query(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM \(Owners.all) o JOIN deliveries d ON d.owner = o.number AND d.state = 0
                    AND \(endpoint == nil ? "$1::uuid IS NULL" : "d.endpoint = $1::uuid")
                LIMIT \(EventQuery.scanLimit)) w
            """
        ) { $0.add(endpoint) }
        return (rows.first?.integer(0) ?? 0) < EventQuery.scanLimit
    }
}
