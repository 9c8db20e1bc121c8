/// One stored occurrence. Never changed after it is accepted, and shared by all that becomes of it: a class, so that
/// whoever passes it on copies a reference.
public final class Event: Sendable, Hashable {
    public let id: EventID
    public let environment: EnvironmentID
    /// The id that its publisher chose, unique in the environment; receivers see it instead of ``id``.
    public let chosenID: String?
    /// A dotted name: `property.created`.
    public let type: String
    /// The one application it is meant for, or `nil` for every endpoint in the environment that subscribed.
    public let application: ApplicationID?
    /// When it occurred, by its publisher's word.
    public let created: Timestamp
    /// When Martlet accepted it.
    public let acceptedAt: Timestamp
    public let orderingKey: String?
    /// Not delivered before this instant.
    public let deliverAt: Timestamp?
    /// Made by `POST …/test` and sent to one endpoint alone.
    public let isTest: Bool
    /// How many deliveries it was accepted with; replays are not counted.
    public let deliveryCount: Int
    public let body: EventBody

    /// The id as users and receivers see it, and so the receiver's idempotency key.
    public var publicID: String { chosenID ?? id.description }

    public init(
        id: EventID, environment: EnvironmentID, chosenID: String?, type: String, application: ApplicationID?,
        created: Timestamp, acceptedAt: Timestamp, orderingKey: String? = nil, deliverAt: Timestamp? = nil,
        isTest: Bool = false, deliveryCount: Int, body: EventBody
    ) {
        self.id = id
        self.environment = environment
        self.chosenID = chosenID
        self.type = type
        self.application = application
        self.created = created
        self.acceptedAt = acceptedAt
        self.orderingKey = orderingKey
        self.deliverAt = deliverAt
        self.isTest = isTest
        self.deliveryCount = deliveryCount
        self.body = body
    }

    public static func == (one: Event, other: Event) -> Bool {
        one === other
            || (one.id, one.environment, one.chosenID, one.type, one.application, one.created)
                == (other.id, other.environment, other.chosenID, other.type, other.application, other.created)
                && (one.acceptedAt, one.orderingKey, one.deliverAt, one.isTest, one.deliveryCount, one.body)
                    == (
                        other.acceptedAt, other.orderingKey, other.deliverAt, other.isTest, other.deliveryCount,
                        other.body
                    )
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
