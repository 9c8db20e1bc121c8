/// How an alert stands, and the only code that moves it: it tells once that it fires and once that it is over.
///
/// ```
///           broken: fires                        well
///    ok ────────────────────► firing ──────────────────────► mending
///     ▲                         ▲            broken            │
///     │                         └──────────────────────────────┤
///     └────────────────────────────────────────────────────────┘
///                      well for long enough: cleared
/// ```
///
/// What comes and goes is damped: an alert that fires again soon after it was cleared must be well for twice as long the
/// next time, up to ``mostDoublings`` times.
public struct AlertStanding: Sendable, Hashable {
    /// How often the time for which all must be well is doubled at most.
    public static let mostDoublings = 4
    /// Within how many times that time after clearing an alert counts as coming back.
    static let returnSpan = 4

    /// Since when it fires; `nil` while it does not.
    public private(set) var firingSince: Timestamp?
    /// The incident of its firing.
    public private(set) var incident: IncidentID?
    /// While it fires: since when its rule is no longer broken; `nil` while it is.
    public private(set) var wellSince: Timestamp?
    /// When it was last cleared.
    public private(set) var clearedAt: Timestamp?
    /// How often it has come back soon after it was cleared.
    public private(set) var returns: Int
    /// What was read last.
    public private(set) var reading: AlertReading
    /// When that was; `nil` where it was never looked at.
    public private(set) var readAt: Timestamp?

    /// How an alert stands that nobody has looked at yet.
    public init() {
        returns = 0
        reading = .nothing
    }

    /// Goes on where a store says that it stood.
    public init(
        firingSince: Timestamp?, incident: IncidentID?, wellSince: Timestamp?, clearedAt: Timestamp?, returns: Int,
        reading: AlertReading, readAt: Timestamp?
    ) {
        self.firingSince = firingSince
        self.incident = incident
        self.wellSince = wellSince
        self.clearedAt = clearedAt
        self.returns = returns
        self.reading = reading
        self.readAt = readAt
    }

    public var isFiring: Bool { firingSince != nil }

    /// What somebody is to be told.
    public enum Verdict: Sendable, Hashable {
        case none
        case fires
        /// Since when it had fired, and in which incident.
        case cleared(since: Timestamp, incident: IncidentID?)
    }

    /// Takes what the rule says now.
    ///
    /// - Parameters:
    ///   - clearsAfter: the alert's own.
    ///   - incident: names the incident that begins, where one does.
    public mutating func take(
        _ reading: AlertReading, clearsAfter: Duration, at now: Timestamp, incident: () -> IncidentID
    ) -> Verdict {
        self.reading = reading
        readAt = now
        guard let since = firingSince else {
            guard reading.isBroken else { return .none }
            let calm = patience(clearsAfter) * Self.returnSpan
            returns = clearedAt.map { now.since($0) < calm } ?? false ? min(returns + 1, Self.mostDoublings) : 0
            firingSince = now
            self.incident = incident()
            wellSince = nil
            return .fires
        }
        if reading.isBroken {
            wellSince = nil
            return .none
        }
        let wellSince = self.wellSince ?? now
        self.wellSince = wellSince
        guard now.since(wellSince) >= patience(clearsAfter) else { return .none }
        return clear(since, at: now)
    }

    /// Ends a firing without waiting: the alert was switched off, changed, or what it is about is gone.
    public mutating func end(at now: Timestamp) -> Verdict {
        reading = .nothing
        readAt = now
        guard let firingSince else { return .none }
        return clear(firingSince, at: now)
    }

    private mutating func clear(_ since: Timestamp, at now: Timestamp) -> Verdict {
        let over = incident
        firingSince = nil
        incident = nil
        wellSince = nil
        clearedAt = now
        return .cleared(since: since, incident: over)
    }

    private func patience(_ clearsAfter: Duration) -> Duration { clearsAfter * (1 << returns) }
}
