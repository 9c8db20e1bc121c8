extension OperationalEvent {
    /// That an alert fires, is over, or was tried.
    ///
    /// - Parameters:
    ///   - application: whose business it is: the one that the alert is about, or the environment's default one.
    ///   - incident: `nil` for a trial.
    public static func alert(
        _ kind: Kind, _ alert: Alert, _ incident: Incident?, reading: AlertReading, application: ApplicationID,
        id: OperationalEventID, at now: Timestamp
    ) -> OperationalEvent {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("alert", alert.id.description)
            writer.field("name", alert.name)
            writer.field("rule", alert.rule.kind.rawValue)
            writer.field("condition", alert.rule.condition)
            writer.field("incident", incident?.id.description)
            writer.field("since", incident?.since.rfc3339)
            writer.field("until", incident?.until?.rfc3339)
            writer.field("value", reading.value)
            writer.field("culprits", reading.culprits)
            writer.field("culprit_count", reading.culpritCount)
        }
        var endpoint: EndpointID?
        if case .endpoint(let id) = alert.scope { endpoint = id }
        return OperationalEvent(
            id: id, environment: alert.environment, application: application, endpoint: endpoint, kind: kind,
            createdAt: now, data: writer.bytes)
    }
}
