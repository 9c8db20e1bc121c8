import MartletCore
import MartletStore

extension Writer {
    /// Marks an application to be erased; it is deleted first, where it is not yet.
    func requestErasure(
        of application: ApplicationID, in environment: EnvironmentID, at now: Timestamp
    ) throws(StoreError) {
        guard let number = try findNumber(of: environment) else { return }
        let statement = try connection.cached(
            """
            UPDATE applications SET erasure_requested_at = ?3
            WHERE environment = ?1 AND id = ?2 AND erasure_requested_at IS NULL
            """)
        statement.bind(1, number)
        statement.bind(2, application)
        statement.bind(3, now)
        try statement.run()
    }

    func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) throws(StoreError) -> ErasureStep {
        guard let number = try findNumber(of: environment) else { return ErasureStep(isOver: true) }
        // What is erased is overwritten, not merely let go of.
        let usual = try connection.integer("PRAGMA secure_delete") ?? 0
        _ = try connection.integer("PRAGMA secure_delete = 1")
        defer { _ = try? connection.integer("PRAGMA secure_delete = \(usual)") }
        return try connection.writing { () throws(StoreError) in
            guard let place = try place(of: application, in: number) else { return ErasureStep(isOver: true) }
            if let step = try eraseDeliveries(of: application, in: number, limit: limit) { return step }
            if try eraseSums(of: application, limit: limit) { return ErasureStep(isOver: false) }
            if try eraseEvents(of: application, in: number, after: place.cursor, limit: limit) {
                return ErasureStep(isOver: false)
            }
            guard let settled else { return ErasureStep(isOver: true) }
            try moveOn(application, in: number, from: place, at: settled)
            return ErasureStep(isOver: place.isLast)
        }
    }

    private struct ErasurePlace {
        var requestedAt: Timestamp
        var cursor: EventID
        /// Whether this is the last look at the events.
        var isLast: Bool
    }

    private func place(of application: ApplicationID, in environment: Int64) throws(StoreError) -> ErasurePlace? {
        let statement = try connection.cached(
            """
            SELECT erasure_requested_at, erasure_cursor, erasure_is_last FROM applications
            WHERE environment = ?1 AND id = ?2 AND erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL
            """)
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, application)
        guard try statement.step() else { return nil }
        // No event of an application is older than it: ids begin with the instant.
        let birth = EventID(high: application.high & ~0xFFFF, low: 0)
        return ErasurePlace(
            requestedAt: statement.timestamp(0), cursor: try statement.optionalIdentifier(1) ?? birth,
            isLast: statement.integer(2) != 0)
    }

    /// `nil` where there are none left.
    private func eraseDeliveries(
        of application: ApplicationID, in environment: Int64, limit: Int
    ) throws(StoreError) -> ErasureStep? {
        let endpoints = try connection.cached(
            """
            SELECT p.number, p.id FROM endpoints p INDEXED BY endpoints_of_application
            WHERE p.application = ?1 AND EXISTS (
                SELECT 1 FROM deliveries d INDEXED BY deliveries_of_endpoint WHERE d.endpoint = p.number)
            LIMIT 1
            """)
        endpoints.bind(1, application)
        guard try endpoints.step() else {
            endpoints.reset()
            return nil
        }
        let number = endpoints.integer(0)
        let endpoint: EndpointID = try endpoints.identifier(1)
        endpoints.reset()
        let statement = try connection.cached(
            "SELECT id, state FROM deliveries INDEXED BY deliveries_of_endpoint WHERE endpoint = ?1 LIMIT ?2")
        statement.bind(1, number)
        statement.bind(2, Int64(limit))
        var found: [(id: DeliveryID, isWaiting: Bool)] = []
        while try statement.step() { found.append((try statement.identifier(0), statement.integer(1) == 0)) }
        statement.reset()
        for delivery in found { try drop(delivery.id, in: environment) }
        try count(of: application, in: environment, deliveries: found.count)
        let waiting = found.filter(\.isWaiting).count
        return ErasureStep(ended: waiting > 0 ? [endpoint: waiting] : [:], isOver: false)
    }

    /// Removes what was summed up and told of the application's endpoints, its jobs and what its sources received. `false` where there is nothing left.
    private func eraseSums(of application: ApplicationID, limit: Int) throws(StoreError) -> Bool {
        for sql in Self.sums {
            let statement = try connection.cached(sql)
            statement.bind(1, application)
            statement.bind(2, Int64(limit))
            try statement.run()
            if connection.changes > 0 { return true }
        }
        return false
    }

    private static let sums = [
        """
        DELETE FROM endpoint_hours WHERE (endpoint, hour) IN (
            SELECT h.endpoint, h.hour FROM endpoints p INDEXED BY endpoints_of_application
            CROSS JOIN endpoint_hours h ON h.endpoint = p.number WHERE p.application = ?1 LIMIT ?2)
        """,
        """
        DELETE FROM endpoint_health WHERE endpoint IN (
            SELECT h.endpoint FROM endpoints p INDEXED BY endpoints_of_application
            CROSS JOIN endpoint_health h ON h.endpoint = p.number WHERE p.application = ?1 LIMIT ?2)
        """,
        """
        DELETE FROM operational_events WHERE (environment, id) IN (
            SELECT environment, id FROM operational_events INDEXED BY operational_events_of_application
            WHERE application = ?1 LIMIT ?2)
        """,
        """
        DELETE FROM jobs WHERE (environment, id) IN (
            SELECT environment, id FROM jobs INDEXED BY jobs_of_application WHERE application = ?1 LIMIT ?2)
        """,
        """
        DELETE FROM requests WHERE number IN (
            SELECT number FROM requests INDEXED BY requests_of_application WHERE application = ?1 LIMIT ?2)
        """,
    ]

    /// Looks at the next events, and removes those that were meant for the application alone. `false` where there are no
    /// more.
    private func eraseEvents(
        of application: ApplicationID, in environment: Int64, after cursor: EventID, limit: Int
    ) throws(StoreError) -> Bool {
        let statement = try connection.cached(
            """
            SELECT number, id, application = ?2 FROM events INDEXED BY events_id
            WHERE environment = ?1 AND id > ?3 ORDER BY id LIMIT ?4
            """)
        statement.bind(1, environment)
        statement.bind(2, application)
        statement.bind(3, cursor)
        // To look at an event costs a small part of what it costs to remove one.
        statement.bind(4, Int64(limit) * 4)
        var last: EventID?
        var own: [(number: Int64, id: EventID)] = []
        while own.count < limit, try statement.step() {
            let id: EventID = try statement.identifier(1)
            last = id
            if statement.integer(2) != 0 { own.append((statement.integer(0), id)) }
        }
        statement.reset()
        guard let last else { return false }
        var erased = 0
        // A delivery that came after all is removed by the next step, and its event by the last look.
        for event in own where try !hasDeliveries(event.number) {
            try dropEvent(event.number)
            erased += 1
        }
        try count(of: application, in: environment, events: erased)
        let put = try connection.cached(
            "UPDATE applications SET erasure_cursor = ?3 WHERE environment = ?1 AND id = ?2")
        put.bind(1, environment)
        put.bind(2, application)
        put.bind(3, last)
        try put.run()
        return true
    }

    private func count(
        of application: ApplicationID, in environment: Int64, events: Int = 0, deliveries: Int = 0
    ) throws(StoreError) {
        let statement = try connection.cached(
            """
            UPDATE applications SET erased_events = erased_events + ?3, erased_deliveries = erased_deliveries + ?4
            WHERE environment = ?1 AND id = ?2
            """)
        statement.bind(1, environment)
        statement.bind(2, application)
        statement.bind(3, Int64(events))
        statement.bind(4, Int64(deliveries))
        try statement.run()
    }

    /// From the first look to the last, and from the last to the end.
    private func moveOn(
        _ application: ApplicationID, in environment: Int64, from place: ErasurePlace, at now: Timestamp
    ) throws(StoreError) {
        let statement = try connection.cached(
            """
            UPDATE applications SET erasure_is_last = 1, erasure_cursor = ?3, erasure_finished_at = ?4
            WHERE environment = ?1 AND id = ?2
            """)
        let again = IdentifierRange<EventKind>(since: place.requestedAt - Erasure.overlap, until: nil, before: nil)
            .lower
        statement.bind(1, environment)
        statement.bind(2, application)
        statement.bind(3, place.isLast ? nil : Optional(again))
        statement.bind(4, place.isLast ? Optional(now) : nil)
        try statement.run()
    }
}
