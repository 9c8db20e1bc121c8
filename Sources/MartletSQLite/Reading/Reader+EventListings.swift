import MartletCore
import MartletStore

extension Reader {
    func events(_ query: EventQuery) throws(StoreError) -> Found<Event, EventID> {
        guard query.limit > 0, let environment = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        return try connection.reading { () throws(StoreError) in
            if let numbers = try gathered(query, in: environment) {
                return try page(of: numbers, query, in: environment)
            }
            return try scanned(query, in: environment)
        }
    }

    // MARK: Along the events

    private func scanned(_ query: EventQuery, in environment: Int64) throws(StoreError) -> Found<Event, EventID> {
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let statement = try connection.cached(EventListing.all)
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        var page = EventPage(query)
        while try statement.step() {
            // There is more than fits: whether it would pass the filters is for the next page to see.
            if page.isFull { return page.beforeMore }
            let number = statement.integer(0)
            page.looked += 1
            if try passes(statement, number, &page) { page.items.append(try event(number, query.environment)) }
            if page.isSpent { return page.ending(at: try statement.identifier(1)) }
        }
        return page.last
    }

    // The cheapest first; the body, which may lie on pages of its own, before the deliveries in another table.
    private func passes(_ row: Statement, _ number: Int64, _ page: inout EventPage) throws(StoreError) -> Bool {
        let query = page.query
        if let type = query.type, row.text(2) != type { return false }
        guard try hasText(number, &page) else { return false }
        let owner: ApplicationID? = try row.optionalIdentifier(3)
        if query.status == nil, query.application == nil || owner == query.application { return true }
        page.lookedAtDeliveries += 1
        let statement = try connection.cached(EventListing.hasDelivery)
        defer { statement.reset() }
        statement.bind(1, number)
        statement.bind(2, query.application)
        statement.bind(3, query.status?.storedCode.rawValue)
        return try statement.step()
    }

    /// Whether the body of an event has the text that is looked for.
    private func hasText(_ number: Int64, _ page: inout EventPage) throws(StoreError) -> Bool {
        guard let text = page.text else { return true }
        let statement = try connection.cached("SELECT body FROM events WHERE number = ?1")
        defer { statement.reset() }
        statement.bind(1, number)
        guard try statement.step() else { return false }
        return statement.withBytes(0) { body in
            page.textBytes += body.count
            return body.contains(text)
        }
    }

    private func event(_ number: Int64, _ environment: EnvironmentID) throws(StoreError) -> Event {
        let statement = try connection.cached(EventListing.one)
        defer { statement.reset() }
        statement.bind(1, number)
        guard try statement.step() else {
            throw .corrupt("\(connection.path) has no event number \(number), which an index leads to.")
        }
        return try EventRow.read(statement, environment: environment)
    }

    // MARK: Along their deliveries

    /// The numbers of the events that have a delivery in the wanted state, or that are the application's business; `nil` where
    /// there are too many of them to be sorted at once, or where nothing leads to them.
    private func gathered(_ query: EventQuery, in environment: Int64) throws(StoreError) -> Set<Int64>? {
        let status = query.status?.storedCode
        var endpoints: [EndpointID?] = [nil]
        if let application = query.application {
            let own = try self.endpoints(of: application)
            guard own.count <= DeliveryListing.mergeBound else { return nil }
            endpoints = own
        } else {
            switch status {
            case nil, .succeeded: return nil
            // The index of what waits is all environments' together.
            case .scheduled: guard try isBacklogShort(of: nil) else { return nil }
            case .failed, .cancelled: break
            }
        }
        var numbers: Set<Int64> = []
        var left = EventQuery.gatherLimit
        for endpoint in endpoints {
            let statement = try connection.cached(EventListing.deliveries(in: status, ofEndpoint: endpoint != nil))
            defer { statement.reset() }
            statement.bind(1, Int64(left) + 1)
            if let endpoint { statement.bind(2, endpoint) } else { statement.bind(2, environment) }
            while try statement.step() {
                left -= 1
                if left < 0 { return nil }
                if status == nil || statement.integer(1) == status?.rawValue { numbers.insert(statement.integer(0)) }
            }
        }
        guard status == nil, let application = query.application else { return numbers }
        let statement = try connection.cached(EventListing.unwanted)
        defer { statement.reset() }
        statement.bind(1, application)
        statement.bind(2, Int64(left) + 1)
        while try statement.step() {
            left -= 1
            if left < 0 { return nil }
            numbers.insert(statement.integer(0))
        }
        return numbers
    }

    private func page(
        of numbers: Set<Int64>, _ query: EventQuery, in environment: Int64
    ) throws(StoreError) -> Found<Event, EventID> {
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let statement = try connection.cached(EventListing.head)
        var wanted: [(id: EventID, number: Int64)] = []
        // In their order, neighbours lie on the same page of the file.
        for number in numbers.sorted() {
            defer { statement.reset() }
            statement.bind(1, number)
            statement.bind(2, environment)
            guard try statement.step() else { continue }
            let id: EventID = try statement.identifier(0)
            guard range.contains(id), query.type == nil || statement.text(1) == query.type else { continue }
            wanted.append((id, number))
        }
        var page = EventPage(query)
        for (id, number) in wanted.sorted(by: { $0.id > $1.id }) {
            if page.isFull { return page.beforeMore }
            if try hasText(number, &page) { page.items.append(try event(number, query.environment)) }
            if page.isSpent { return page.ending(at: id) }
        }
        return page.last
    }
}

/// The queries that list events.
enum EventListing {
    /// Those of an environment, without their bodies: one that is large would be read from pages of its own.
    static let all = """
        SELECT e.number, e.id, e.type, e.application FROM events e INDEXED BY events_id
        WHERE e.environment = ?1 AND e.id >= ?2 AND e.id < ?3 ORDER BY e.id DESC
        """

    static let one = "SELECT \(EventRow.columns) FROM events e WHERE e.number = ?1"
    static let head = "SELECT e.id, e.type FROM events e WHERE e.number = ?1 AND e.environment = ?2"

    static let hasDelivery = """
        SELECT 1 FROM deliveries d INDEXED BY deliveries_of_event CROSS JOIN endpoints p ON p.number = d.endpoint
        WHERE d.event = ?1 AND (?2 IS NULL OR p.application = ?2) AND (?3 IS NULL OR d.state = ?3) LIMIT 1
        """

    /// An application's events that had nobody to go to, of which no delivery tells.
    static let unwanted = """
        SELECT number FROM events INDEXED BY events_unwanted
        WHERE application = ?1 AND delivery_count = 0 LIMIT ?2
        """

    /// The events of deliveries and how these stand. Parameters: 1 how many, 2 the endpoint or the environment.
    ///
    /// - Parameter status: the state that they are in, for which an endpoint's may be looked through too, and an
    ///   environment's where an index has them.
    static func deliveries(in status: StoredState.Code?, ofEndpoint: Bool) -> String {
        let (index, state) =
            if status == .scheduled {
                ("deliveries_due", "AND d.state = 0")
            } else if let trouble = status?.trouble {
                ("deliveries_troubled\(ofEndpoint ? "_of_endpoint" : "")", "AND d.trouble = \(trouble)")
            } else {
                ("deliveries_of_endpoint", "")
            }
        let place =
            ofEndpoint ? "d.endpoint = (SELECT number FROM endpoints WHERE id = ?2)" : "d.environment = ?2"
        return "SELECT d.event, d.state FROM deliveries d INDEXED BY \(index) WHERE \(place) \(state) LIMIT ?1"
    }
}
