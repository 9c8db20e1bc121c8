import MartletCore
import MartletStore

extension MemoryContents {
    mutating func commit(_ batch: CommitBatch, _ viewer: Viewer) throws(StoreError) -> CommitResult {
        try requireMember(viewer)
        if isAllNew(batch) { return try carryOut(batch, viewer) }
        // Something may be refused half-way: on a copy, then.
        var changed = self
        let result = try changed.carryOut(batch, viewer)
        self = changed
        return result
    }

    /// Whether nothing in a batch can be refused.
    private func isAllNew(_ batch: CommitBatch) -> Bool {
        var eventIDs: Set<EventID> = []
        var deliveryIDs: Set<DeliveryID> = []
        for entry in batch.acceptances.lazy.flatMap(\.entries) {
            guard environments[entry.event.environment] != nil else { return false }
            if !entry.isReplay, events[entry.event.id] != nil || !eventIDs.insert(entry.event.id).inserted {
                return false
            }
            for delivery in entry.deliveries {
                guard endpoints[delivery.endpoint]?.environment == delivery.environment,
                    deliveries[delivery.id] == nil, deliveryIDs.insert(delivery.id).inserted
                else { return false }
            }
        }
        return batch.settlements.allSatisfy { environments[$0.environment] != nil }
            && batch.requests.allSatisfy { environments[$0.environment] != nil }
    }

    private mutating func carryOut(_ batch: CommitBatch, _ viewer: Viewer) throws(StoreError) -> CommitResult {
        var result = CommitResult()
        for acceptance in batch.acceptances {
            let accepted = try accept(acceptance, viewer)
            if let request = acceptance.request?.judged(by: accepted) { try put(request) }
            result.acceptances.append(accepted)
        }
        for settlement in batch.settlements {
            try check(settlement.environment)
            result.settled.append(settle(settlement, viewer))
        }
        for request in batch.requests { try put(request) }
        return result
    }

    private func check(_ environment: EnvironmentID) throws(StoreError) {
        guard environments[environment] != nil else {
            throw .conflict("There is no environment \(environment) in the store.")
        }
    }

    private mutating func accept(_ acceptance: Acceptance, _ viewer: Viewer) throws(StoreError) -> AcceptanceResult {
        if let stamp = acceptance.stamp, let earlier = answers[Named(stamp)],
            earlier.stamp.expiresAt > stamp.presentedAt
        {
            guard earlier.stamp.fingerprint == stamp.fingerprint, case .published(let events) = earlier.kind else {
                return .keyReused
            }
            return .answeredBefore(events)
        }
        var job: Job?
        if let step = acceptance.step {
            job = self.job(taking: step)
            if job == nil { return .jobMoved }
        }
        var results: [AcceptanceResult.EntryResult] = []
        for entry in acceptance.entries { results.append(try accept(entry, viewer)) }
        if let step = acceptance.step, var job {
            let stored = zip(acceptance.entries, results).filter { $1 == .stored }
            job.advance(step, events: stored.count, deliveries: stored.reduce(0) { $0 + $1.0.deliveries.count })
            jobs[job.id] = job
        }
        if let stamp = acceptance.stamp {
            let events = zip(acceptance.entries, results).map { entry, result in
                if case .taken(let event) = result { event } else { entry.event.id }
            }
            answers[Named(stamp)] = Answer(stamp: stamp, kind: .published(events))
        }
        return .accepted(results)
    }

    private mutating func accept(
        _ entry: Acceptance.Entry, _ viewer: Viewer
    ) throws(StoreError) -> AcceptanceResult.EntryResult {
        let event = entry.event
        try check(event.environment)
        if entry.isReplay {
            guard let stored = events[event.id], stored.environment == event.environment, !stored.body.isDropped else {
                return .missing
            }
        } else {
            if let chosenID = event.chosenID {
                let name = Named(environment: event.environment, name: chosenID)
                if let owner = chosenIDs[name] { return .taken(by: owner) }
                chosenIDs[name] = event.id
            }
            guard events.updateValue(event, forKey: event.id) == nil else {
                throw .conflict("There is an event \(event.id) already.")
            }
        }
        for delivery in entry.deliveries {
            guard endpoints[delivery.endpoint]?.environment == delivery.environment else {
                throw .conflict("There is no endpoint \(delivery.endpoint) in \(delivery.environment).")
            }
            guard deliveries[delivery.id] == nil else {
                throw .conflict("There is a delivery \(delivery.id) already.")
            }
            put(delivery)
            assignOwner(of: delivery, viewer)
            deliveriesOfEvent[event.id, default: []].append(delivery.id)
        }
        return .stored
    }

    private mutating func settle(_ settlement: Settlement, _ viewer: Viewer) -> Bool {
        let attempt = settlement.attempt
        guard var delivery = deliveries[attempt.delivery], delivery.environment == settlement.environment else {
            return false
        }
        if attempts[delivery.id]?.contains(where: { $0.number == attempt.number }) != true {
            attempts[delivery.id, default: []].append(attempt)
        }
        let isExpected =
            delivery.state.status == .scheduled && delivery.attemptCount == attempt.number - 1
            && isOwn(delivery.id, of: delivery.endpoint, viewer)
        if isExpected {
            delivery.state = settlement.state
            delivery.attemptCount = attempt.number
            delivery.firstAttemptAt = settlement.firstAttemptAt
        } else {
            delivery.attemptCount = max(delivery.attemptCount, attempt.number)
            delivery.firstAttemptAt = delivery.firstAttemptAt ?? settlement.firstAttemptAt
        }
        put(delivery)
        if isExpected, let report = settlement.report, operationalEvents[report.id] == nil {
            operationalEvents[report.id] = report
            untoldEvents.insert(report.id)
        }
        return isExpected
    }

    mutating func move(_ delivery: Delivery, to state: DeliveryState, _ viewer: Viewer) throws(StoreError) -> Bool {
        try requireMember(viewer)
        guard var stored = self.delivery(delivery.id, in: delivery.environment),
            stored.state.status.storedCode == delivery.state.status.storedCode,
            stored.attemptCount == delivery.attemptCount
        else { return false }
        if delivery.state.isFinal, !state.isFinal, events[stored.event]?.body.isDropped ?? true { return false }
        let hadEnded = stored.state.isFinal
        stored.state = state
        put(stored)
        if hadEnded, !state.isFinal { assignOwner(of: stored, viewer) }
        if case .scheduled(let due) = state {
            news.append(.moved(stored.id, of: stored.endpoint, due: due))
        } else {
            news.append(.moved(stored.id, of: stored.endpoint, due: nil))
        }
        return true
    }

    mutating func cancelDeliveries(
        of endpoint: EndpointID, at now: Timestamp, limit: Int, _ viewer: Viewer
    ) throws(StoreError) -> Int {
        try requireMember(viewer)
        let cancelled = waiting(at: endpoint).filter { mayCancel($0.delivery.id, viewer) }.prefix(limit)
        for (_, delivery) in cancelled {
            var delivery = delivery
            delivery.state = .cancelled(at: now, reason: .endpointDeleted)
            put(delivery)
        }
        return cancelled.count
    }

    func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int,
        _ viewer: Viewer
    ) -> DueDeliveries {
        var found = DueDeliveries(deliveries: [], nextDue: nil)
        var read = 0
        for (due, delivery) in waiting(at: endpoint)
        where delivery.turn == nil && isOwn(delivery.id, of: endpoint, viewer) && !known.contains(delivery.id) {
            guard due <= now, found.deliveries.count < limit, read < bytes else {
                found.nextDue = due
                break
            }
            guard let event = events[delivery.event] else { continue }
            found.deliveries.append(DeliveryWithEvent(delivery: delivery, event: event))
            read += event.body.bytes.count
        }
        return found
    }

    func earliestDue(_ viewer: Viewer) -> [EndpointID: Timestamp] {
        var earliest: [EndpointID: Timestamp] = [:]
        for (endpoint, ids) in scheduled {
            earliest[endpoint] =
                ids.filter { isOwn($0, of: endpoint, viewer) }.compactMap { deliveries[$0].flatMap(dueTime) }.min()
        }
        return earliest
    }

    private func waiting(at endpoint: EndpointID) -> [(due: Timestamp, delivery: Delivery)] {
        (scheduled[endpoint] ?? [])
            .compactMap { id in
                deliveries[id].flatMap { delivery in dueTime(of: delivery).map { (due: $0, delivery: delivery) } }
            }
            .sorted { ($0.due, $0.delivery.id) < ($1.due, $1.delivery.id) }
    }

    func dueTime(of delivery: Delivery) -> Timestamp? {
        if case .scheduled(let due) = delivery.state { due } else { nil }
    }

    mutating func add(_ sums: [EndpointHour]) throws(StoreError) {
        for sum in sums where endpoints[sum.endpoint]?.environment != sum.environment {
            throw .conflict("There is no endpoint \(sum.endpoint) in \(sum.environment).")
        }
        for sum in sums {
            let hour = sum.hour.startOfHour
            var stored =
                hours[sum.endpoint]?[hour]
                ?? EndpointHour(environment: sum.environment, endpoint: sum.endpoint, hour: hour)
            stored.succeeded += sum.succeeded
            stored.failed += sum.failed
            stored.latency.add(sum.latency)
            hours[sum.endpoint, default: [:]][hour] = stored
            change(sum.environment, hour) { whole in
                whole.succeeded += sum.succeeded
                whole.failed += sum.failed
                whole.latency.add(sum.latency)
            }
        }
    }

    mutating func note(_ waiting: [EnvironmentWaiting]) throws(StoreError) {
        for noted in waiting { try check(noted.environment) }
        for noted in waiting {
            change(noted.environment, noted.hour.startOfHour) { whole in
                whole.mostWaiting = max(whole.mostWaiting ?? 0, noted.count)
            }
        }
    }

    private mutating func change(
        _ environment: EnvironmentID, _ hour: Timestamp, _ body: (inout EnvironmentHour) -> Void
    ) {
        body(
            &environmentHours[environment, default: [:]][
                hour, default: EnvironmentHour(environment: environment, hour: hour)])
    }
}
