import MartletCore
import MartletStore

extension Reader {
    func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) throws(StoreError) -> DueDeliveries {
        // One row more than wanted tells when the next one is due.
        let statement = try connection.cached(Self.due)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        statement.bind(2, Int64(known.count + limit) + 1)
        var found = DueDeliveries(deliveries: [], nextDue: nil)
        var read = 0
        while try statement.step() {
            if !known.isEmpty, known.contains(try statement.identifier(2)) { continue }
            let due = statement.timestamp(1)
            guard due <= now, found.deliveries.count < limit, read < bytes else {
                found.nextDue = due
                break
            }
            giveWay(at: found.deliveries.count)
            let delivery = try deliveryWithEvent(statement)
            found.deliveries.append(delivery)
            read += delivery.event.body.bytes.count
        }
        return found
    }

    /// A row of the environment, something, and the columns of a delivery and of its event.
    func deliveryWithEvent(_ row: Statement) throws(StoreError) -> DeliveryWithEvent {
        let environment = try environment(row.integer(0))
        return DeliveryWithEvent(
            delivery: try DeliveryRow.read(row, from: 2, environment: environment),
            event: try EventRow.read(row, from: 2 + DeliveryRow.count, environment: environment))
    }

    static let due = """
        SELECT d.environment, d.state_at, \(DeliveryRow.columns), \(EventRow.columns)
        FROM deliveries d INDEXED BY deliveries_due \(DeliveryRow.joins)
        WHERE d.endpoint = (SELECT number FROM endpoints WHERE id = ?1) AND d.in_turn = 0 AND d.state = 0
        ORDER BY d.state_at, d.id LIMIT ?2
        """

    /// One step from endpoint to endpoint through the index, two where an endpoint has deliveries with a turn: as many
    /// seeks as there are endpoints that wait.
    func earliestDue() throws(StoreError) -> [EndpointID: Timestamp] {
        try connection.reading { () throws(StoreError) in
            let statement = try connection.cached(Self.earliestDue)
            var earliest: [EndpointID: Timestamp] = [:]
            var last: (endpoint: Int64, inTurn: Int64) = (0, 0)
            while true {
                defer { statement.reset() }
                statement.bind(1, last.endpoint)
                statement.bind(2, last.inTurn)
                guard try statement.step() else { return earliest }
                last = (statement.integer(0), statement.integer(1))
                let due = statement.timestamp(3)
                let endpoint: EndpointID = try statement.identifier(2)
                earliest[endpoint] = min(earliest[endpoint] ?? due, due)
            }
        }
    }

    /// What waits in turn at the endpoint itself, else the next endpoint's first. Not by comparing pairs: for `>`, SQLite would
    /// begin at the first row of that very pair and look through everything that waits there.
    static let earliestDue = """
        SELECT * FROM (
            SELECT d.endpoint, d.in_turn, p.id, d.state_at
            FROM deliveries d INDEXED BY deliveries_due CROSS JOIN endpoints p ON p.number = d.endpoint
            WHERE d.state = 0 AND d.endpoint = ?1 AND d.in_turn > ?2
            ORDER BY d.in_turn, d.state_at LIMIT 1
        )
        UNION ALL
        SELECT * FROM (
            SELECT d.endpoint, d.in_turn, p.id, d.state_at
            FROM deliveries d INDEXED BY deliveries_due CROSS JOIN endpoints p ON p.number = d.endpoint
            WHERE d.state = 0 AND d.endpoint > ?1
            ORDER BY d.endpoint, d.in_turn, d.state_at LIMIT 1
        )
        LIMIT 1
        """

    func backlog(of endpoint: EndpointID) throws(StoreError) -> Int {
        let statement = try connection.cached(Self.endpointBacklog)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    static let endpointBacklog = """
        SELECT count(*) FROM deliveries INDEXED BY deliveries_due
        WHERE endpoint = (SELECT number FROM endpoints WHERE id = ?1) AND state = 0
        """

    func backlogs() throws(StoreError) -> [EndpointBacklog] {
        try rows(of: try connection.cached(Self.backlogs)) { (row) throws(StoreError) in
            EndpointBacklog(
                endpoint: try row.identifier(0), application: try row.identifier(1), count: Int(row.integer(2)))
        }
    }

    static let backlogs = """
        SELECT p.id, p.application, b.waiting FROM (
            SELECT endpoint, count(*) AS waiting FROM deliveries INDEXED BY deliveries_due
            WHERE state = 0 GROUP BY endpoint
        ) b CROSS JOIN endpoints p ON p.number = b.endpoint
        """

    func waiting() throws(StoreError) -> [EnvironmentID: Int] {
        let counts = try rows(of: try connection.cached(Self.waitingInAll)) { (row) throws(StoreError) in
            (try environment(row.integer(0)), Int(row.integer(1)))
        }
        return Dictionary(counts) { $0 + $1 }
    }

    static let waitingInAll = """
        SELECT p.environment, sum(b.waiting) FROM (
            SELECT endpoint, count(*) AS waiting FROM deliveries INDEXED BY deliveries_due
            WHERE state = 0 GROUP BY endpoint
        ) b CROSS JOIN endpoints p ON p.number = b.endpoint GROUP BY p.environment
        """

    func backlog() throws(StoreError) -> Backlog {
        let statement = try connection.cached(Self.backlog)
        defer { statement.reset() }
        guard try statement.step() else { return Backlog(count: 0, earliestDue: nil) }
        return Backlog(count: Int(statement.integer(0)), earliestDue: statement.optionalTimestamp(1))
    }

    static let backlog = "SELECT count(*), min(state_at) FROM deliveries INDEXED BY deliveries_due WHERE state = 0"
}
