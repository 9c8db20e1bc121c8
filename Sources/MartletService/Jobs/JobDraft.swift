public import MartletCore

/// What a caller wants of a recovery or a bulk replay, beside what it is about.
public struct JobDraft: Sendable {
    /// Accepted at or after; has to be given.
    public var since: Timestamp?
    /// Accepted before; now unless given.
    public var until: Timestamp?
    /// Deliveries a second; the service's default unless given.
    public var rate: Int?

    public init(since: Timestamp? = nil, until: Timestamp? = nil, rate: Int? = nil) {
        self.since = since
        self.until = until
        self.rate = rate
    }
}

/// Which events a bulk replay is about, as a caller says it.
public struct ReplayFilter: Sendable {
    public var type: String?
    /// An application's id or uid.
    public var application: String?
    public var status: DeliveryStatus?
    public var endpoint: EndpointID?

    public init() {}
}
