public import MartletCore

/// Removes all that is an application's, in steps, after ``ConfigurationChange/eraseApplication(environment:id:at:)``.
public protocol ErasureStore: Sendable {
    /// The erasures that are not finished, at most `limit`.
    func erasures(limit: Int) async throws(StoreError) -> [Erasure]

    /// How far the erasure of an application is; `nil` where none was asked for.
    func erasure(of application: ApplicationID, in environment: EnvironmentID) async throws(StoreError) -> Erasure?

    /// Whether the application is in the store, deleted or not.
    func hasApplication(
        _ application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Bool

    /// Takes one step, which touches about `limit` rows: deliveries with their attempts first, then hourly sums, jobs and
    /// inbound requests, then the events that were meant for the application alone. What stays are the ids of the application and its endpoints.
    ///
    /// - Parameter settled: given once nothing that was under way when the erasure was asked for can still be written;
    ///   the step then looks at the latest events once more, and finishes when there is nothing left.
    /// - Returns: how many scheduled deliveries it removed of each endpoint, and whether it is over for now.
    func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) async throws(StoreError) -> ErasureStep
}

/// How far an application's erasure is.
public struct Erasure: Sendable, Hashable {
    /// How long before the request an event may have been accepted by an application's last publisher, whose commit came
    /// after it: so far back the last look at the events begins.
    public static let overlap = Duration.seconds(60)

    public var environment: EnvironmentID
    public var application: ApplicationID
    public var requestedAt: Timestamp
    public var finishedAt: Timestamp?
    /// How many events were removed so far.
    public var events: Int
    /// How many deliveries were removed so far.
    public var deliveries: Int

    public init(
        environment: EnvironmentID, application: ApplicationID, requestedAt: Timestamp, finishedAt: Timestamp? = nil,
        events: Int = 0, deliveries: Int = 0
    ) {
        self.environment = environment
        self.application = application
        self.requestedAt = requestedAt
        self.finishedAt = finishedAt
        self.events = events
        self.deliveries = deliveries
    }
}

/// What one step of an erasure did.
public struct ErasureStep: Sendable, Hashable {
    /// How many scheduled deliveries were removed, by endpoint.
    public var ended: [EndpointID: Int]
    /// Whether there was nothing left to do, for now or, once it is settled, for good.
    public var isOver: Bool

    public init(ended: [EndpointID: Int] = [:], isOver: Bool) {
        self.ended = ended
        self.isOver = isOver
    }
}
