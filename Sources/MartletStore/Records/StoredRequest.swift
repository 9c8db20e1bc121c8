public import MartletCore

/// One inbound request as a store keeps it: what people may see in the clear, what they may not encrypted.
public struct StoredRequest: Sendable, Hashable {
    public var id: RequestID
    public var environment: EnvironmentID
    public var source: SourceID
    /// The source's application, whose business the request is, where it has one.
    public var application: ApplicationID?
    public var receivedAt: Timestamp
    public var method: String
    /// With secrets masked.
    public var url: String
    public var address: IPAddress?
    /// With secrets masked.
    public var headers: [HeaderField]
    /// What is masked, encrypted; `nil` where nothing is.
    public var sealed: [UInt8]?
    public var sentID: String?
    public var sentType: String?
    public var verdict: RequestVerdict
    /// How many bytes the body had; of one that was refused for its size, as many as its sender announced.
    public var size: Int
    /// The body, where the store has one that is not an event's too: the body of a request that became an event is in the
    /// event.
    public var body: [UInt8]

    public init(
        id: RequestID, environment: EnvironmentID, source: SourceID, application: ApplicationID?,
        receivedAt: Timestamp, method: String, url: String, address: IPAddress?, headers: [HeaderField],
        sealed: [UInt8]?, sentID: String? = nil, sentType: String? = nil, verdict: RequestVerdict, size: Int,
        body: [UInt8]
    ) {
        self.id = id
        self.environment = environment
        self.source = source
        self.application = application
        self.receivedAt = receivedAt
        self.method = method
        self.url = url
        self.address = address
        self.headers = headers
        self.sealed = sealed
        self.sentID = sentID
        self.sentType = sentType
        self.verdict = verdict
        self.size = size
        self.body = body
    }

    /// The request as it is kept once its acceptance has come to `result`; `nil` where nothing of it is.
    public func judged(by result: AcceptanceResult) -> StoredRequest? {
        switch result {
        case .accepted: return self
        case .answeredBefore(let events):
            guard let first = events.first else { return nil }
            var judged = self
            judged.verdict = .duplicate(of: first)
            return judged
        case .keyReused, .jobMoved: return nil
        }
    }
}
