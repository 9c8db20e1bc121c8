import MartletCore
import MartletStore

extension Reader {
    /// How large the bodies of a page may be before it ends, in bytes.
    private static let pageBytes = 8 << 20

    func transferCounts() throws(StoreError) -> [TransferPart: Int] {
        var counts: [TransferPart: Int] = [:]
        for part in TransferPart.allCases {
            counts[part] = Int(try connection.integer("SELECT count(*) FROM \(Self.table(of: part))") ?? 0)
        }
        return counts
    }

    private static func table(of part: TransferPart) -> String {
        switch part {
        case .settings: "settings"
        case .environments: "environments"
        case .profiles: "profiles"
        case .applications: "applications"
        case .endpoints: "endpoints"
        case .eventTypes: "event_types"
        case .keys: "keys"
        case .answers: "answers"
        case .operationalEvents: "operational_events"
        case .jobs: "jobs"
        case .hours: "endpoint_hours"
        case .health: "endpoint_health"
        case .events: "events"
        case .deliveries: "deliveries"
        case .sources: "sources"
        case .requests: "requests"
        case .environmentHours: "environment_hours"
        case .alerts: "alerts"
        case .incidents: "incidents"
        case .mails: "mails"
        }
    }

    func transferRecords(
        after place: TransferPlace, limit: Int
    ) throws(StoreError) -> (records: [TransferRecord], next: TransferPlace?) {
        let key = try TransferKey(place.after, in: place.part)
        let (records, last) = try connection.reading { () throws(StoreError) in
            try page(of: place.part, after: key, limit: max(1, limit))
        }
        if let last { return (records, TransferPlace(part: place.part, after: last.encoded)) }
        return (records, place.part.next.map { TransferPlace(part: $0) })
    }

    /// A page of one part, and the key of its last record; `nil` where there is nothing after it.
    private func page(
        of part: TransferPart, after key: TransferKey, limit: Int
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        switch part {
        case .settings:
            try records(
                "SELECT name, value FROM settings WHERE ?1 = 0 AND name > ?2 ORDER BY name LIMIT ?3", key, limit
            ) { (row) throws(StoreError) in
                (.setting(name: row.text(0), value: row.bytes(1)), TransferKey(0, row.text(0)))
            }
        case .environments:
            try records(
                "SELECT id, name, record, number FROM environments WHERE number > ?1 ORDER BY number LIMIT ?3", key,
                limit
            ) { (row) throws(StoreError) in
                (
                    .environment(
                        try EnvironmentRecord.decode(row.bytes(2), id: try row.identifier(0), name: row.text(1))),
                    TransferKey(row.integer(3))
                )
            }
        case .profiles:
            try records(
                """
                SELECT \(Self.profileColumns) FROM profiles
                WHERE (environment, name) > (?1, ?2) ORDER BY environment, name LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in
                (.profile(try profile(row)), TransferKey(row.integer(0), row.text(1)))
            }
        case .applications: try applications(after: key, limit: limit)
        case .endpoints: try endpoints(after: key, limit: limit)
        case .eventTypes:
            try records(
                """
                SELECT \(Self.eventTypeColumns) FROM event_types
                WHERE (environment, name) > (?1, ?2) ORDER BY environment, name LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in
                (.eventType(try eventType(row)), TransferKey(row.integer(0), row.text(1)))
            }
        case .keys:
            try records(
                """
                SELECT \(Self.keyColumns) FROM keys
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.key(try self.key(row)), TransferKey(row.integer(0), row.bytes(1))) }
        case .answers: try answers(after: key, limit: limit)
        case .operationalEvents: try operationalEvents(after: key, limit: limit)
        case .jobs:
            try records(
                """
                SELECT \(Self.jobColumns) FROM jobs
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.job(try job(row)), TransferKey(row.integer(0), row.bytes(1))) }
        case .hours: try hours(after: key, limit: limit)
        case .health:
            try records(
                """
                SELECT \(Self.healthColumns), h.endpoint FROM \(Self.healthJoin)
                WHERE h.endpoint > ?1 ORDER BY h.endpoint LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.health(try readHealth(row)), TransferKey(row.integer(6))) }
        case .events: try events(after: key, limit: limit)
        case .deliveries: try deliveries(after: key, limit: limit)
        case .sources:
            try records(
                """
                SELECT \(Self.sourceColumns) FROM sources
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.source(try source(row)), TransferKey(row.integer(0), row.bytes(1))) }
        case .requests:
            try records(
                """
                SELECT \(RequestRow.columns), body, environment FROM requests
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit,
                size: { if case .request(let request) = $0 { request.body.count } else { 0 } }
            ) { (row) throws(StoreError) in
                let environment = row.integer(RequestRow.count + 1)
                var request = try RequestRow.read(row, environment: try self.environment(environment))
                request.body = row.bytes(RequestRow.count)
                return (.request(request), TransferKey(environment, row.bytes(0)))
            }
        case .environmentHours:
            try records(
                """
                SELECT \(Self.environmentHourColumns), environment FROM environment_hours
                WHERE (environment, hour) > (?1, ?2) ORDER BY environment, hour LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in
                let hour = try environmentHour(row, in: try environment(row.integer(5)))
                return (.environmentHour(hour), TransferKey(row.integer(5), row.integer(0)))
            }
        case .alerts:
            try records(
                """
                SELECT \(Self.alertColumns) FROM alerts
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.alert(try alert(row)), TransferKey(row.integer(0), row.bytes(1))) }
        case .incidents:
            try records(
                """
                SELECT \(Self.incidentColumns) FROM incidents
                WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
                """, key, limit
            ) { (row) throws(StoreError) in (.incident(try incident(row)), TransferKey(row.integer(0), row.bytes(1))) }
        case .mails:
            try records(
                "SELECT \(Self.mailColumns) FROM mails WHERE ?1 <= 0 AND id > ?2 ORDER BY id LIMIT ?3", key, limit
            ) { (row) throws(StoreError) in (.mail(try mail(row)), TransferKey(0, row.bytes(0))) }
        }
    }

    /// Runs a page's statement. Parameters: 1 the key's number, 2 its rest, 3 the limit.
    private func records(
        _ sql: String, _ key: TransferKey, _ limit: Int,
        size: (TransferRecord) -> Int = { _ in 0 },
        _ read: (Statement) throws(StoreError) -> (TransferRecord, TransferKey)
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        let statement = try connection.prepare(sql)
        statement.bind(1, key.number)
        switch key.rest {
        case .bytes(let bytes): statement.bind(2, bytes)
        case .text(let text): statement.bind(2, text)
        case .number(let number): statement.bind(2, number)
        }
        statement.bind(3, Int64(limit))
        var records: [TransferRecord] = []
        var last: TransferKey?
        var bytes = 0
        while bytes < Self.pageBytes, try statement.step() {
            let (record, key) = try read(statement)
            bytes += size(record)
            records.append(record)
            last = key
        }
        return (records, last)
    }

    private func applications(
        after key: TransferKey, limit: Int
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT \(Self.applicationColumns), deleted_at, erasure_requested_at, erasure_finished_at, erased_events,
                erased_deliveries
            FROM applications WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
            """, key, limit
        ) { (row) throws(StoreError) in
            let key = TransferKey(row.integer(0), row.bytes(1))
            guard let deletedAt = row.optionalTimestamp(6) else { return (.application(try application(row)), key) }
            let id: ApplicationID = try row.identifier(1)
            let environment = try environment(row.integer(0))
            let erasure = row.optionalTimestamp(7).map {
                Erasure(
                    environment: environment, application: id, requestedAt: $0, finishedAt: row.optionalTimestamp(8),
                    events: Int(row.integer(9)), deliveries: Int(row.integer(10)))
            }
            let deleted = DeletedApplication(
                id: id, environment: environment, createdAt: row.timestamp(4), updatedAt: row.timestamp(5),
                deletedAt: deletedAt, erasure: erasure)
            return (.deletedApplication(deleted), key)
        }
    }

    private func endpoints(
        after key: TransferKey, limit: Int
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            "SELECT \(Self.endpointColumns), number, deleted_at FROM endpoints WHERE number > ?1 ORDER BY number LIMIT ?3",
            key, limit
        ) { (row) throws(StoreError) in
            let key = TransferKey(row.integer(11))
            guard let deletedAt = row.optionalTimestamp(12) else { return (.endpoint(try endpoint(row)), key) }
            let deleted = DeletedEndpoint(
                id: try row.identifier(1), environment: try environment(row.integer(0)),
                application: try row.identifier(2), createdAt: row.timestamp(9), updatedAt: row.timestamp(10),
                deletedAt: deletedAt)
            return (.deletedEndpoint(deleted), key)
        }
    }

    private func answers(after key: TransferKey, limit: Int) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT environment, key, fingerprint, expires_at, state, answer FROM answers
            WHERE (environment, key) > (?1, ?2) ORDER BY environment, key LIMIT ?3
            """, key, limit
        ) { (row) throws(StoreError) in
            let content: StoredAnswer.Content
            switch Writer.AnswerState(rawValue: row.integer(4)) {
            case .reserved: content = .reserved
            case .answered: content = .answered(row.bytes(5))
            case .published:
                content = .published(
                    try IdentifierRecord.decode(row.bytes(5), of: "the answer to a publishing request"))
            case nil: throw .corrupt("\(connection.path) holds an answer in a state that this version does not know.")
            }
            let stamp = IdempotencyStamp(
                environment: try environment(row.integer(0)), key: row.text(1), fingerprint: row.bytes(2),
                expiresAt: row.timestamp(3))
            return (
                .answer(StoredAnswer(stamp: stamp, content: content)), TransferKey(row.integer(0), row.text(1))
            )
        }
    }

    private func operationalEvents(
        after key: TransferKey, limit: Int
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT \(Self.operationalEventColumns), environment FROM operational_events
            WHERE (environment, id) > (?1, ?2) ORDER BY environment, id LIMIT ?3
            """, key, limit
        ) { (row) throws(StoreError) in
            (
                .operationalEvent(try operationalEvent(row, in: try environment(row.integer(6)))),
                TransferKey(row.integer(6), row.bytes(0))
            )
        }
    }

    private func hours(after key: TransferKey, limit: Int) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT p.environment, p.id, h.hour, h.succeeded, h.failed, h.latency, h.endpoint
            FROM endpoint_hours h CROSS JOIN endpoints p ON p.number = h.endpoint
            WHERE (h.endpoint, h.hour) > (?1, ?2) ORDER BY h.endpoint, h.hour LIMIT ?3
            """, key, limit
        ) { (row) throws(StoreError) in
            let endpoint: EndpointID = try row.identifier(1)
            let hour = EndpointHour(
                environment: try environment(row.integer(0)), endpoint: endpoint, hour: row.timestamp(2),
                succeeded: Int(row.integer(3)), failed: Int(row.integer(4)),
                latency: try LatencyRecord.decode(row.bytes(5), of: endpoint))
            return (.hour(hour), TransferKey(row.integer(6), row.integer(2)))
        }
    }

    private func events(after key: TransferKey, limit: Int) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT e.number, e.environment, \(EventRow.columns) FROM events e
            WHERE e.number > ?1 ORDER BY e.number LIMIT ?3
            """, key, limit,
            size: { if case .event(let event) = $0 { event.body.bytes.count } else { 0 } }
        ) { (row) throws(StoreError) in
            (
                .event(try EventRow.read(row, from: 2, environment: try environment(row.integer(1)))),
                TransferKey(row.integer(0))
            )
        }
    }

    private func deliveries(
        after key: TransferKey, limit: Int
    ) throws(StoreError) -> ([TransferRecord], TransferKey?) {
        try records(
            """
            SELECT d.environment, \(DeliveryRow.columns) FROM deliveries d \(DeliveryRow.joins)
            WHERE (d.environment, d.id) > (?1, ?2) ORDER BY d.environment, d.id LIMIT ?3
            """, key, limit, size: \.attemptBytes
        ) { (row) throws(StoreError) in
            let delivery = try DeliveryRow.read(row, from: 1, environment: try environment(row.integer(0)))
            return (
                .delivery(delivery, attempts: try attempts(of: delivery.id)),
                TransferKey(row.integer(0), row.bytes(1))
            )
        }
    }
}

extension TransferRecord {
    fileprivate var attemptBytes: Int {
        guard case .delivery(_, let attempts) = self else { return 0 }
        return attempts.reduce(0) { sum, attempt in
            guard case .response(let response) = attempt.outcome.result else { return sum }
            return sum + response.body.count
        }
    }
}
