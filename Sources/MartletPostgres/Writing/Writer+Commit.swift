import MartletCore
import MartletStore

extension Writer {
    /// Makes a batch durable in one transaction: in one trip to the server where nothing of it has to be looked up first.
    func commit(_ batch: CommitBatch) throws(StoreError) -> CommitResult {
        if batch.acceptances.isEmpty, batch.settlements.isEmpty, batch.requests.isEmpty { return CommitResult() }
        let node = try membership.requireNode()
        let waves = SettlementWaves(batch.settlements)
        var result = CommitResult()
        var settled = [Bool](repeating: false, count: batch.settlements.count)
        let connection = try session.connected()

        guard batch.acceptances.contains(where: \.needsLook) else {
            var entries: [Acceptance.Entry] = []
            var requests = batch.requests
            for acceptance in batch.acceptances {
                entries.append(contentsOf: acceptance.entries)
                if let request = acceptance.request { requests.append(request) }
                result.acceptances.append(
                    .accepted([AcceptanceResult.EntryResult](repeating: .stored, count: acceptance.entries.count)))
            }
            // Statements of a pipeline without BEGIN are one transaction: it commits at the pipeline's end.
            let rows = try connection.pipeline { (pipeline) throws(StoreError) in
                try pipeline.add(Self.fence) { $0.add(node.rawValue) }
                try store(entries, as: node, in: pipeline)
                for wave in waves.waves { try settle(wave, as: node, in: pipeline) }
                try store(requests, in: pipeline)
                try record(reportsOf: batch.settlements, in: pipeline)
            }
            try take(rows.dropFirst(), entries, waves, &settled)
            result.settled = settled
            return result
        }

        let claims = Claims(batch.acceptances)
        try connection.transaction(
            first: { (pipeline) throws(StoreError) in
                try pipeline.add(Self.fence) { $0.add(node.rawValue) }
                try add(claims, to: pipeline)
            }
        ) { (rows) throws(StoreError) in
            var decision = try decide(batch.acceptances, claims, rows.dropFirst(), on: connection)
            let requests =
                batch.requests
                + zip(batch.acceptances, decision.results).compactMap { $0.request?.judged(by: $1) }
            let rows = try connection.pipeline { (pipeline) throws(StoreError) in
                try store(decision.entries, as: node, in: pipeline)
                for wave in waves.waves { try settle(wave, as: node, in: pipeline) }
                try store(requests, in: pipeline)
                try record(reportsOf: batch.settlements, in: pipeline)
                try finish(decision, in: pipeline)
                try pipeline.add("COMMIT")
            }
            try take(rows[...], decision.entries, waves, &settled)
            swap(&result.acceptances, &decision.results)
        }
        result.settled = settled
        return result
    }

    /// Reads what ``store(_:as:in:)`` and the waves answered.
    private func take(
        _ rows: ArraySlice<Rows>, _ entries: [Acceptance.Entry], _ waves: SettlementWaves, _ settled: inout [Bool]
    ) throws(StoreError) {
        var rest = rows
        if entries.contains(where: { !$0.isReplay }) { rest = rest.dropFirst() }
        if entries.contains(where: { !$0.deliveries.isEmpty }), let leased = rest.popFirst(), leased.count > 0 {
            let mine = membership.leases
            let others = try leased.map { (row) throws(StoreError) in try row.identifier(0, EndpointKind.self) }
                .filter { !mine.contains($0) }
            if !others.isEmpty { announcer.announce(others) }
        }
        for wave in waves.waves {
            guard let moved = rest.popFirst() else { break }
            for index in try moved.map({ (row) throws(StoreError) in Int(row.integer(0)) }) {
                settled[wave[index - 1].index] = true
            }
        }
    }

    // MARK: Storing

    func store(
        _ entries: [Acceptance.Entry], as node: NodeNumber, in pipeline: borrowing Connection.Pipeline
    ) throws(StoreError) {
        let events = entries.lazy.filter { !$0.isReplay }.map(\.event)
        if !events.isEmpty { try pipeline.add(Self.insertEvents) { Self.bind(Array(events), to: $0) } }
        var deliveries: [Delivery] = []
        for entry in entries { deliveries.append(contentsOf: entry.deliveries) }
        try store(deliveries, as: node, in: pipeline)
    }

    func store(
        _ deliveries: [Delivery], as node: NodeNumber, in pipeline: borrowing Connection.Pipeline
    ) throws(StoreError) {
        guard !deliveries.isEmpty else { return }
        try pipeline.add(Self.insertDeliveries) { parameters in
            Self.bind(deliveries, to: parameters)
            parameters.add(node.rawValue)
            parameters.add(deliveries.count)
        }
    }

    // An environment or endpoint that is not there becomes a NULL where none may be, and so fails the transaction.
    static let insertEvents = """
        INSERT INTO events (
            environment, id, chosen_id, type, application, created, accepted_at, ordering_key, deliver_at, is_test,
            delivery_count, data_start, data_end, body)
        SELECT v.id, s.id, s.chosen_id, s.type, s.application, s.created, s.accepted_at, s.ordering_key, s.deliver_at,
            s.is_test, s.delivery_count, s.data_start, s.data_end, s.body
        FROM unnest(
            $1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bytea[],
            $9::bigint[], $10::boolean[], $11::integer[], $12::integer[], $13::integer[], $14::bytea[]
        ) AS s (
            environment, id, chosen_id, type, application, created, accepted_at, ordering_key, deliver_at, is_test,
            delivery_count, data_start, data_end, body)
        LEFT JOIN environments v ON v.id = s.environment
        LIMIT $15::bigint
        """

    private static func bind(_ events: [Event], to parameters: Parameters) {
        parameters.array(.uuid, events) { $0.add($1.environment) }
        parameters.array(.uuid, events) { $0.add($1.id) }
        parameters.array(.bytes, events) { $0.add($1.chosenID) }
        parameters.array(.text, events) { $0.add($1.type) }
        parameters.array(.uuid, events) { $0.add($1.application) }
        parameters.array(.int64, events) { $0.add($1.created) }
        parameters.array(.int64, events) { $0.add($1.acceptedAt) }
        parameters.array(.bytes, events) { $0.add($1.orderingKey) }
        parameters.array(.int64, events) { $0.add($1.deliverAt) }
        parameters.array(.boolean, events) { $0.add($1.isTest) }
        parameters.array(.int32, events) { $0.add(Int32(clamping: $1.deliveryCount)) }
        parameters.array(.int32, events) { $0.add(Int32(clamping: $1.body.data.lowerBound)) }
        parameters.array(.int32, events) { $0.add(Int32(clamping: $1.body.data.upperBound)) }
        parameters.array(.bytes, events) { $0.add($1.body.bytes) }
        parameters.add(events.count)
    }

    /// Gives back the exclusive endpoints that it stored something for. Whether an endpoint is exclusive is asked of its row,
    /// which is truer than what a node remembers; test deliveries go out from where they were accepted.
    static let insertDeliveries = """
        WITH stored AS (
            INSERT INTO deliveries (
                environment, id, event, endpoint, cause, created_at, state, state_at, reason, attempts,
                first_attempt_at, turn_key, turn_at, owner)
            SELECT s.environment, s.id, s.event, p.id, s.cause, s.created_at, s.state, s.state_at, s.reason, s.attempts,
                s.first_attempt_at, s.turn_key, s.turn_at,
                CASE WHEN p.is_exclusive AND s.cause <> 2 THEN 0 ELSE $14::integer END
            FROM (
                SELECT * FROM unnest(
                    $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::bigint[], $7::smallint[],
                    $8::bigint[], $9::text[], $10::integer[], $11::bigint[], $12::bytea[], $13::bigint[]
                ) AS s (
                    environment, id, event, endpoint, cause, created_at, state, state_at, reason, attempts,
                    first_attempt_at, turn_key, turn_at)
                LIMIT $15::bigint
            ) s
            LEFT JOIN endpoints p ON p.environment = s.environment AND p.id = s.endpoint
            RETURNING endpoint, owner
        )
        SELECT DISTINCT endpoint FROM stored WHERE owner = 0
        """

    private static func bind(_ deliveries: [Delivery], to parameters: Parameters) {
        let states = deliveries.map { StoredState($0.state) }
        parameters.array(.uuid, deliveries) { $0.add($1.environment) }
        parameters.array(.uuid, deliveries) { $0.add($1.id) }
        parameters.array(.uuid, deliveries) { $0.add($1.event) }
        parameters.array(.uuid, deliveries) { $0.add($1.endpoint) }
        parameters.array(.int16, deliveries) { $0.add(Int16(truncatingIfNeeded: $1.cause.code)) }
        parameters.array(.int64, deliveries) { $0.add($1.createdAt) }
        parameters.array(.int16, states) { $0.add(Int16(truncatingIfNeeded: $1.code.rawValue)) }
        parameters.array(.int64, states) { $0.add($1.at) }
        parameters.array(.text, states) { $0.add($1.reason) }
        parameters.array(.int32, deliveries) { $0.add(Int32(clamping: $1.attemptCount)) }
        parameters.array(.int64, deliveries) { $0.add($1.firstAttemptAt) }
        parameters.array(.bytes, deliveries) { $0.add($1.turn?.key) }
        parameters.array(.int64, deliveries) { $0.add($1.turn?.at) }
    }
}

extension Acceptance {
    /// Whether something has to be looked up before it is known what of it is stored.
    fileprivate var needsLook: Bool {
        stamp != nil || step != nil || entries.contains { $0.isReplay || $0.event.chosenID != nil }
    }
}
