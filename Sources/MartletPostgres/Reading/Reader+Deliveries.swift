import MartletCore
import MartletStore

extension Reader {
    func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) throws(StoreError) -> DueDeliveries {
        // One row more than wanted tells when the next one is due.
        let rows = try query(Self.due) { parameters in
            parameters.add(endpoint)
            parameters.add(limit + 1)
            parameters.add(membership.owner)
            parameters.array(Array(known))
            parameters.add(bytes)
        }
        var found = DueDeliveries(deliveries: [], nextDue: nil)
        for (due, delivery) in try rows.map({ (row) throws(StoreError) in
            (row.timestamp(1), try Self.deliveryWithEvent(row))
        }) {
            guard due <= now, found.deliveries.count < limit, let delivery else {
                found.nextDue = due
                break
            }
            found.deliveries.append(delivery)
        }
        return found
    }

    /// A row of the environment, something, and the columns of a delivery and of its event; `nil` without body.
    static func deliveryWithEvent(_ row: Row) throws(StoreError) -> DeliveryWithEvent? {
        guard EventRow.hasBody(row, from: 2 + DeliveryRow.count) else { return nil }
        let environment: EnvironmentID = try row.identifier(0)
        return DeliveryWithEvent(
            delivery: try DeliveryRow.read(row, from: 2, environment: environment),
            event: try EventRow.read(row, from: 2 + DeliveryRow.count, environment: environment))
    }

    /// This node's own, and those of an endpoint whose lease it holds.
    static let due = """
        SELECT d.environment, d.state_at, \(DeliveryRow.columns),
            \(EventRow.columns(upTo: "$5::bigint", orderedBy: "d.state_at, d.id"))
        FROM (
            (SELECT * FROM deliveries
            WHERE owner = $3::integer AND endpoint = $1::uuid AND NOT in_turn AND state = 0 AND id <> ALL ($4::uuid[])
            ORDER BY state_at, id LIMIT $2::bigint)
            UNION ALL
            (SELECT * FROM deliveries
            WHERE owner = 0 AND endpoint = $1::uuid AND NOT in_turn AND state = 0 AND id <> ALL ($4::uuid[])
                AND \(holdsLease)
            ORDER BY state_at, id LIMIT $2::bigint)
            ORDER BY state_at, id LIMIT $2::bigint
        ) d \(DeliveryRow.eventJoins)
        ORDER BY d.state_at, d.id
        """

    /// Whether node $3 holds the lease of endpoint $1.
    static let holdsLease = """
        EXISTS (SELECT 1 FROM endpoint_leases l WHERE l.endpoint = $1::uuid AND l.node = $3::integer)
        """

    /// From endpoint to endpoint through the index, twice: as many seeks as there are endpoints that wait. Then the endpoints
    /// whose leases this node holds.
    func earliestDue() throws(StoreError) -> [EndpointID: Timestamp] {
        let rows = try query(Self.earliestDue) { $0.add(membership.owner) }
        var earliest: [EndpointID: Timestamp] = [:]
        for (endpoint, due) in try rows.map({ (row) throws(StoreError) in
            (try row.identifier(0, EndpointKind.self), row.timestamp(1))
        }) { earliest[endpoint] = min(earliest[endpoint] ?? due, due) }
        return earliest
    }

    static let earliestDue = """
        WITH RECURSIVE waiting AS (
            (SELECT endpoint, in_turn, state_at FROM deliveries WHERE owner = $1::integer AND state = 0
            ORDER BY endpoint, in_turn, state_at LIMIT 1)
            UNION ALL
            SELECT n.endpoint, n.in_turn, n.state_at FROM waiting w CROSS JOIN LATERAL (
                SELECT d.endpoint, d.in_turn, d.state_at FROM deliveries d
                WHERE d.owner = $1::integer AND d.state = 0 AND (d.endpoint, d.in_turn) > (w.endpoint, w.in_turn)
                ORDER BY d.endpoint, d.in_turn, d.state_at LIMIT 1
            ) n
        )
        SELECT endpoint, state_at FROM waiting
        UNION ALL
        SELECT l.endpoint, n.state_at FROM endpoint_leases l
        CROSS JOIN (VALUES (false), (true)) AS t (in_turn)
        CROSS JOIN LATERAL (
            SELECT d.state_at FROM deliveries d
            WHERE d.owner = 0 AND d.state = 0 AND d.endpoint = l.endpoint AND d.in_turn = t.in_turn
            ORDER BY d.state_at LIMIT 1
        ) n
        WHERE l.node = $1::integer
        """

    func earliestDueAnywhere() throws(StoreError) -> [EndpointID: Timestamp] {
        var earliest: [EndpointID: Timestamp] = [:]
        for (endpoint, due) in try query(Self.earliestDueAnywhere).map({ (row) throws(StoreError) in
            (try row.identifier(0, EndpointKind.self), row.timestamp(1))
        }) { earliest[endpoint] = min(earliest[endpoint] ?? due, due) }
        return earliest
    }

    /// As ``earliestDue``, from owner to owner: as many steps as there are owners' endpoints that wait.
    static let earliestDueAnywhere = """
        WITH RECURSIVE waiting AS (
            (SELECT owner, endpoint, in_turn, state_at FROM deliveries WHERE state = 0
            ORDER BY owner, endpoint, in_turn, state_at LIMIT 1)
            UNION ALL
            SELECT n.owner, n.endpoint, n.in_turn, n.state_at FROM waiting w CROSS JOIN LATERAL (
                SELECT d.owner, d.endpoint, d.in_turn, d.state_at FROM deliveries d
                WHERE d.state = 0 AND (d.owner, d.endpoint, d.in_turn) > (w.owner, w.endpoint, w.in_turn)
                ORDER BY d.owner, d.endpoint, d.in_turn, d.state_at LIMIT 1
            ) n
        )
        SELECT endpoint, state_at FROM waiting
        """

    func waiting() throws(StoreError) -> [EnvironmentID: Int] {
        let counts = try query(Self.waitingInAll).map { (row) throws(StoreError) in
            (try row.identifier(0, EnvironmentKind.self), Int(row.integer(1)))
        }
        return Dictionary(counts) { $0 + $1 }
    }

    static let waitingInAll = "SELECT environment, count(*) FROM deliveries WHERE state = 0 GROUP BY environment"

    func backlog(of endpoint: EndpointID) throws(StoreError) -> Int {
        Int(try query(Self.endpointBacklog) { $0.add(endpoint) }.first?.integer(0) ?? 0)
    }

    static let endpointBacklog = """
        SELECT count(*) FROM \(Owners.all) o JOIN deliveries d
            ON d.owner = o.number AND d.endpoint = $1::uuid AND d.state = 0
        """

    func backlogs() throws(StoreError) -> [EndpointBacklog] {
        try query(Self.backlogs) { $0.add(membership.owner) }.map { (row) throws(StoreError) in
            EndpointBacklog(
                endpoint: try row.identifier(0), application: try row.identifier(1), count: Int(row.integer(2)))
        }
    }

    static let backlogs = """
        SELECT b.endpoint, p.application, sum(b.waiting)::bigint FROM (
            SELECT environment, endpoint, count(*) AS waiting FROM deliveries
            WHERE owner = $1::integer AND state = 0 GROUP BY environment, endpoint
            UNION ALL
            SELECT d.environment, d.endpoint, count(*) FROM endpoint_leases l
            JOIN deliveries d ON d.owner = 0 AND d.endpoint = l.endpoint AND d.state = 0
            WHERE l.node = $1::integer GROUP BY d.environment, d.endpoint
        ) b JOIN endpoints p ON p.environment = b.environment AND p.id = b.endpoint
        GROUP BY b.endpoint, p.application
        """

    func backlog() throws(StoreError) -> Backlog {
        guard let row = try query(Self.backlog).first else { return Backlog(count: 0, earliestDue: nil) }
        return Backlog(count: Int(row.integer(0)), earliestDue: row.optionalTimestamp(1))
    }

    static let backlog = "SELECT count(*), min(state_at) FROM deliveries WHERE state = 0"
}
