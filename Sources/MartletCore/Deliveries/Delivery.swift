/// One event on its way to one endpoint.
public struct Delivery: Sendable, Hashable {
    /// What brought it about.
    public enum Cause: String, Sendable, CaseIterable {
        case publish
        case replay
        case test
    }

    public let id: DeliveryID
    public let environment: EnvironmentID
    public let event: EventID
    public let endpoint: EndpointID
    public let application: ApplicationID
    public let cause: Cause
    public let createdAt: Timestamp
    /// Its place in the endpoint's order; `nil` where it goes out when it is due, whatever else waits.
    public let turn: Turn?
    public var state: DeliveryState
    /// How many attempts have been recorded.
    public var attemptCount: Int
    /// When the first attempt started: a retry window counts from there.
    public var firstAttemptAt: Timestamp?

    public init(
        id: DeliveryID, environment: EnvironmentID, event: EventID, endpoint: EndpointID, application: ApplicationID,
        cause: Cause, createdAt: Timestamp, turn: Turn? = nil, state: DeliveryState, attemptCount: Int = 0,
        firstAttemptAt: Timestamp? = nil
    ) {
        self.id = id
        self.environment = environment
        self.event = event
        self.endpoint = endpoint
        self.application = application
        self.cause = cause
        self.createdAt = createdAt
        self.turn = turn
        self.state = state
        self.attemptCount = attemptCount
        self.firstAttemptAt = firstAttemptAt
    }
}
