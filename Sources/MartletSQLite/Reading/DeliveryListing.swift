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
    private let query: DeliveryQuery
    private let wantsActive: Bool?

    init(_ query: DeliveryQuery) {
        self.query = query
        path = query.event != nil ? .event : query.endpoint != nil ? .endpoint : .environment
        status = query.status?.storedCode
        wantsActive =
            switch query.status {
            case .held: false
            case .scheduled, .inFlight: true
            case .succeeded, .failed, .cancelled, nil: nil
            }
    }

    /// The query: see ``bind(_:in:to:)`` for its parameters.
    ///
    /// A row that is not wanted has no event: the events of those that are wanted alone are looked up, which lie in another
    /// table, and every row counts against the scan's limit, which those that SQLite passed over by itself would not.
    var sql: String {
        if path == .backlog { return backlog }
        let (index, condition) = place
        return """
            SELECT \(DeliveryRow.columns(event: "CASE WHEN \(Self.isWanted) THEN \(Self.event) END"))
            FROM deliveries d \(index.isEmpty ? "" : "INDEXED BY \(index)") CROSS JOIN endpoints p ON p.number = d.endpoint
            WHERE d.environment = ?1 AND d.id >= ?2 AND d.id < ?3 \(condition.isEmpty ? "" : "AND \(condition)")
            ORDER BY d.id DESC
            """
    }

    // The state stands in the text, not in a parameter, for a partial index to serve.
    private var place: (index: String, condition: String) {
        switch path {
        case .event:
            ("deliveries_of_event", "d.event = (SELECT number FROM events WHERE environment = ?1 AND id = ?4)")
        case .endpoint:
            status?.trouble.map { ("deliveries_troubled_of_endpoint", "\(Self.ofEndpoint) AND d.trouble = \($0)") }
                ?? ("deliveries_of_endpoint", Self.ofEndpoint)
        case .environment: status?.trouble.map { ("deliveries_troubled", "d.trouble = \($0)") } ?? ("", "")
        case .backlog: ("", "")
        }
    }

    /// What is wanted of the backlog is chosen and sorted by its index alone, and then read.
    private var backlog: String {
        """
        SELECT \(DeliveryRow.columns(event: Self.event))
        FROM (
            SELECT d.id FROM deliveries d INDEXED BY deliveries_due CROSS JOIN endpoints p ON p.number = d.endpoint
            WHERE d.environment = ?1 AND d.id >= ?2 AND d.id < ?3 AND d.state = 0 AND \(Self.isWanted)
                \(query.endpoint == nil ? "AND ?4 IS NULL" : "AND \(Self.ofEndpoint)")
            ORDER BY d.id DESC LIMIT ?9
        ) b
        CROSS JOIN deliveries d ON d.environment = ?1 AND d.id = b.id CROSS JOIN endpoints p ON p.number = d.endpoint
        ORDER BY b.id DESC
        """
    }

    private static let event = "(SELECT e.id FROM events e WHERE e.number = d.event)"
    private static let ofEndpoint = "d.endpoint = (SELECT number FROM endpoints WHERE id = ?4)"
    private static let isWanted = """
        (?5 IS NULL OR d.state = ?5) AND (?6 IS NULL OR (p.inactivity IS NULL) = ?6) \
        AND (?7 IS NULL OR p.id = ?7) AND (?8 IS NULL OR p.application = ?8)
        """

    /// Binds 1 the environment, 2 the least id, 3 the id before which, 4 the event or endpoint, 5 the state, 6 whether the
    /// endpoint is active, 7 the endpoint, 8 the application, 9 how many of the backlog.
    func bind(_ range: IdentifierRange<DeliveryKind>, in environment: Int64, to statement: Statement) {
        statement.bind(1, environment)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        if path == .event { statement.bind(4, query.event) } else { statement.bind(4, query.endpoint) }
        statement.bind(5, status?.rawValue)
        statement.bind(6, wantsActive.map { $0 ? 1 : 0 } as Int64?)
        statement.bind(7, query.endpoint)
        statement.bind(8, query.application)
        // One more than wanted tells whether there is a next page.
        if path == .backlog { statement.bind(9, Int64(query.limit) + 1) }
    }

    /// Whether the delivery in a row that the path led to is wanted.
    func passes(_ row: Statement) -> Bool { !row.isNull(DeliveryRow.event) }
}

extension StoredState.Code {
    /// What `trouble` is of every delivery in this state, so that its indexes have them all; `nil` where they have not.
    var trouble: Int64? {
        switch self {
        case .failed, .cancelled: rawValue
        case .scheduled, .succeeded: nil
        }
    }
}
