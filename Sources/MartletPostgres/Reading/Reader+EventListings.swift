import MartletCore
import MartletStore

extension Reader {
    func events(_ query: EventQuery) throws(StoreError) -> Found<Event, EventID> {
        guard query.limit > 0 else { return Found(items: [], next: nil) }
        return try snapshot { (connection) throws(StoreError) in
            let gathered = try gathered(query, on: connection)
            let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
            let rows = try connection.query(EventListing.page(gathered: gathered != nil)) { parameters in
                parameters.add(query.environment)
                parameters.add(range.lower)
                parameters.add(range.upper)
                parameters.add(query.type)
                parameters.add(query.text.map { Array($0.utf8) })
                // What was gathered has passed them.
                parameters.add(gathered == nil ? query.application : nil)
                let status = gathered == nil ? query.status?.storedCode.rawValue : nil
                parameters.add(status.map { Int16(truncatingIfNeeded: $0) })
                // One more than wanted tells whether there is a next page.
                parameters.add(query.limit + 1)
                if let gathered { parameters.array(gathered) } else { parameters.addNull() }
            }.map { (row) throws(StoreError) in
                (
                    event: try EventRow.read(row, environment: query.environment),
                    isWanted: row.boolean(EventRow.count), isLast: row.boolean(EventRow.count + 1)
                )
            }
            var found = Found<Event, EventID>(items: [], next: nil)
            for row in rows {
                if found.items.count == query.limit {
                    found.next = found.items.last?.id
                    break
                }
                if row.isWanted { found.items.append(row.event) }
                if row.isLast {
                    found.next = row.event.id
                    break
                }
            }
            return found
        }
    }

    /// The events that have a delivery in the wanted state, or that are the application's business; `nil` where there are too
    /// many of them to be sorted at once, or where nothing leads to them.
    private func gathered(_ query: EventQuery, on connection: Connection) throws(StoreError) -> Set<EventID>? {
        let status = query.status?.storedCode
        var endpoints: [EndpointID?] = [nil]
        if let application = query.application {
            let own = try self.endpoints(of: application, on: connection)
            guard own.count <= DeliveryListing.mergeBound else { return nil }
            endpoints = own
        } else {
            switch status {
            case nil, .succeeded: return nil
            // The index of what waits is all environments' together.
            case .scheduled: guard try isBacklogShort(of: nil, on: connection) else { return nil }
            case .failed, .cancelled: break
            }
        }
        var events: Set<EventID> = []
        var left = EventQuery.gatherLimit
        for endpoint in endpoints {
            let sql = EventListing.deliveries(in: status, ofEndpoint: endpoint != nil)
            let rows = try connection.query(sql) { parameters in
                parameters.add(left + 1)
                if let endpoint { parameters.add(endpoint) } else { parameters.add(query.environment) }
            }
            left -= rows.count
            if left < 0 { return nil }
            for (event, state) in try rows.map({ (row) throws(StoreError) in
                (try row.identifier(0, EventKind.self), row.integer(1))
            }) where status == nil || state == status?.rawValue {
                events.insert(event)
            }
        }
        guard status == nil, let application = query.application else { return events }
        let rows = try connection.query(EventListing.unwanted) { parameters in
            parameters.add(left + 1)
            parameters.add(application)
        }
        guard rows.count <= left else { return nil }
        return events.union(try rows.map { (row) throws(StoreError) in try row.identifier(0, EventKind.self) })
    }
}
