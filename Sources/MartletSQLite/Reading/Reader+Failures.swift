import MartletCore
import MartletStore

extension Reader {
    func failures(_ query: FailureQuery) throws(StoreError) -> FailureGroups {
        guard let environment = try number(of: query.environment) else { return FailureGroups() }
        return try connection.reading { () throws(StoreError) in
            var found = FailureGroups()
            var endpoints: [EndpointID]?
            if let application = query.application {
                let own = try self.endpoints(of: application)
                if own.count <= DeliveryListing.mergeBound { endpoints = own }
            }
            for kind in FailureListing.Kind.allCases {
                guard let endpoints else {
                    try group(kind, of: nil, query, in: environment, most: FailureQuery.scanLimit, into: &found)
                    continue
                }
                let share = FailureQuery.share(ofEndpoints: endpoints.count)
                for endpoint in endpoints {
                    try group(kind, of: endpoint, query, in: environment, most: share, into: &found)
                }
            }
            return found
        }
    }

    /// Adds the newest deliveries of a kind, to one endpoint or in the whole environment, to `found`.
    private func group(
        _ kind: FailureListing.Kind, of endpoint: EndpointID?, _ query: FailureQuery, in environment: Int64, most: Int,
        into found: inout FailureGroups
    ) throws(StoreError) {
        let statement = try connection.cached(FailureListing.sql(kind, ofEndpoint: endpoint != nil))
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, IdentifierRange<DeliveryKind>(since: query.since, until: nil, before: nil).lower)
        statement.bind(3, Int64(most))
        if let endpoint { statement.bind(4, endpoint) }
        var looked = 0
        while try statement.step() {
            looked += 1
            if let application = query.application, try statement.identifier(2) != application { continue }
            let reason = FailureGroup.Reason(
                failure: statement.optionalText(3), status: statement.optionalInteger(4).map(Int.init))
            // One whose attempts have gone with their age says nothing.
            guard let reason else { continue }
            let startedAt = statement.timestamp(5)
            found.add(
                FailureGroup(
                    key: .init(endpoint: try statement.identifier(1), reason: reason), failed: kind == .failed ? 1 : 0,
                    waiting: kind == .waiting ? 1 : 0, first: startedAt, last: startedAt,
                    example: try statement.identifier(0)))
        }
        if looked == most { found.isPartial = true }
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

    /// Each with its last attempt. Parameters: 1 the environment, 2 the least id, 3 how many, 4 the endpoint.
    static func sql(_ kind: Kind, ofEndpoint: Bool) -> String {
        let trouble: StoredState.Code =
            switch kind {
            case .failed: .failed
            case .waiting: .scheduled
            }
        let endpoint = ofEndpoint ? "AND d.endpoint = (SELECT number FROM endpoints WHERE id = ?4)" : ""
        return """
            SELECT d.id, p.id, p.application, a.failure, a.status, a.started_at
            FROM deliveries d INDEXED BY deliveries_troubled\(ofEndpoint ? "_of_endpoint" : "")
            CROSS JOIN endpoints p ON p.number = d.endpoint
            LEFT JOIN attempts a ON a.delivery = d.id AND a.number = d.attempts
            WHERE d.environment = ?1 AND d.id >= ?2 AND d.trouble = \(trouble.rawValue) \(endpoint) ORDER BY d.id DESC LIMIT ?3
            """
    }
}
