public import MartletCore

/// Keeps alerts, how they stand, what came of them and what is to be sent.
public protocol AlertStore: Sendable {
    /// Keeps an alert, in the place of what was there of it. How it stands stays as it is. An environment that is not in the
    /// store is a conflict.
    func putAlert(_ alert: Alert) async throws(StoreError)

    /// Forgets an alert and how it stands; its incidents stay. One that is not there changes nothing.
    func deleteAlert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError)

    func alert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) -> StandingAlert?

    /// The alerts of an environment, newest first.
    func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) async throws(StoreError) -> [StandingAlert]

    /// Every alert of every environment, oldest first. Whoever makes alerts bounds how many there are.
    func alerts() async throws(StoreError) -> [StandingAlert]

    /// Keeps what came of looking at alerts: all or none, durably. A turn whose alert is gone, or was changed since it was
    /// looked at, is left out.
    func settle(_ turns: [AlertTurn]) async throws(StoreError)

    /// The incidents of an environment, newest first.
    func incidents(_ query: IncidentQuery) async throws(StoreError) -> Found<Incident, IncidentID>

    /// Forgets up to `limit` incidents that are over and began before `instant`. Returns how many it forgot.
    func forgetIncidents(beganBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// Up to `limit` messages that are due by `now`, the one due first first.
    func dueMails(by now: Timestamp, limit: Int) async throws(StoreError) -> [AlertMail]

    /// Keeps a message as it now is.
    func putMail(_ mail: AlertMail) async throws(StoreError)

    /// Forgets a message: it was sent, or given up.
    func deleteMail(_ id: MailID) async throws(StoreError)
}

/// An alert and how it stands.
public struct StandingAlert: Sendable, Hashable {
    public var alert: Alert
    public var standing: AlertStanding

    public init(_ alert: Alert, _ standing: AlertStanding = AlertStanding()) {
        self.alert = alert
        self.standing = standing
    }

    /// In a word, how it stands.
    public enum State: String, Sendable, CaseIterable {
        /// It is switched off.
        case off
        case ok
        case firing
        /// It fires, and all has been well for a while, as yet not for long enough.
        case mending
    }

    public var state: State {
        if standing.isFiring { return standing.wellSince == nil ? .firing : .mending }
        return alert.isActive ? .ok : .off
    }
}

/// What came of looking at an alert.
public struct AlertTurn: Sendable {
    /// The alert as it was when it was looked at.
    public var alert: Alert
    public var standing: AlertStanding
    /// One that began or ended.
    public var incident: Incident?
    /// To be recorded: see ``OperationalEventStore``.
    public var event: OperationalEvent?
    /// To be sent.
    public var mails: [AlertMail]

    public init(
        alert: Alert, standing: AlertStanding, incident: Incident? = nil, event: OperationalEvent? = nil,
        mails: [AlertMail] = []
    ) {
        self.alert = alert
        self.standing = standing
        self.incident = incident
        self.event = event
        self.mails = mails
    }
}

/// Which incidents to list.
public struct IncidentQuery: Sendable {
    public var environment: EnvironmentID
    /// Those of this alert alone.
    public var alert: AlertID?
    /// Those that began at or after; told by the instant in the id.
    public var since: Timestamp?
    public var before: IncidentID?
    public var limit: Int

    public init(environment: EnvironmentID, limit: Int) {
        self.environment = environment
        self.limit = limit
    }
}
