import MartletCore
import MartletStore

extension MemoryContents {
    mutating func put(_ alert: Alert) throws(StoreError) {
        guard environments[alert.environment] != nil else {
            throw .conflict("There is no environment \(alert.environment) in the store.")
        }
        alerts[alert.id] = StandingAlert(alert, alerts[alert.id]?.standing ?? AlertStanding())
    }

    mutating func deleteAlert(_ id: AlertID, in environment: EnvironmentID) {
        if alert(id, in: environment) != nil { alerts[id] = nil }
    }

    func alert(_ id: AlertID, in environment: EnvironmentID) -> StandingAlert? {
        alerts[id].flatMap { $0.alert.environment == environment ? $0 : nil }
    }

    func alerts(in environment: EnvironmentID, before cursor: AlertID?, limit: Int) -> [StandingAlert] {
        Array(
            alerts.values.filter { $0.alert.environment == environment && (cursor.map($0.isBefore) ?? true) }
                .sorted { $0.alert.id > $1.alert.id }.prefix(max(0, limit)))
    }

    func allAlerts() -> [StandingAlert] { alerts.values.sorted { $0.alert.id < $1.alert.id } }

    mutating func settle(_ turns: [AlertTurn]) throws(StoreError) {
        for turn in turns where alerts[turn.alert.id]?.alert == turn.alert {
            alerts[turn.alert.id]?.standing = turn.standing
            if let incident = turn.incident { incidents[incident.id] = incident }
            if let event = turn.event { try record([event]) }
            for mail in turn.mails { mails[mail.id] = mail }
        }
    }

    func incidents(_ query: IncidentQuery) -> Found<Incident, IncidentID> {
        page(of: incidents.values, limit: query.limit, \.id) { incident in
            incident.environment == query.environment && (query.alert == nil || incident.alert == query.alert)
                && IdentifierRange(since: query.since, until: nil, before: query.before).contains(incident.id)
        }
    }

    mutating func forgetIncidents(beganBefore instant: Timestamp, limit: Int) -> Int {
        let range = IdentifierRange<IncidentKind>(since: nil, until: instant, before: nil)
        let old = incidents.values.filter { $0.until != nil && range.contains($0.id) }
            .sorted { $0.id < $1.id }.prefix(max(0, limit))
        for incident in old { incidents[incident.id] = nil }
        return old.count
    }

    func dueMails(by now: Timestamp, limit: Int) -> [AlertMail] {
        Array(
            mails.values.filter { $0.dueAt <= now }.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
                .prefix(max(0, limit)))
    }
}

extension StandingAlert {
    fileprivate func isBefore(_ cursor: AlertID) -> Bool { alert.id < cursor }
}
