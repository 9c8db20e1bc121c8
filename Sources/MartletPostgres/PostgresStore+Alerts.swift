public import MartletCore
public import MartletStore

extension PostgresStore: AlertStore {
    public func putAlert(_ alert: Alert) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.put(alert) }
    }

    public func deleteAlert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.deleteAlert(id, in: environment) }
    }

    public func alert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) -> StandingAlert? {
        try await read { (reader) throws(StoreError) in try reader.alert(id, in: environment) }
    }

    public func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) async throws(StoreError) -> [StandingAlert] {
        try await read { (reader) throws(StoreError) in
            try reader.alerts(in: environment, before: cursor, limit: limit)
        }
    }

    public func alerts() async throws(StoreError) -> [StandingAlert] {
        try await read { (reader) throws(StoreError) in try reader.alerts() }
    }

    public func settle(_ turns: [AlertTurn]) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.settle(turns) }
    }

    public func incidents(_ query: IncidentQuery) async throws(StoreError) -> Found<Incident, IncidentID> {
        try await read { (reader) throws(StoreError) in try reader.incidents(query) }
    }

    public func forgetIncidents(beganBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await control { (writer) throws(StoreError) in
            try writer.forgetIncidents(beganBefore: instant, limit: limit)
        }
    }

    public func dueMails(by now: Timestamp, limit: Int) async throws(StoreError) -> [AlertMail] {
        try await read { (reader) throws(StoreError) in try reader.dueMails(by: now, limit: limit) }
    }

    public func putMail(_ mail: AlertMail) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.put(mail) }
    }

    public func deleteMail(_ id: MailID) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.deleteMail(id) }
    }
}
