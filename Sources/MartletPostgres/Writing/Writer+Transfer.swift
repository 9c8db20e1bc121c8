import MartletCore
import MartletStore

extension Connection {
    /// The setting that says how far a move into this store is.
    private static let placeName = "transfer"

    func transferState() throws(StoreError) -> TransferState {
        let place = try query("SELECT value FROM settings WHERE name = $1::text") { $0.add(Self.placeName) }
        if let bytes = place.first?.bytes(0) {
            return TransferPlace(encoded: bytes).map(TransferState.begun) ?? .inUse
        }
        return try query("SELECT 1 FROM environments LIMIT 1").count == 0 ? .empty : .inUse
    }

    fileprivate func put(_ place: TransferPlace?) throws(StoreError) {
        guard let place else {
            _ = try query("DELETE FROM settings WHERE name = $1::text") { $0.add(Self.placeName) }
            return
        }
        _ = try query(
            """
            INSERT INTO settings (name, value) VALUES ($1::text, $2::bytea)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """
        ) {
            $0.add(Self.placeName)
            $0.add(place.encoded)
        }
    }
}

extension Writer {
    /// Keeps what comes from another store, and where the move then is, in one transaction.
    func take(_ records: [TransferRecord], movingTo place: TransferPlace?) throws(StoreError) {
        let node = try membership.requireNode()
        try transaction { (connection) throws(StoreError) in
            _ = try connection.query(Lock.take(.configuration))
            guard try connection.transferState() != .inUse else {
                throw .conflict("The store at \(connection.address) is in use.")
            }
            var history = History()
            for record in records where !history.take(record) { try take(record, on: connection) }
            try take(history, as: node, on: connection)
            try connection.put(place)
        }
    }

    /// What is many: stored by one statement a kind.
    private struct History {
        var events: [Event] = []
        var deliveries: [Delivery] = []
        var attempts: [Settlement] = []
        var requests: [StoredRequest] = []

        var isEmpty: Bool { events.isEmpty && deliveries.isEmpty && requests.isEmpty }

        /// `false` where the record is something else.
        mutating func take(_ record: TransferRecord) -> Bool {
            switch record {
            case .event(let event): events.append(event)
            case .request(let request): requests.append(request)
            case .delivery(let delivery, let attempts):
                deliveries.append(delivery)
                for attempt in attempts {
                    // The delivery stands beyond its attempts already, so that none of them moves it.
                    self.attempts.append(
                        Settlement(
                            environment: delivery.environment, endpoint: delivery.endpoint, attempt: attempt,
                            firstAttemptAt: delivery.firstAttemptAt ?? attempt.startedAt, state: delivery.state))
                }
            default: return false
            }
            return true
        }
    }

    private func take(_ history: History, as node: NodeNumber, on connection: Connection) throws(StoreError) {
        guard !history.isEmpty else { return }
        let chosen = history.events.filter { $0.chosenID != nil }
        _ = try connection.pipeline { (pipeline) throws(StoreError) in
            try store(history.events.map { Acceptance.Entry(event: $0, deliveries: []) }, as: node, in: pipeline)
            if !chosen.isEmpty {
                try pipeline.add(
                    """
                    INSERT INTO chosen_ids (environment, chosen_id, event)
                    SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[])
                    """
                ) { parameters in
                    parameters.array(.uuid, chosen) { $0.add($1.environment) }
                    parameters.array(.bytes, chosen) { $0.add($1.chosenID) }
                    parameters.array(.uuid, chosen) { $0.add($1.id) }
                }
            }
            try store(history.deliveries, as: node, in: pipeline)
            for wave in SettlementWaves(history.attempts).waves { try settle(wave, as: node, in: pipeline) }
            try store(history.requests, in: pipeline)
        }
    }

    private func take(_ record: TransferRecord, on connection: Connection) throws(StoreError) {
        switch record {
        case .setting(let name, let value):
            _ = try connection.query("INSERT INTO settings (name, value) VALUES ($1::text, $2::bytea)") {
                $0.add(name)
                $0.add(value)
            }
        case .environment(let environment): try apply(.putEnvironment(environment), on: connection)
        case .profile(let profile): try apply(.putProfile(profile), on: connection)
        case .application(let application): try apply(.putApplication(application), on: connection)
        case .deletedApplication(let application): try put(application, on: connection)
        case .endpoint(let endpoint): try apply(.putEndpoint(endpoint), on: connection)
        case .deletedEndpoint(let endpoint): try put(endpoint, on: connection)
        case .eventType(let type): try apply(.createEventType(type), on: connection)
        case .key(let key): try apply(.putKey(key), on: connection)
        case .source(let source): try apply(.putSource(source), on: connection)
        case .answer(let answer): try put(answer, on: connection)
        case .operationalEvent(let event):
            _ = try connection.query(
                """
                INSERT INTO operational_events (environment, id, application, endpoint, kind, created_at, data)
                VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::bigint, $7::bytea)
                """
            ) {
                $0.add(event.environment)
                $0.add(event.id)
                $0.add(event.application)
                $0.add(event.endpoint)
                $0.add(event.kind.rawValue)
                $0.add(event.createdAt)
                $0.add(event.data)
            }
        case .job(let job):
            _ = try connection.query(
                """
                INSERT INTO jobs (environment, id, application, is_running, record)
                VALUES ($1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::text)
                """
            ) {
                $0.add(job.environment)
                $0.add(job.id)
                $0.add(job.application)
                $0.add(job.state == .running)
                $0.add(JobRecord.encode(job))
            }
        case .hour(let hour):
            _ = try connection.query(
                """
                INSERT INTO endpoint_hours (environment, endpoint, hour, succeeded, failed, latency)
                VALUES ($1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bytea)
                """
            ) {
                $0.add(hour.environment)
                $0.add(hour.endpoint)
                $0.add(hour.hour)
                $0.add(Int64(hour.succeeded))
                $0.add(Int64(hour.failed))
                $0.add(LatencyRecord.encode(hour.latency))
            }
        case .health(let health):
            _ = try connection.query(
                """
                INSERT INTO endpoint_health (environment, endpoint, failing_since, failures, warned_at, last_success_at)
                VALUES ($1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint)
                """
            ) {
                $0.add(health.environment)
                $0.add(health.endpoint)
                $0.add(health.failingSince)
                $0.add(Int64(health.failures))
                $0.add(health.warnedAt)
                $0.add(health.lastSuccessAt)
            }
        case .environmentHour(let hour):
            _ = try connection.query(
                """
                INSERT INTO environment_hours (environment, hour, succeeded, failed, most_waiting, latency)
                VALUES ($1::uuid, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bytea)
                """
            ) {
                $0.add(hour.environment)
                $0.add(hour.hour)
                $0.add(hour.succeeded)
                $0.add(hour.failed)
                $0.add(hour.mostWaiting.map(Int64.init))
                $0.add(LatencyRecord.encode(hour.latency))
            }
        case .alert(let alert):
            _ = try connection.query(Self.insertAlert) { Self.bind(alert.alert, alert.standing, to: $0) }
        case .incident(let incident):
            _ = try connection.query(Self.putIncident) { Self.bind(incident, to: $0) }
        case .mail(let mail):
            _ = try connection.query(Self.putMail) { Self.bind(mail, to: $0) }
        case .event, .delivery, .request: preconditionFailure("history is stored by itself")
        }
    }

    private func put(_ application: DeletedApplication, on connection: Connection) throws(StoreError) {
        _ = try connection.query(
            """
            INSERT INTO applications (
                environment, id, record, created_at, updated_at, deleted_at, erasure_requested_at, erasure_finished_at,
                erased_events, erased_deliveries)
            VALUES (
                $1::uuid, $2::uuid, '{}', $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint,
                $9::bigint)
            """
        ) {
            $0.add(application.environment)
            $0.add(application.id)
            $0.add(application.createdAt)
            $0.add(application.updatedAt)
            $0.add(application.deletedAt)
            $0.add(application.erasure?.requestedAt)
            $0.add(application.erasure?.finishedAt)
            $0.add(Int64(application.erasure?.events ?? 0))
            $0.add(Int64(application.erasure?.deliveries ?? 0))
        }
    }

    private func put(_ endpoint: DeletedEndpoint, on connection: Connection) throws(StoreError) {
        _ = try connection.query(
            """
            INSERT INTO endpoints (
                environment, id, application, is_exclusive, record, secret, created_at, updated_at, deleted_at)
            VALUES ($1::uuid, $2::uuid, $3::uuid, false, '{}', '', $4::bigint, $5::bigint, $6::bigint)
            """
        ) {
            $0.add(endpoint.environment)
            $0.add(endpoint.id)
            $0.add(endpoint.application)
            $0.add(endpoint.createdAt)
            $0.add(endpoint.updatedAt)
            $0.add(endpoint.deletedAt)
        }
    }

    private func put(_ answer: StoredAnswer, on connection: Connection) throws(StoreError) {
        let (state, bytes): (Int32, [UInt8]?) =
            switch answer.content {
            case .reserved: (0, nil)
            case .answered(let bytes): (1, bytes)
            case .published(let events): (2, IdentifierRecord.encode(events))
            }
        _ = try connection.query(
            """
            INSERT INTO answers (environment, key, fingerprint, expires_at, state, answer)
            VALUES ($1::uuid, $2::bytea, $3::bytea, $4::bigint, $5::integer, $6::bytea)
            """
        ) {
            $0.add(answer.stamp.environment)
            $0.add(answer.stamp.key)
            $0.add(answer.stamp.fingerprint)
            $0.add(answer.stamp.expiresAt)
            $0.add(state)
            $0.add(bytes)
        }
    }
}
