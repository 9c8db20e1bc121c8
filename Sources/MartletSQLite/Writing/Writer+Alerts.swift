import MartletCore
import MartletStore

extension Writer {
    func put(_ alert: Alert) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO alerts (environment, id, record, standing) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET record = excluded.record
            """)
        statement.bind(1, try number(of: alert.environment))
        statement.bind(2, alert.id)
        statement.bind(3, text: AlertRecord.encode(alert))
        statement.bind(4, text: AlertStandingRecord.encode(AlertStanding()))
        try statement.run()
    }

    func deleteAlert(_ id: AlertID, in environment: EnvironmentID) throws(StoreError) {
        guard let number = try findNumber(of: environment) else { return }
        let statement = try connection.cached("DELETE FROM alerts WHERE environment = ?1 AND id = ?2")
        statement.bind(1, number)
        statement.bind(2, id)
        try statement.run()
    }

    func settle(_ turns: [AlertTurn]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            for turn in turns { try settle(turn) }
        }
    }

    private func settle(_ turn: AlertTurn) throws(StoreError) {
        guard let number = try findNumber(of: turn.alert.environment) else { return }
        let statement = try connection.cached(
            "UPDATE alerts SET standing = ?4 WHERE environment = ?1 AND id = ?2 AND record = ?3")
        statement.bind(1, number)
        statement.bind(2, turn.alert.id)
        statement.bind(3, text: AlertRecord.encode(turn.alert))
        statement.bind(4, text: AlertStandingRecord.encode(turn.standing))
        try statement.run()
        guard connection.changes == 1 else { return }
        if let incident = turn.incident { try put(incident) }
        if let event = turn.event { try record(event) }
        for mail in turn.mails { try put(mail) }
    }

    private func put(_ incident: Incident) throws(StoreError) {
        let statement = try connection.cached(
            "INSERT OR REPLACE INTO incidents (environment, id, alert, is_over, record) VALUES (?1, ?2, ?3, ?4, ?5)")
        statement.bind(1, try number(of: incident.environment))
        statement.bind(2, incident.id)
        statement.bind(3, incident.alert)
        statement.bind(4, incident.until == nil ? 0 : 1)
        statement.bind(5, text: IncidentRecord.encode(incident))
        try statement.run()
    }

    func forgetIncidents(beganBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            DELETE FROM incidents WHERE (environment, id) IN (
                SELECT environment, id FROM incidents INDEXED BY incidents_over
                WHERE is_over = 1 AND id < ?1 ORDER BY id LIMIT ?2)
            """)
        statement.bind(1, IdentifierRange<IncidentKind>(since: instant, until: nil, before: nil).lower)
        statement.bind(2, Int64(max(0, limit)))
        try statement.run()
        return connection.changes
    }

    func put(_ mail: AlertMail) throws(StoreError) {
        let statement = try connection.cached(
            "INSERT OR REPLACE INTO mails (id, environment, due_at, record) VALUES (?1, ?2, ?3, ?4)")
        statement.bind(1, mail.id)
        statement.bind(2, try number(of: mail.environment))
        statement.bind(3, mail.dueAt)
        statement.bind(4, text: AlertMailRecord.encode(mail))
        try statement.run()
    }

    func deleteMail(_ id: MailID) throws(StoreError) {
        let statement = try connection.cached("DELETE FROM mails WHERE id = ?1")
        statement.bind(1, id)
        try statement.run()
    }
}
