/// One time that an alert fired. It outlives the alert, and says what the alert was like then.
public struct Incident: Sendable, Hashable {
    public let id: IncidentID
    public let environment: EnvironmentID
    public let alert: AlertID
    public let name: String
    public let rule: AlertRule
    public let scope: AlertScope
    public let since: Timestamp
    /// When it was over; `nil` while it is not.
    public var until: Timestamp?
    /// What was read when it began.
    public let reading: AlertReading

    public init(
        id: IncidentID, environment: EnvironmentID, alert: AlertID, name: String, rule: AlertRule, scope: AlertScope,
        since: Timestamp, until: Timestamp? = nil, reading: AlertReading
    ) {
        self.id = id
        self.environment = environment
        self.alert = alert
        self.name = name
        self.rule = rule
        self.scope = scope
        self.since = since
        self.until = until
        self.reading = reading
    }

    /// What begins when an alert fires.
    public init(_ alert: Alert, id: IncidentID, reading: AlertReading, at now: Timestamp) {
        self.init(
            id: id, environment: alert.environment, alert: alert.id, name: alert.name, rule: alert.rule,
            scope: alert.scope, since: now, reading: reading)
    }
}
