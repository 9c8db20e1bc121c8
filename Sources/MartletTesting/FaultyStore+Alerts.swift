public import MartletCore
public import MartletStore

extension FaultyStore {
    public func putAlert(_ alert: Alert) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.putAlert(alert) }
    }

    public func deleteAlert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.deleteAlert(id, in: environment) }
    }

    public func alert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) -> StandingAlert? {
        try await call { () throws(StoreError) in try await store.alert(id, in: environment) }
    }

    public func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) async throws(StoreError) -> [StandingAlert] {
        try await call { () throws(StoreError) in
            try await store.alerts(in: environment, before: cursor, limit: limit)
        }
    }

    public func alerts() async throws(StoreError) -> [StandingAlert] {
        try await call { () throws(StoreError) in try await store.alerts() }
    }

    public func settle(_ turns: [AlertTurn]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.settle(turns) }
    }

    public func incidents(_ query: IncidentQuery) async throws(StoreError) -> Found<Incident, IncidentID> {
        try await call { () throws(StoreError) in try await store.incidents(query) }
    }

    public func forgetIncidents(beganBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in
            try await store.forgetIncidents(beganBefore: instant, limit: limit)
        }
    }

    public func dueMails(by now: Timestamp, limit: Int) async throws(StoreError) -> [AlertMail] {
        try await call { () throws(StoreError) in try await store.dueMails(by: now, limit: limit) }
    }

    public func putMail(_ mail: AlertMail) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.putMail(mail) }
    }

    public func deleteMail(_ id: MailID) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.deleteMail(id) }
    }
}
