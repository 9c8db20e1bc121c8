import MartletCore
import MartletStore

extension Writer {
    func join(as name: String, lease: Duration) throws(StoreError) -> NodeNumber {
        let connection = try session.connected()
        let rows = try connection.query(
            "INSERT INTO nodes (name, lease) VALUES ($1::text, $2::bigint) RETURNING number"
        ) { parameters in
            parameters.add(name)
            parameters.add(max(1, lease.wholeMilliseconds))
        }
        let node = NodeNumber(rawValue: Int32(truncatingIfNeeded: rows.first?.integer(0) ?? 0))
        membership.joined(node)
        return node
    }

    /// Beats, and takes for dead whoever has not beaten for a lease.
    func beat() throws(StoreError) {
        let node = try membership.requireNode()
        let connection = try session.connected()
        let rows = try connection.pipeline { (pipeline) throws(StoreError) in
            try pipeline.add(
                """
                UPDATE nodes SET beat_at = clock_timestamp() WHERE number = $1::integer AND state = 0
                """
            ) { $0.add(node.rawValue) }
            try pipeline.add(Self.declareLapsed) { $0.add(node.rawValue) }
        }
        guard rows.first?.affected == 1 else {
            throw .lapsed("This node was taken for dead by the others, and has to join again.")
        }
    }

    /// Takes for dead whoever has not beaten for a lease.
    static let declareLapsed = "SELECT declare_lapsed($1::integer)"

    func leave() throws(StoreError) {
        guard let node = membership.node else { return }
        let connection = try session.connected()
        try connection.transaction { () throws(StoreError) in
            // What is being written still counts: it is waited for.
            _ = try connection.query(
                "SELECT pg_advisory_xact_lock(hashtext('martlet ' || current_schema()), $1::integer)"
            ) { $0.add(node.rawValue) }
            _ = try connection.query("UPDATE nodes SET state = 2 WHERE number = $1::integer AND state = 0") {
                $0.add(node.rawValue)
            }
        }
        membership.left()
    }

    // MARK: Taking over

    func takeOver(limit: Int) throws(StoreError) -> TakeOver {
        let node = try membership.requireNode()
        guard limit > 0 else { return TakeOver(isOver: false) }
        return try transaction { (connection) throws(StoreError) in
            _ = try connection.query(Self.declareLapsed) { $0.add(node.rawValue) }
            var step = TakeOver(isOver: true)
            for sql in [Self.takeOverOwned, Self.takeOverStrays] {
                let rows = try connection.query(sql) { parameters in
                    parameters.add(node.rawValue)
                    parameters.add(limit)
                }
                var taken = 0
                for share in try rows.map(Self.share) {
                    taken += share.count
                    guard let endpoint = share.endpoint else { continue }
                    let before = step.endpoints[endpoint]
                    step.endpoints[endpoint] = TakeOver.Share(
                        application: share.application, count: share.count + (before?.count ?? 0),
                        earliestDue: min(share.earliestDue, before?.earliestDue ?? share.earliestDue))
                }
                if taken >= limit {
                    step.isOver = false
                    return step
                }
            }
            // Numbers that nothing scheduled belongs to any more; whoever had one has lapsed all the same.
            _ = try connection.query(
                """
                DELETE FROM nodes n WHERE n.state <> 0
                    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.owner = n.number AND d.state = 0)
                """)
            return step
        }
    }

    private static func share(
        _ row: Row
    ) throws(StoreError) -> (endpoint: EndpointID?, application: ApplicationID, count: Int, earliestDue: Timestamp) {
        (
            row.boolean(4) ? try row.identifier(0) : nil, try row.identifier(1), Int(row.integer(2)), row.timestamp(3)
        )
    }

    /// What was a lapsed node's own; for an exclusive endpoint it is the lease's holder's from now on. Several nodes take what
    /// the others have not locked.
    static let takeOverOwned = takeOver(
        """
        SELECT w.environment, w.id FROM (SELECT number FROM nodes WHERE state <> 0) o
        CROSS JOIN LATERAL (
            SELECT environment, id FROM deliveries WHERE owner = o.number AND state = 0
            LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        ) w LIMIT $2::bigint
        """)

    /// What waits for the holder of a lease that nobody alive holds, of an endpoint that is no longer exclusive.
    static let takeOverStrays = takeOver(
        """
        SELECT w.environment, w.id FROM (
            WITH RECURSIVE waiting AS (
                (SELECT endpoint FROM deliveries WHERE owner = 0 AND state = 0 ORDER BY endpoint LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT d.endpoint FROM deliveries d
                    WHERE d.owner = 0 AND d.state = 0 AND d.endpoint > w.endpoint ORDER BY d.endpoint LIMIT 1)
                FROM waiting w WHERE w.endpoint IS NOT NULL
            )
            SELECT w.endpoint FROM waiting w JOIN endpoints p ON p.id = w.endpoint
            WHERE NOT p.is_exclusive AND NOT EXISTS (
                SELECT 1 FROM endpoint_leases l JOIN nodes n ON n.number = l.node AND n.state = 0
                WHERE l.endpoint = p.id AND l.node <> $1::integer)
        ) o
        CROSS JOIN LATERAL (
            SELECT environment, id FROM deliveries WHERE owner = 0 AND endpoint = o.endpoint AND state = 0
            LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        ) w LIMIT $2::bigint
        """)

    private static func takeOver(_ found: String) -> String {
        """
        WITH found AS MATERIALIZED (\(found)), taken AS (
            UPDATE deliveries d
            SET owner = CASE WHEN p.is_exclusive AND d.cause <> 2 THEN 0 ELSE $1::integer END
            FROM found f JOIN endpoints p ON p.environment = f.environment
            WHERE d.environment = f.environment AND d.id = f.id AND d.endpoint = p.id
            RETURNING d.endpoint, p.application, d.state_at, d.owner
        )
        SELECT endpoint, application, count(*), min(state_at), owner <> 0 FROM taken
        GROUP BY endpoint, application, owner <> 0
        """
    }

    // MARK: Leases

    func claimEndpoints() throws(StoreError) -> Set<EndpointID> {
        let node = try membership.requireNode()
        let rows = try transaction { (connection) throws(StoreError) in
            // One node after the other, so that each sees what the others have.
            _ = try connection.query(Lock.take(.leases))
            _ = try connection.query(Self.declareLapsed) { $0.add(node.rawValue) }
            _ = try connection.query(Self.claimEndpoints) { $0.add(node.rawValue) }
            return try connection.query("SELECT endpoint FROM endpoint_leases WHERE node = $1::integer") {
                $0.add(node.rawValue)
            }
        }
        let leases = Set(try rows.map { (row) throws(StoreError) in try row.identifier(0, EndpointKind.self) })
        membership.leases = leases
        return leases
    }

    func claimEndpoint(_ endpoint: EndpointID) throws(StoreError) {
        let node = try membership.requireNode()
        let isHeld = try transaction { (connection) throws(StoreError) in
            _ = try connection.query(Lock.take(.leases))
            return try connection.query(
                """
                INSERT INTO endpoint_leases (environment, endpoint, node)
                SELECT p.environment, p.id, $2::integer FROM endpoints p
                WHERE p.id = $1::uuid AND p.is_exclusive AND p.deleted_at IS NULL
                ON CONFLICT (environment, endpoint) DO UPDATE SET node = excluded.node
                """
            ) {
                $0.add(endpoint)
                $0.add(node.rawValue)
            }.affected == 1
        }
        if isHeld { membership.hold(endpoint) }
    }

    static let claimEndpoints = """
        WITH share AS MATERIALIZED (
            SELECT ceil(
                (SELECT count(*) FROM endpoints WHERE is_exclusive AND deleted_at IS NULL)::numeric
                / greatest(1, (SELECT count(*) FROM nodes WHERE state = 0))
            ) - (
                SELECT count(*) FROM endpoint_leases l JOIN endpoints p ON p.environment = l.environment AND p.id = l.endpoint
                WHERE l.node = $1::integer AND p.is_exclusive AND p.deleted_at IS NULL
            ) AS room
        )
        INSERT INTO endpoint_leases (environment, endpoint, node)
        SELECT p.environment, p.id, $1::integer FROM endpoints p
        WHERE p.is_exclusive AND p.deleted_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM endpoint_leases l JOIN nodes n ON n.number = l.node AND n.state = 0 WHERE l.endpoint = p.id)
        ORDER BY p.id LIMIT (SELECT greatest(0, room)::bigint FROM share)
        ON CONFLICT (environment, endpoint) DO UPDATE SET node = excluded.node
        """

    /// How many deliveries move by one transaction.
    private static let rehomeStep = 2000

    func rehome(_ endpoint: EndpointID) throws(StoreError) {
        let node = try membership.requireNode()
        while try rehomeSome(endpoint, node) {}
    }

    /// Moves some, and says whether there may be more.
    private func rehomeSome(_ endpoint: EndpointID, _ node: NodeNumber) throws(StoreError) -> Bool {
        try transaction { (connection) throws(StoreError) in
            let rows = try connection.query(
                """
                SELECT p.is_exclusive, EXISTS (
                    SELECT 1 FROM endpoint_leases l WHERE l.endpoint = p.id AND l.node = $2::integer)
                FROM endpoints p WHERE p.id = $1::uuid
                """
            ) { parameters in
                parameters.add(endpoint)
                parameters.add(node.rawValue)
            }
            guard let row = rows.first else { return false }
            let (isExclusive, holdsLease) = (row.boolean(0), row.boolean(1))
            guard isExclusive || holdsLease else { return false }
            let moved = try connection.query(Self.rehome) { parameters in
                parameters.add(endpoint)
                parameters.add(isExclusive ? node.rawValue : 0)
                parameters.add(isExclusive ? 0 : node.rawValue)
                parameters.add(Self.rehomeStep)
            }
            if moved.affected == Self.rehomeStep { return true }
            if !isExclusive {
                _ = try connection.query("DELETE FROM endpoint_leases WHERE endpoint = $1::uuid AND node = $2::integer")
                {
                    $0.add(endpoint)
                    $0.add(node.rawValue)
                }
                membership.release(endpoint)
            } else if moved.affected > 0, !holdsLease {
                try notify(.due([endpoint]), on: connection)
            }
            return false
        }
    }

    static let rehome = """
        UPDATE deliveries d SET owner = $3::integer
        FROM (
            SELECT environment, id FROM deliveries
            WHERE owner = $2::integer AND endpoint = $1::uuid AND state = 0 AND (cause <> 2 OR $2::integer = 0)
            LIMIT $4::bigint FOR UPDATE
        ) w
        WHERE d.environment = w.environment AND d.id = w.id
        """

    func claim(_ duty: Duty) throws(StoreError) -> Bool {
        let node = try membership.requireNode()
        return try transaction { (connection) throws(StoreError) in
            _ = try connection.query(Self.declareLapsed) { $0.add(node.rawValue) }
            return try connection.query(Self.claimDuty) { parameters in
                parameters.add(duty.rawValue)
                parameters.add(node.rawValue)
            }.count == 1
        }
    }

    static let claimDuty = """
        INSERT INTO duties AS d (name, node) VALUES ($1::text, $2::integer)
        ON CONFLICT (name) DO UPDATE SET node = excluded.node
            WHERE d.node = excluded.node
                OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.number = d.node AND n.state = 0)
        RETURNING node
        """
}
