import MartletCore
import MartletStore

extension Writer {
    func put(_ alert: Alert) throws(StoreError) {
        try transaction { (connection) throws(StoreError) in
            try connection.check(alert.environment)
            _ = try connection.query(
                "\(Self.insertAlert) ON CONFLICT (environment, id) DO UPDATE SET record = excluded.record"
            ) { Self.bind(alert, AlertStanding(), to: $0) }
        }
    }

    static let insertAlert = """
        INSERT INTO alerts (environment, id, record, standing) VALUES ($1::uuid, $2::uuid, $3::text, $4::text)
        """

    static func bind(_ alert: Alert, _ standing: AlertStanding, to parameters: Parameters) {
        parameters.add(alert.environment)
        parameters.add(alert.id)
        parameters.add(AlertRecord.encode(alert))
        parameters.add(AlertStandingRecord.encode(standing))
    }

    func deleteAlert(_ id: AlertID, in environment: EnvironmentID) throws(StoreError) {
        _ = try write("DELETE FROM alerts WHERE environment = $1::uuid AND id = $2::uuid") { parameters in
            parameters.add(environment)
            parameters.add(id)
        }
    }

    func settle(_ turns: [AlertTurn]) throws(StoreError) {
        guard !turns.isEmpty else { return }
        try transaction { (connection) throws(StoreError) in
            for turn in turns { try settle(turn, on: connection) }
        }
    }

    private func settle(_ turn: AlertTurn, on connection: Connection) throws(StoreError) {
        let rows = try connection.query(
            """
            UPDATE alerts SET standing = $4::text
            WHERE environment = $1::uuid AND id = $2::uuid AND record = $3::text
            """
        ) { Self.bind(turn.alert, turn.standing, to: $0) }
        guard rows.affected == 1 else { return }
        if let incident = turn.incident {
            _ = try connection.query(Self.putIncident) { Self.bind(incident, to: $0) }
        }
        if let event = turn.event { _ = try connection.query(Self.record) { Self.bind([event], to: $0) } }
        for mail in turn.mails { _ = try connection.query(Self.putMail) { Self.bind(mail, to: $0) } }
    }

    static let putIncident = """
        INSERT INTO incidents (environment, id, alert, is_over, record)
        VALUES ($1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::text)
        ON CONFLICT (environment, id) DO UPDATE SET is_over = excluded.is_over, record = excluded.record
        """

    static func bind(_ incident: Incident, to parameters: Parameters) {
        parameters.add(incident.environment)
        parameters.add(incident.id)
        parameters.add(incident.alert)
        parameters.add(incident.until != nil)
        parameters.add(IncidentRecord.encode(incident))
    }

    func forgetIncidents(beganBefore instant: Timestamp, limit: Int) throws(StoreError) -> Int {
        try write(
            """
            DELETE FROM incidents WHERE (environment, id) IN (
                SELECT environment, id FROM incidents
                WHERE is_over AND id < $1::uuid ORDER BY id LIMIT $2::bigint)
            """
        ) { parameters in
            parameters.add(IdentifierRange<IncidentKind>(since: instant, until: nil, before: nil).lower)
            parameters.add(max(0, limit))
        }.affected
    }

    static let putMail = """
        INSERT INTO mails (environment, id, due_at, record) VALUES ($1::uuid, $2::uuid, $3::bigint, $4::text)
        ON CONFLICT (environment, id) DO UPDATE SET due_at = excluded.due_at, record = excluded.record
        """

    static func bind(_ mail: AlertMail, to parameters: Parameters) {
        parameters.add(mail.environment)
        parameters.add(mail.id)
        parameters.add(mail.dueAt)
        parameters.add(AlertMailRecord.encode(mail))
    }

    func put(_ mail: AlertMail) throws(StoreError) {
        _ = try write(Self.putMail) { Self.bind(mail, to: $0) }
    }

    func deleteMail(_ id: MailID) throws(StoreError) {
        _ = try write("DELETE FROM mails WHERE id = $1::uuid") { $0.add(id) }
    }
}
