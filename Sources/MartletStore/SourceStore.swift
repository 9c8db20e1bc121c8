public import MartletCore

/// Keeps the log of inbound requests. Requests are written by ``DeliveryStore/commit(_:)``, together with what they became;
/// sources are part of the configuration.
public protocol SourceStore: Sendable {
    /// The sources of an environment, newest first.
    func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) async throws(StoreError) -> [Source]

    /// One request with its body, where the store has one of its own: see ``StoredRequest/body``.
    func request(_ id: RequestID, in environment: EnvironmentID) async throws(StoreError) -> StoredRequest?

    /// Lists the requests of an environment, or of one of its sources, newest first, their bodies left out.
    func requests(_ query: RequestQuery) async throws(StoreError) -> Found<StoredRequest, RequestID>

    /// Drops up to `limit` of an environment's requests from before `instant`, by their ids, the oldest first. Returns how
    /// many it dropped.
    func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int
}

/// Which requests to list.
public struct RequestQuery: Sendable {
    public var environment: EnvironmentID
    /// Those of this source alone.
    public var source: SourceID?
    /// Those judged like this alone.
    public var verdict: StoredVerdict.Code?
    /// Received at or after; told by the instant in the id, which is the order of the listing.
    public var since: Timestamp?
    /// Received before; told by the instant in the id.
    public var until: Timestamp?
    public var before: RequestID?
    public var limit: Int

    /// How many requests one page looks at when its filter has no index; the page may then be short, and say where to go
    /// on.
    public static let scanLimit = 20_000

    public init(environment: EnvironmentID, source: SourceID? = nil, limit: Int) {
        self.environment = environment
        self.source = source
        self.limit = limit
    }
}
