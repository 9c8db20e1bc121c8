public import MartletCore

/// What a publisher is told of an event that is durable.
public struct PublishedEvent: Sendable {
    public var event: Event
    /// All of its deliveries, or the first hundred where it was published before.
    public var deliveries: [Delivery]
    /// What may surprise a receiver, and what looks like a slip: each with a code and a sentence.
    public var warnings: [PublishWarning]
    /// Why the other endpoints do not get it, where that was asked for.
    public var unmatched: [UnmatchedEndpoint]?
    /// Whether this is the answer to the same request with the same `Idempotency-Key` before.
    public var isReplayed = false

    public init(
        event: Event, deliveries: [Delivery], warnings: [PublishWarning], unmatched: [UnmatchedEndpoint]?
    ) {
        self.event = event
        self.deliveries = deliveries
        self.warnings = warnings
        self.unmatched = unmatched
    }
}

/// Something that a publisher should know, though the event was accepted.
public struct PublishWarning: Sendable, Hashable {
    public var code: String
    /// The path of what is meant: `$.data.total`.
    public var path: String?
    public var message: String

    public init(code: String, path: String?, message: String) {
        self.code = code
        self.path = path
        self.message = message
    }
}

/// An endpoint that an event does not go to.
public struct UnmatchedEndpoint: Sendable, Hashable {
    public var endpoint: EndpointID
    public var reason: String
    /// What its filter asked for in vain, where that is the reason.
    public var shortfall: FilterShortfall?

    public init(endpoint: EndpointID, reason: String, shortfall: FilterShortfall? = nil) {
        self.endpoint = endpoint
        self.reason = reason
        self.shortfall = shortfall
    }
}
