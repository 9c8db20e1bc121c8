import MartletCore
import MartletStore

/// Makes of a reading what is to be stored and told.
struct AlertJudge {
    let context: ServiceContext

    init(_ context: ServiceContext) { self.context = context }

    /// What comes of looking at an alert; `nil` where nothing need be stored.
    ///
    /// - Parameter reading: `nil` where the alert is not looked at any more: it ends where it fires.
    func turn(
        of standing: StandingAlert, _ reading: AlertReading?, at now: Timestamp
    ) async throws(ServiceError) -> AlertTurn? {
        let alert = standing.alert
        let before = standing.standing
        var after = before
        let verdict =
            if let reading {
                after.take(reading, clearsAfter: alert.clearsAfter, at: now) { context.identifiers.next(at: now) }
            } else {
                after.end(at: now)
            }
        switch verdict {
        case .none:
            let isNews =
                before.wellSince != after.wellSince || before.reading != after.reading
                || before.readAt.map { now.since($0) >= AlertKeeper.refresh } ?? true
            return isNews ? AlertTurn(alert: alert, standing: after) : nil
        case .fires:
            guard let id = after.incident else { preconditionFailure("what fires has an incident") }
            let incident = Incident(alert, id: id, reading: after.reading, at: now)
            return try await turn(alert, after, incident, .alertFiring, .fires, at: now)
        case .cleared(let since, let id):
            var incident = try await self.incident(id, of: alert)
            incident?.until = now
            // Forgotten, or never stored: what is told is the same.
            let told =
                incident ?? Incident(alert, id: context.identifiers.next(at: since), reading: before.reading, at: since)
            var ended = told
            ended.until = now
            return try await turn(alert, after, ended, .alertCleared, .cleared, at: now)
        }
    }

    private func incident(_ id: IncidentID?, of alert: Alert) async throws(ServiceError) -> Incident? {
        var query = IncidentQuery(environment: alert.environment, limit: 1)
        query.alert = alert.id
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.incidents(query)
        }
        return found.items.first { $0.id == id }
    }

    private func turn(
        _ alert: Alert, _ standing: AlertStanding, _ incident: Incident, _ kind: OperationalEvent.Kind,
        _ occasion: AlertNotice.Occasion, at now: Timestamp
    ) async throws(ServiceError) -> AlertTurn {
        let notice = AlertNotice(
            context: context, alert: alert, occasion: occasion, reading: standing.reading, since: incident.since,
            now: now
        )
        return AlertTurn(
            alert: alert, standing: standing, incident: incident,
            event: alert.tellsEndpoints
                ? try await event(kind, alert, incident, standing.reading, at: now) : nil,
            mails: notice.mails)
    }

    /// The operational event of an alert. What is about the whole environment is the business of those who hear operational
    /// events, and of no customer.
    func event(
        _ kind: OperationalEvent.Kind, _ alert: Alert, _ incident: Incident?, _ reading: AlertReading, at now: Timestamp
    ) async throws(ServiceError) -> OperationalEvent {
        var application: ApplicationID?
        switch alert.scope {
        case .environment: break
        case .application(let id): application = context.directory.application(id, in: alert.environment)?.id
        case .endpoint(let id): application = context.directory.endpoint(id, in: alert.environment)?.application
        }
        let owner: ApplicationID
        if let application {
            owner = application
        } else {
            owner = try await context.makeOperations(in: alert.environment).id
        }
        return .alert(
            kind, alert, incident, reading: reading, application: owner, id: context.identifiers.next(at: now), at: now)
    }
}
