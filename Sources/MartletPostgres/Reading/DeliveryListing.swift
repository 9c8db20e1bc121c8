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
    let query: DeliveryQuery
    let status: StoredState.Code?
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

    /// Whether the path leads to deliveries of the wanted state alone.
    private var isIndexed: Bool {
        switch status {
        case nil, .failed, .cancelled: true
        case .scheduled, .succeeded: false
        }
    }

    /// Whether rows that the path leads to are left out.
    var filters: Bool {
        switch path {
        case .event: status != nil || query.endpoint != nil || query.application != nil
        case .endpoint, .environment: !isIndexed || query.application != nil
        case .backlog: true
        }
    }

    // The state stands in the text, not in a parameter, for a partial index to serve.
    private var looked: String {
        let (source, condition) =
            switch path {
            case .event: ("deliveries d", "AND d.event = $4::uuid")
            case .endpoint where status == .failed: ("deliveries d", "AND d.endpoint = $4::uuid AND d.state = 2")
            case .endpoint where status == .cancelled: ("deliveries d", "AND d.endpoint = $4::uuid AND d.state = 3")
            case .endpoint: ("deliveries d", "AND d.endpoint = $4::uuid")
            case .environment where status == .failed: ("deliveries d", "AND d.state = 2 AND $4::uuid IS NULL")
            case .environment where status == .cancelled: ("deliveries d", "AND d.state = 3 AND $4::uuid IS NULL")
            case .environment: ("deliveries d", "AND $4::uuid IS NULL")
            case .backlog where query.endpoint != nil:
                ("\(Owners.all) o JOIN deliveries d ON d.owner = o.number", "AND d.endpoint = $4::uuid AND d.state = 0")
            case .backlog:
                ("\(Owners.all) o JOIN deliveries d ON d.owner = o.number", "AND d.state = 0 AND $4::uuid IS NULL")
            }
        return """
            SELECT d.* FROM \(source)
            WHERE d.environment = $1::uuid AND d.id >= $2::uuid AND d.id < $3::uuid \(condition)
            ORDER BY d.id DESC LIMIT \(EventQuery.scanLimit)
            """
    }

    /// The page.
    var sql: String {
        """
        SELECT \(DeliveryRow.columns) FROM (\(looked)) d \(DeliveryRow.joins)
        WHERE ($5::smallint IS NULL OR d.state = $5::smallint)
            AND ($6::boolean IS NULL OR (p.inactivity IS NULL) = $6::boolean)
            AND ($7::uuid IS NULL OR d.endpoint = $7::uuid) AND ($8::uuid IS NULL OR p.application = $8::uuid)
        ORDER BY d.id DESC LIMIT $9::bigint
        """
    }

    /// The last row that one page looks at, where there are so many.
    var boundary: String {
        "SELECT d.id FROM (\(looked)) d ORDER BY d.id DESC OFFSET \(EventQuery.scanLimit - 1) LIMIT 1"
    }

    /// Binds what ``boundary`` takes, the first four that ``sql`` takes.
    func bindPath(_ range: IdentifierRange<DeliveryKind>, to parameters: Parameters) {
        parameters.add(query.environment)
        parameters.add(range.lower)
        parameters.add(range.upper)
        switch path {
        case .event: parameters.add(query.event)
        case .endpoint, .backlog: parameters.add(query.endpoint)
        case .environment: parameters.addNull()
        }
    }

    func bind(_ range: IdentifierRange<DeliveryKind>, to parameters: Parameters) {
        bindPath(range, to: parameters)
        parameters.add(status.map { Int16(truncatingIfNeeded: $0.rawValue) })
        if let wantsActive { parameters.add(wantsActive) } else { parameters.addNull() }
        parameters.add(query.endpoint)
        parameters.add(query.application)
        parameters.add(query.limit + 1)
    }
}
