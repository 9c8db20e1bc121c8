/// One HTTP request of a delivery, with what came of it. Never changed: a class, so that whoever passes it on copies a
/// reference.
public final class Attempt: Sendable, Hashable {
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

    public static func == (one: Attempt, other: Attempt) -> Bool {
        one === other
            || (one.id, one.delivery, one.number, one.startedAt, one.request, one.outcome)
                == (other.id, other.delivery, other.number, other.startedAt, other.request, other.outcome)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
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
