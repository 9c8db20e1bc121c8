import MartletCore
import MartletStore

extension Writer {
    /// Makes a batch durable in one transaction.
    func commit(_ batch: CommitBatch) throws(StoreError) -> CommitResult {
        try connection.writing { () throws(StoreError) in
            var result = CommitResult()
            result.acceptances.reserveCapacity(batch.acceptances.count)
            result.settled.reserveCapacity(batch.settlements.count)
            var staged = StagedEntries()
            for acceptance in batch.acceptances {
                let accepted = try accept(acceptance, into: &staged)
                if let request = acceptance.request?.judged(by: accepted) { try put(request) }
                result.acceptances.append(accepted)
            }
            try insert(staged)
            var attempts: [Attempt] = []
            attempts.reserveCapacity(batch.settlements.count)
            for settlement in batch.settlements { result.settled.append(try settle(settlement, into: &attempts)) }
            try insert(attempts)
            for request in batch.requests { try put(request) }
            return result
        }
    }

    // What refuses an acceptance or an entry is looked up before anything of it is written, so that no savepoint is
    // needed; whatever came earlier in the batch is found by the same look.
    private func accept(
        _ acceptance: Acceptance, into staged: inout StagedEntries
    ) throws(StoreError) -> AcceptanceResult {
        if let stamp = acceptance.stamp, let earlier = try resultOfEarlierUse(of: stamp) { return earlier }
        var job: Job?
        if let step = acceptance.step {
            job = try self.job(taking: step)
            if job == nil { return .jobMoved }
        }
        var results: [AcceptanceResult.EntryResult] = []
        results.reserveCapacity(acceptance.entries.count)
        for entry in acceptance.entries { results.append(try accept(entry, into: &staged)) }
        if let stamp = acceptance.stamp {
            let events = zip(acceptance.entries, results).map { entry, result in
                if case .taken(let event) = result { event } else { entry.event.id }
            }
            try put(stamp, state: .published, answer: IdentifierRecord.encode(events))
        }
        if let step = acceptance.step, var job {
            let stored = zip(acceptance.entries, results).filter { $1 == .stored }
            job.advance(step, events: stored.count, deliveries: stored.reduce(0) { $0 + $1.0.deliveries.count })
            try update(job)
        }
        return .accepted(results)
    }

    private func accept(
        _ entry: Acceptance.Entry, into staged: inout StagedEntries
    ) throws(StoreError) -> AcceptanceResult.EntryResult {
        let environment = try number(of: entry.event.environment)
        if entry.isReplay {
            // What it replays may be among these.
            if staged.lastEvent != nil {
                try insert(staged)
                staged = StagedEntries()
            }
            guard let event = try wholeEvent(entry.event.id, in: environment) else { return .missing }
            staged.add(entry.deliveries, of: event)
        } else {
            if let chosenID = entry.event.chosenID,
                let owner = try owner(of: chosenID, in: environment, besides: staged)
            {
                return .taken(by: owner)
            }
            let event = try newEvent(after: staged.lastEvent)
            staged.add(entry.event, in: environment, number: event)
            staged.add(entry.deliveries, of: event)
        }
        return .stored
    }

    /// The number of an event that still has its payload.
    private func wholeEvent(_ event: EventID, in environment: Int64) throws(StoreError) -> Int64? {
        let statement = try connection.cached(
            "SELECT number FROM events WHERE environment = ? AND id = ? AND data_end > 0")
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, event)
        return try statement.step() ? statement.integer(0) : nil
    }

    private func owner(
        of chosenID: String, in environment: Int64, besides staged: StagedEntries
    ) throws(StoreError) -> EventID? {
        if let owner = staged.owner(of: chosenID, in: environment) { return owner }
        let statement = try connection.cached("SELECT id FROM events WHERE environment = ? AND chosen_id = ?")
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, chosenID)
        return try statement.step() ? statement.identifier(0) : nil
    }

    /// The number of a new event, after the last one that is staged or, where none is, the last one in the file.
    private func newEvent(after staged: Int64?) throws(StoreError) -> Int64 {
        if let staged { return staged + 1 }
        defer { hot.lastEvent.reset() }
        return try hot.lastEvent.step() ? hot.lastEvent.integer(0) + 1 : 1
    }

    private func insert(_ staged: StagedEntries) throws(StoreError) {
        try insert(staged.events, areLarge: false)
        try insert(staged.largeEvents, areLarge: true)
        var rows = hot.deliveries.rows(staged.deliveryCount)
        for new in staged.deliveries {
            for delivery in new.deliveries {
                let endpoint = try numbers(of: delivery.endpoint, in: delivery.environment)
                bind(delivery, of: new.event, to: endpoint, in: try rows.next())
            }
        }
        try rows.finish()
    }

    private func insert(_ events: [StagedEntries.NewEvent], areLarge: Bool) throws(StoreError) {
        var rows = hot.events.rows(events.count, areLarge: areLarge)
        for event in events { bind(event, to: try rows.next()) }
        try rows.finish()
    }

    private func bind(_ new: StagedEntries.NewEvent, to row: Statement) {
        let event = new.event
        row.bind(1, new.number)
        row.bind(2, new.environment)
        row.bind(3, event.id)
        row.bind(4, event.chosenID)
        row.bind(5, event.type)
        row.bind(6, event.application)
        row.bind(7, event.created)
        row.bind(8, event.acceptedAt)
        row.bind(9, event.orderingKey)
        row.bind(10, event.deliverAt)
        row.bind(11, event.isTest ? 1 : 0)
        row.bind(12, Int64(event.deliveryCount))
        row.bind(13, Int64(event.body.data.lowerBound))
        row.bind(14, Int64(event.body.data.upperBound))
        row.bind(15, event.body.bytes)
    }

    private func bind(_ delivery: Delivery, of event: Int64, to endpoint: EndpointNumbers, in row: Statement) {
        let state = StoredState(delivery.state)
        row.bind(1, endpoint.environment)
        row.bind(2, delivery.id)
        row.bind(3, event)
        row.bind(4, endpoint.endpoint)
        row.bind(5, delivery.cause.code)
        row.bind(6, delivery.createdAt)
        row.bind(7, state.code.rawValue)
        row.bind(8, state.at)
        row.bind(9, state.reason)
        row.bind(10, Int64(delivery.attemptCount))
        row.bind(11, delivery.firstAttemptAt)
        row.bind(12, delivery.turn?.key)
        row.bind(13, delivery.turn?.at)
    }

    /// - Parameter attempts: takes the attempt, if there is such a delivery.
    private func settle(_ settlement: Settlement, into attempts: inout [Attempt]) throws(StoreError) -> Bool {
        let environment = try number(of: settlement.environment)
        let attempt = settlement.attempt
        let moved = try move(
            attempt.delivery, in: environment, from: .scheduled, attempts: attempt.number - 1,
            to: StoredState(settlement.state), attempts: attempt.number, firstAttemptAt: settlement.firstAttemptAt)
        if !moved {
            let statement = hot.countAttempt
            statement.bind(1, environment)
            statement.bind(2, attempt.delivery)
            statement.bind(3, Int64(attempt.number))
            statement.bind(4, settlement.firstAttemptAt)
            try statement.run()
            // There is no such delivery: an attempt of nothing is not kept.
            if connection.changes == 0 { return false }
        }
        attempts.append(attempt)
        if moved, let report = settlement.report { try record(report) }
        return moved
    }

    /// Moves a delivery if it stands where it is said to.
    func move(
        _ delivery: DeliveryID, in environment: Int64, from: StoredState.Code, attempts: Int, to state: StoredState,
        attempts newAttempts: Int, firstAttemptAt: Timestamp?
    ) throws(StoreError) -> Bool {
        let statement = hot.moveDelivery
        statement.bind(1, environment)
        statement.bind(2, delivery)
        statement.bind(3, state.code.rawValue)
        statement.bind(4, state.at)
        statement.bind(5, state.reason)
        statement.bind(6, Int64(newAttempts))
        statement.bind(7, firstAttemptAt)
        statement.bind(8, from.rawValue)
        statement.bind(9, Int64(attempts))
        try statement.run()
        return connection.changes == 1
    }

    private func insert(_ attempts: [Attempt]) throws(StoreError) {
        var rows = hot.attempts.rows(attempts.count)
        for attempt in attempts { bind(attempt, to: try rows.next()) }
        try rows.finish()
    }

    private func bind(_ attempt: Attempt, to row: Statement) {
        let outcome = attempt.outcome
        row.bind(1, attempt.delivery)
        row.bind(2, Int64(attempt.number))
        row.bind(3, attempt.id)
        row.bind(4, attempt.startedAt)
        row.bind(5, attempt.request.url)
        row.bind(6, HeaderRecord.encode(attempt.request.headers))
        row.bind(7, outcome.address?.bytes)
        row.bind(8, outcome.timing.resolve)
        row.bind(9, outcome.timing.connect)
        row.bind(10, outcome.timing.tls)
        row.bind(11, outcome.timing.firstByte)
        row.bind(12, outcome.timing.total)
        switch outcome.result {
        case .response(let response):
            row.bindNull(13)
            row.bindNull(14)
            row.bind(15, Int64(response.status))
            row.bind(16, response.isTruncated ? 1 : 0)
            row.bind(17, HeaderRecord.encode(response.headers))
            row.bind(18, response.body)
        case .failure(let failure):
            row.bind(13, failure.code.rawValue)
            row.bind(14, failure.message)
            for index: Int32 in 15...18 { row.bindNull(index) }
        }
    }
}
