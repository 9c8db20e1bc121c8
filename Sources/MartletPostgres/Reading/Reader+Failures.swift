import MartletCore
import MartletStore

extension Reader {
    func failures(_ query: FailureQuery) throws(StoreError) -> FailureGroups {
        try snapshot { (connection) throws(StoreError) in
            var found = FailureGroups()
            var endpoints: [EndpointID]?
            if let application = query.application {
                let own = try self.endpoints(of: application, on: connection)
                if own.count <= DeliveryListing.mergeBound { endpoints = own }
            }
            for kind in FailureListing.Kind.allCases {
                guard let endpoints else {
                    try group(kind, of: nil, query, most: FailureQuery.scanLimit, on: connection, into: &found)
                    continue
                }
                let share = FailureQuery.share(ofEndpoints: endpoints.count)
                for endpoint in endpoints {
                    try group(kind, of: endpoint, query, most: share, on: connection, into: &found)
                }
            }
            return found
        }
    }

    /// Adds the newest deliveries of a kind, to one endpoint or in the whole environment, to `found`.
    private func group(
        _ kind: FailureListing.Kind, of endpoint: EndpointID?, _ query: FailureQuery, most: Int,
        on connection: Connection, into found: inout FailureGroups
    ) throws(StoreError) {
        let rows = try connection.query(FailureListing.sql(kind, ofEndpoint: endpoint != nil)) { parameters in
            parameters.add(query.environment)
            parameters.add(IdentifierRange<DeliveryKind>(since: query.since, until: nil, before: nil).lower)
            parameters.add(most)
            parameters.add(endpoint)
            parameters.add(query.application)
        }
        let groups = try rows.map { (row) throws(StoreError) -> FailureGroup? in
            let count = Int(row.integer(3))
            if row.integer(7) == most { found.isPartial = true }
            let reason = FailureGroup.Reason(
                failure: row.optionalText(1), status: row.optionalInteger(2).map(Int.init))
            guard let reason else { return nil }
            return FailureGroup(
                key: .init(endpoint: try row.identifier(0), reason: reason), failed: kind == .failed ? count : 0,
                waiting: kind == .waiting ? count : 0, first: row.timestamp(4), last: row.timestamp(5),
                example: try row.identifier(6))
        }
        for group in groups.compactMap(\.self) { found.add(group) }
    }
}

/// How the deliveries that failures are grouped from are found.
enum FailureListing {
    enum Kind: CaseIterable {
        /// They failed for good.
        case failed
        /// They failed, and wait to be tried again.
        case waiting
    }

    /// The groups, and a row without a reason that says how many deliveries were looked at. Parameters: 1 the environment,
    /// 2 the least id, 3 how many deliveries, 4 the endpoint, 5 the application.
    static func sql(_ kind: Kind, ofEndpoint: Bool) -> String {
        let condition =
            switch kind {
            case .failed: "d.state = 2"
            case .waiting: "d.state = 0 AND d.attempts > 0"
            }
        // LATERAL with a limit: whatever the planner thinks of so many rows, each attempt is found by its key.
        return """
            WITH looked AS MATERIALIZED (
                SELECT d.environment, d.id, d.endpoint, d.attempts FROM deliveries d
                WHERE d.environment = $1::uuid AND d.id >= $2::uuid AND \(condition)
                    AND \(ofEndpoint ? "d.endpoint = $4::uuid" : "$4::uuid IS NULL")
                ORDER BY d.id DESC LIMIT $3::bigint
            )
            SELECT l.endpoint, a.failure, a.status, count(*), min(a.started_at), max(a.started_at),
                (array_agg(l.id ORDER BY a.started_at DESC, l.id DESC))[1], 0::bigint
            FROM looked l JOIN endpoints p ON p.environment = l.environment AND p.id = l.endpoint
            CROSS JOIN LATERAL (
                SELECT t.failure, t.status, t.started_at FROM attempts t
                WHERE t.environment = l.environment AND t.delivery = l.id AND t.number = l.attempts
                    AND t.delivery >= $2::uuid LIMIT 1
            ) a
            WHERE $5::uuid IS NULL OR p.application = $5::uuid
            GROUP BY l.endpoint, a.failure, a.status
            UNION ALL SELECT NULL, NULL, NULL, 0, NULL, NULL, NULL, count(*) FROM looked
            """
    }
}
