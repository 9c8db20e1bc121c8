import MartletCore
import MartletStore

/// How a page of deliveries is read: along which index, and what is filtered on the way.
struct DeliveryListing {
    /// The index that the page follows.
    enum Path {
        case event
        case endpoint
        case environment
        /// The deliveries that are scheduled, sorted when they are found.
        case backlog
    }

    /// An application with at most so many endpoints has its page merged from theirs; with more, the environment's
    /// deliveries are looked through.
    static let mergeBound = 32

    var path: Path
    let status: StoredState.Code?
    private let wantsActive: Bool?
    private let application: ApplicationID?
    private let endpoint: EndpointID?

    init(_ query: DeliveryQuery) {
        path = query.event != nil ? .event : query.endpoint != nil ? .endpoint : .environment
        status = query.status?.storedCode
        wantsActive =
            switch query.status {
            case .held: false
            case .scheduled, .inFlight: true
            case .succeeded, .failed, .cancelled, nil: nil
            }
        application = query.application
        endpoint = query.endpoint
    }

    /// The query. Parameters: 1 the environment, 2 the least id, 3 the id before which, 4 the event or endpoint.
    var sql: String {
        let source: (index: String, condition: String) =
            switch path {
            case .event:
                (
                    "deliveries_of_event",
                    "d.event = (SELECT number FROM events WHERE environment = ?1 AND id = ?4)"
                )
            case .endpoint where status == .failed:
                ("deliveries_failed_of_endpoint", "\(Self.ofEndpoint) AND d.state = 2")
            case .endpoint: ("deliveries_of_endpoint", Self.ofEndpoint)
            case .environment where status == .failed: ("deliveries_failed", "d.state = 2")
            case .environment: ("", "")
            case .backlog: ("deliveries_due", endpoint == nil ? "" : Self.ofEndpoint)
            }
        let index = source.index.isEmpty ? "" : "INDEXED BY \(source.index)"
        let condition = source.condition.isEmpty ? "" : "AND \(source.condition)"
        // The state stands in the text, not in a parameter, for a partial index to serve. Without one it is left out:
        // rows that SQLite passed over by itself would not count against the scan's limit.
        let state = path == .backlog ? "AND d.state = 0" : ""
        return """
            SELECT \(DeliveryRow.columns), p.inactivity
            FROM deliveries d \(index) \(DeliveryRow.joins)
            WHERE d.environment = ?1 AND d.id >= ?2 AND d.id < ?3 \(condition) \(state) ORDER BY d.id DESC
            """
    }

    private static let ofEndpoint = "d.endpoint = (SELECT number FROM endpoints WHERE id = ?4)"

    /// Whether the delivery in a row that the path led to is wanted.
    func passes(_ row: Statement) throws(StoreError) -> Bool {
        if let status, row.integer(DeliveryRow.state) != status.rawValue { return false }
        if let wantsActive, row.isNull(DeliveryRow.count) != wantsActive { return false }
        if let endpoint, try row.identifier(DeliveryRow.endpoint) != endpoint { return false }
        if let application, try row.identifier(DeliveryRow.application) != application { return false }
        return true
    }
}
