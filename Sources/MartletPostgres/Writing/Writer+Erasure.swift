import MartletCore
import MartletStore

extension Writer {
    func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) throws(StoreError) -> ErasureStep {
        try transaction { (connection) throws(StoreError) in
            let erasing = Erasing(application: application, environment: environment, connection: connection)
            guard let place = try erasing.place() else { return ErasureStep(isOver: true) }
            if let step = try eraseDeliveries(erasing, limit: limit) { return step }
            if try erasing.eraseSums(limit: limit) { return ErasureStep(isOver: false) }
            if try eraseEvents(erasing, after: place.cursor, limit: limit) { return ErasureStep(isOver: false) }
            guard let settled else { return ErasureStep(isOver: true) }
            try erasing.moveOn(from: place, at: settled)
            return ErasureStep(isOver: place.isLast)
        }
    }

    /// `nil` where there are none left.
    private func eraseDeliveries(_ erasing: Erasing, limit: Int) throws(StoreError) -> ErasureStep? {
        let connection = erasing.connection
        let endpoints = try connection.query(
            """
            SELECT p.id FROM endpoints p
            WHERE p.application = $1::uuid AND EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint = p.id) LIMIT 1
            """
        ) { $0.add(erasing.application) }
        guard let row = endpoints.first else { return nil }
        let endpoint: EndpointID = try row.identifier(0)
        let rows = try connection.query(
            "SELECT id, state = 0 FROM deliveries WHERE endpoint = $1::uuid ORDER BY id LIMIT $2::bigint FOR UPDATE"
        ) {
            $0.add(endpoint)
            $0.add(limit)
        }
        let found = try rows.map { (row) throws(StoreError) in
            (id: try row.identifier(0, DeliveryKind.self), isWaiting: row.boolean(1))
        }
        try drop(found.map(\.id), in: erasing.environment, on: connection)
        try erasing.count(deliveries: found.count)
        let waiting = found.filter(\.isWaiting).count
        return ErasureStep(ended: waiting > 0 ? [endpoint: waiting] : [:], isOver: false)
    }

    /// Looks at the next events, and removes those that were meant for the application alone. `false` where there are no
    /// more.
    private func eraseEvents(_ erasing: Erasing, after cursor: EventID, limit: Int) throws(StoreError) -> Bool {
        let connection = erasing.connection
        // To look at an event costs a small part of what it costs to remove one.
        let rows = try connection.query(
            """
            SELECT id, application IS NOT DISTINCT FROM $2::uuid FROM events
            WHERE environment = $1::uuid AND id > $3::uuid ORDER BY id LIMIT $4::bigint
            """
        ) { parameters in
            parameters.add(erasing.environment)
            parameters.add(erasing.application)
            parameters.add(cursor)
            parameters.add(limit * 4)
        }
        var last: EventID?
        var own: [EventID] = []
        for (id, isOwn) in try rows.map({ (row) throws(StoreError) in
            (try row.identifier(0, EventKind.self), row.boolean(1))
        }) where own.count < limit {
            last = id
            if isOwn { own.append(id) }
        }
        guard let last else { return false }
        try lock(own, in: erasing.environment, on: connection)
        // A delivery that came after all is removed by the next step, and its event by the last look.
        let rest = try connection.query("SELECT DISTINCT event FROM deliveries WHERE event = ANY ($1::uuid[])") {
            $0.array(own)
        }
        let kept = Set(try rest.map { (row) throws(StoreError) in try row.identifier(0, EventKind.self) })
        let erased = own.filter { !kept.contains($0) }
        try drop(erased, in: erasing.environment, on: connection)
        try erasing.count(events: erased.count)
        try erasing.put(cursor: last)
        return true
    }
}

/// One application's erasure within a transaction.
struct Erasing {
    let application: ApplicationID
    let environment: EnvironmentID
    let connection: Connection

    struct Place {
        var requestedAt: Timestamp
        var cursor: EventID
        /// Whether this is the last look at the events.
        var isLast: Bool
    }

    func place() throws(StoreError) -> Place? {
        let rows = try connection.query(
            """
            SELECT erasure_requested_at, erasure_cursor, erasure_is_last FROM applications
            WHERE environment = $1::uuid AND id = $2::uuid
                AND erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL
            FOR NO KEY UPDATE
            """
        ) {
            $0.add(environment)
            $0.add(application)
        }
        guard let row = rows.first else { return nil }
        // No event of an application is older than it: ids begin with the instant.
        let birth = EventID(high: application.high & ~0xFFFF, low: 0)
        return Place(
            requestedAt: row.timestamp(0), cursor: try row.optionalIdentifier(1) ?? birth, isLast: row.boolean(2))
    }

    /// Removes what was summed up and told of the application's endpoints, its jobs and what its sources received. `false` where there is nothing left.
    func eraseSums(limit: Int) throws(StoreError) -> Bool {
        for sql in Self.sums {
            let rows = try connection.query(sql) {
                $0.add(application)
                $0.add(limit)
            }
            if rows.affected > 0 { return true }
        }
        return false
    }

    private static let sums = [
        """
        DELETE FROM endpoint_hours WHERE (environment, endpoint, hour) IN (
            SELECT h.environment, h.endpoint, h.hour FROM endpoints p
            JOIN endpoint_hours h ON h.environment = p.environment AND h.endpoint = p.id
            WHERE p.application = $1::uuid LIMIT $2::bigint)
        """,
        """
        DELETE FROM endpoint_health WHERE (environment, endpoint) IN (
            SELECT h.environment, h.endpoint FROM endpoints p
            JOIN endpoint_health h ON h.environment = p.environment AND h.endpoint = p.id
            WHERE p.application = $1::uuid LIMIT $2::bigint)
        """,
        """
        DELETE FROM operational_events WHERE (environment, id) IN (
            SELECT environment, id FROM operational_events WHERE application = $1::uuid LIMIT $2::bigint)
        """,
        """
        DELETE FROM jobs WHERE (environment, id) IN (
            SELECT environment, id FROM jobs WHERE application = $1::uuid LIMIT $2::bigint)
        """,
        """
        DELETE FROM requests WHERE (environment, id) IN (
            SELECT environment, id FROM requests WHERE application = $1::uuid LIMIT $2::bigint)
        """,
    ]

    func count(events: Int = 0, deliveries: Int = 0) throws(StoreError) {
        _ = try connection.query(
            """
            UPDATE applications
            SET erased_events = erased_events + $3::bigint, erased_deliveries = erased_deliveries + $4::bigint
            WHERE environment = $1::uuid AND id = $2::uuid
            """
        ) { parameters in
            parameters.add(environment)
            parameters.add(application)
            parameters.add(events)
            parameters.add(deliveries)
        }
    }

    func put(cursor: EventID) throws(StoreError) {
        _ = try connection.query(
            "UPDATE applications SET erasure_cursor = $3::uuid WHERE environment = $1::uuid AND id = $2::uuid"
        ) { parameters in
            parameters.add(environment)
            parameters.add(application)
            parameters.add(cursor)
        }
    }

    /// From the first look to the last, and from the last to the end.
    func moveOn(from place: Place, at now: Timestamp) throws(StoreError) {
        let again = IdentifierRange<EventKind>(since: place.requestedAt - Erasure.overlap, until: nil, before: nil)
            .lower
        _ = try connection.query(
            """
            UPDATE applications
            SET erasure_is_last = true, erasure_cursor = $3::uuid, erasure_finished_at = $4::bigint
            WHERE environment = $1::uuid AND id = $2::uuid
            """
        ) { parameters in
            parameters.add(environment)
            parameters.add(application)
            parameters.add(place.isLast ? nil : Optional(again))
            parameters.add(place.isLast ? Optional(now) : nil)
        }
    }
}
