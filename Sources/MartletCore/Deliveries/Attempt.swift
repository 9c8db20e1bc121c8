/// One HTTP request of a delivery, with what came of it.
public struct Attempt: Sendable, Hashable {
    public let id: AttemptID
    public let delivery: DeliveryID
    /// 1 for the first.
    public let number: Int
    public let startedAt: Timestamp
    public let request: AttemptRequest
    public let outcome: AttemptOutcome

    public init(
        id: AttemptID, delivery: DeliveryID, number: Int, startedAt: Timestamp, request: AttemptRequest,
        outcome: AttemptOutcome
    ) {
        self.id = id
        self.delivery = delivery
        self.number = number
        self.startedAt = startedAt
        self.request = request
        self.outcome = outcome
    }
}

/// What of a request as sent cannot be recomputed from its event and endpoint later.
public struct AttemptRequest: Sendable, Hashable {
    public var url: String
    /// The headers as sent. The values of an owner's own headers are left out, since they may hold credentials.
    public var headers: [HeaderField]

    public init(url: String, headers: [HeaderField]) {
        self.url = url
        self.headers = headers
    }
}
