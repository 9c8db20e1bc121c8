import MartletCore
import MartletStore

/// The columns that make an alert, and those that make an incident.
private enum AlertRow {
    static let columns = "environment, id, record, standing"

    static func read(_ row: Row) throws(StoreError) -> StandingAlert {
        let id: AlertID = try row.identifier(1)
        return StandingAlert(
            try AlertRecord.decode(row.bytes(2), id: id, environment: try row.identifier(0)),
            try AlertStandingRecord.decode(row.bytes(3), of: id))
    }

    static func incident(_ row: Row) throws(StoreError) -> Incident {
        try IncidentRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try row.identifier(0), alert: try row.identifier(2))
    }
}

extension Reader {
    func alert(_ id: AlertID, in environment: EnvironmentID) throws(StoreError) -> StandingAlert? {
        try query("SELECT \(AlertRow.columns) FROM alerts WHERE environment = $1::uuid AND id = $2::uuid") {
            $0.add(environment)
            $0.add(id)
        }.first.map(AlertRow.read)
    }

    func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) throws(StoreError) -> [StandingAlert] {
        guard limit > 0 else { return [] }
        return try query(
            """
            SELECT \(AlertRow.columns) FROM alerts WHERE environment = $1::uuid AND id < $2::uuid
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
        }.map(AlertRow.read)
    }

    func alerts() throws(StoreError) -> [StandingAlert] {
        try query("SELECT \(AlertRow.columns) FROM alerts").map(AlertRow.read).sorted { $0.alert.id < $1.alert.id }
    }

    func incidents(_ query: IncidentQuery) throws(StoreError) -> Found<Incident, IncidentID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        let range = IdentifierRange<IncidentKind>(since: query.since, until: nil, before: query.before)
        let found = try self.query(
            """
            SELECT environment, id, alert, record FROM incidents
            WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid
                AND \(query.alert == nil ? "$5::uuid IS NULL" : "alert = $5::uuid")
            ORDER BY id DESC LIMIT $4::bigint
            """
        ) {
            $0.add(query.environment)
            $0.add(range.lower)
            $0.add(range.upper)
            $0.add(query.limit + 1)
            $0.add(query.alert)
        }.map(AlertRow.incident)
        let page = Array(found.prefix(query.limit))
        return Found(items: page, next: found.count > page.count ? page.last?.id : nil)
    }

    func dueMails(by now: Timestamp, limit: Int) throws(StoreError) -> [AlertMail] {
        try query(
            """
            SELECT environment, id, due_at, record FROM mails WHERE due_at <= $1::bigint
            ORDER BY due_at, id LIMIT $2::bigint
            """
        ) {
            $0.add(now)
            $0.add(max(0, limit))
        }.map { (row) throws(StoreError) in
            try AlertMailRecord.decode(
                row.bytes(3), id: try row.identifier(1), environment: try row.identifier(0), dueAt: row.timestamp(2))
        }
    }
}
