import MartletCore
import MartletStore

extension Writer {
    /// Makes a batch durable in one transaction.
    func commit(_ batch: CommitBatch) throws(StoreError) -> CommitResult {
        try connection.writing { () throws(StoreError) in
            var result = CommitResult()
            result.acceptances.reserveCapacity(batch.acceptances.count)
            result.settled.reserveCapacity(batch.settlements.count)
            for acceptance in batch.acceptances {
                let accepted = try accept(acceptance)
                if let request = acceptance.request?.judged(by: accepted) { try put(request) }
                result.acceptances.append(accepted)
            }
            for settlement in batch.settlements { result.settled.append(try settle(settlement)) }
            for request in batch.requests { try put(request) }
            return result
        }
    }

    // What refuses an acceptance or an entry is looked up before anything of it is written, so that no savepoint is
    // needed; whatever came earlier in the batch is found by the same look.
    private func accept(_ acceptance: Acceptance) throws(StoreError) -> AcceptanceResult {
        if let stamp = acceptance.stamp, let earlier = try resultOfEarlierUse(of: stamp) { return earlier }
        var job: Job?
        if let step = acceptance.step {
            job = try self.job(taking: step)
            if job == nil { return .jobMoved }
        }
        var results: [AcceptanceResult.EntryResult] = []
        results.reserveCapacity(acceptance.entries.count)
        for entry in acceptance.entries { results.append(try accept(entry)) }
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

    private func accept(_ entry: Acceptance.Entry) throws(StoreError) -> AcceptanceResult.EntryResult {
        let environment = try number(of: entry.event.environment)
        let event: Int64
        if entry.isReplay {
            guard let stored = try wholeEvent(entry.event.id, in: environment) else { return .missing }
            event = stored
        } else {
            if let chosenID = entry.event.chosenID, let owner = try owner(of: chosenID, in: environment) {
                return .taken(by: owner)
            }
            event = try insert(entry.event, in: environment)
        }
        for delivery in entry.deliveries { try insert(delivery, of: event) }
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

    private func owner(of chosenID: String, in environment: Int64) throws(StoreError) -> EventID? {
        let statement = try connection.cached("SELECT id FROM events WHERE environment = ? AND chosen_id = ?")
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, chosenID)
        return try statement.step() ? statement.identifier(0) : nil
    }

    private func insert(_ event: Event, in environment: Int64) throws(StoreError) -> Int64 {
        let statement = hot.insertEvent
        statement.bind(1, environment)
        statement.bind(2, event.id)
        statement.bind(3, event.chosenID)
        statement.bind(4, event.type)
        statement.bind(5, event.application)
        statement.bind(6, event.created)
        statement.bind(7, event.acceptedAt)
        statement.bind(8, event.orderingKey)
        statement.bind(9, event.deliverAt)
        statement.bind(10, event.isTest ? 1 : 0)
        statement.bind(11, Int64(event.deliveryCount))
        statement.bind(12, Int64(event.body.data.lowerBound))
        statement.bind(13, Int64(event.body.data.upperBound))
        statement.bind(14, event.body.bytes)
        try statement.run()
        return connection.lastInsertedNumber
    }

    private func insert(_ delivery: Delivery, of event: Int64) throws(StoreError) {
        let numbers = try numbers(of: delivery.endpoint, in: delivery.environment)
        let state = StoredState(delivery.state)
        let statement = hot.insertDelivery
        statement.bind(1, numbers.environment)
        statement.bind(2, delivery.id)
        statement.bind(3, event)
        statement.bind(4, numbers.endpoint)
        statement.bind(5, delivery.cause.code)
        statement.bind(6, delivery.createdAt)
        statement.bind(7, state.code.rawValue)
        statement.bind(8, state.at)
        statement.bind(9, state.reason)
        statement.bind(10, Int64(delivery.attemptCount))
        statement.bind(11, delivery.firstAttemptAt)
        statement.bind(12, delivery.turn?.key)
        statement.bind(13, delivery.turn?.at)
        try statement.run()
    }

    private func settle(_ settlement: Settlement) throws(StoreError) -> Bool {
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
        try insert(attempt)
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

    private func insert(_ attempt: Attempt) throws(StoreError) {
        let outcome = attempt.outcome
        let statement = hot.insertAttempt
        statement.bind(1, attempt.delivery)
        statement.bind(2, Int64(attempt.number))
        statement.bind(3, attempt.id)
        statement.bind(4, attempt.startedAt)
        statement.bind(5, attempt.request.url)
        statement.bind(6, HeaderRecord.encode(attempt.request.headers))
        statement.bind(7, outcome.address?.bytes)
        statement.bind(8, outcome.timing.resolve)
        statement.bind(9, outcome.timing.connect)
        statement.bind(10, outcome.timing.tls)
        statement.bind(11, outcome.timing.firstByte)
        statement.bind(12, outcome.timing.total)
        switch outcome.result {
        case .response(let response):
            statement.bindNull(13)
            statement.bindNull(14)
            statement.bind(15, Int64(response.status))
            statement.bind(16, response.isTruncated ? 1 : 0)
            statement.bind(17, HeaderRecord.encode(response.headers))
            statement.bind(18, response.body)
        case .failure(let failure):
            statement.bind(13, failure.code.rawValue)
            statement.bind(14, failure.message)
            for index: Int32 in 15...18 { statement.bindNull(index) }
        }
        try statement.run()
    }
}
