import MartletCore
import MartletStore

extension Reader {
    static let alertColumns = "environment, id, record, standing"

    func alert(_ row: Statement) throws(StoreError) -> StandingAlert {
        let id: AlertID = try row.identifier(1)
        return StandingAlert(
            try AlertRecord.decode(row.bytes(2), id: id, environment: try environment(row.integer(0))),
            try AlertStandingRecord.decode(row.bytes(3), of: id))
    }

    func alert(_ id: AlertID, in environment: EnvironmentID) throws(StoreError) -> StandingAlert? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            "SELECT \(Self.alertColumns) FROM alerts WHERE environment = ?1 AND id = ?2")
        statement.bind(1, number)
        statement.bind(2, id)
        return try rows(of: statement, alert).first
    }

    func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) throws(StoreError) -> [StandingAlert] {
        guard limit > 0, let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(
            """
            SELECT \(Self.alertColumns) FROM alerts WHERE environment = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
            """)
        statement.bind(1, number)
        statement.bind(2, IdentifierRange(since: nil, until: nil, before: cursor).upper)
        statement.bind(3, Int64(limit))
        return try rows(of: statement, alert)
    }

    func alerts() throws(StoreError) -> [StandingAlert] {
        try rows(of: try connection.cached("SELECT \(Self.alertColumns) FROM alerts"), alert)
            .sorted { $0.alert.id < $1.alert.id }
    }

    static let incidentColumns = "environment, id, alert, record"

    func incident(_ row: Statement) throws(StoreError) -> Incident {
        try IncidentRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try environment(row.integer(0)),
            alert: try row.identifier(2))
    }

    func incidents(_ query: IncidentQuery) throws(StoreError) -> Found<Incident, IncidentID> {
        guard query.limit > 0, let number = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        let range = IdentifierRange<IncidentKind>(since: query.since, until: nil, before: query.before)
        let (index, condition) = query.alert == nil ? ("", "") : ("INDEXED BY incidents_of_alert", "AND alert = ?5")
        let statement = try connection.cached(
            """
            SELECT \(Self.incidentColumns) FROM incidents \(index)
            WHERE environment = ?1 AND id >= ?2 AND id < ?3 \(condition) ORDER BY id DESC LIMIT ?4
            """)
        statement.bind(1, number)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        statement.bind(4, Int64(query.limit) + 1)
        if let alert = query.alert { statement.bind(5, alert) }
        let found = try rows(of: statement, incident)
        let page = Array(found.prefix(query.limit))
        return Found(items: page, next: found.count > page.count ? page.last?.id : nil)
    }

    func dueMails(by now: Timestamp, limit: Int) throws(StoreError) -> [AlertMail] {
        let statement = try connection.cached(
            """
            SELECT \(Self.mailColumns) FROM mails INDEXED BY mails_due
            WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2
            """)
        statement.bind(1, now)
        statement.bind(2, Int64(max(0, limit)))
        return try rows(of: statement, mail)
    }

    static let mailColumns = "id, environment, due_at, record"

    func mail(_ row: Statement) throws(StoreError) -> AlertMail {
        try AlertMailRecord.decode(
            row.bytes(3), id: try row.identifier(0), environment: try environment(row.integer(1)),
            dueAt: row.timestamp(2))
    }
}
