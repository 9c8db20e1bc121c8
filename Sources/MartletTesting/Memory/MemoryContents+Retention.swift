import MartletCore
import MartletStore

extension MemoryContents {
    mutating func dropPayloads(in environment: EnvironmentID, before instant: Timestamp, limit: Int) -> RetentionStep {
        let old = oldEvents(in: environment, before: instant, after: payloadMarks[environment]).prefix(limit)
        var step = RetentionStep(next: old.last?.id)
        for event in old {
            if isWaiting(event.id) { latePayloads.insert(event.id) } else { step.events += dropPayload(event) }
        }
        if let last = step.next { payloadMarks[environment] = last }
        return step
    }

    mutating func dropLatePayloads(in environment: EnvironmentID, after cursor: EventID?, limit: Int) -> RetentionStep {
        let late = latePayloads.filter { id in
            events[id].map { $0.environment == environment } ?? true && cursor.map { id > $0 } ?? true
        }.sorted().prefix(limit)
        var step = RetentionStep(next: late.last)
        for id in late where !isWaiting(id) {
            if let event = events[id] { step.events += dropPayload(event) }
            latePayloads.remove(id)
        }
        return step
    }

    mutating func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) -> RetentionStep {
        var step = RetentionStep()
        for event in oldEvents(in: environment, before: instant, after: cursor).prefix(limit) {
            let room = limit - step.events - step.deliveries
            guard room > 0 else { return step }
            let ended = (deliveriesOfEvent[event.id] ?? []).filter { id in
                deliveries[id].map { hasEnded($0, before: instant) } ?? true
            }
            for id in ended.prefix(room) { drop(id) }
            step.deliveries += min(room, ended.count)
            guard ended.count <= room else {
                step.next = step.next ?? cursor ?? EventID(high: 0, low: 0)
                return step
            }
            if deliveriesOfEvent[event.id, default: []].isEmpty {
                drop(event)
                step.events += 1
            }
            step.next = event.id
        }
        return step
    }

    mutating func dropHours(before instant: Timestamp, limit: Int) -> Int {
        var dropped = 0
        for (endpoint, sums) in hours {
            for hour in sums.keys.sorted() where hour < instant.startOfHour && dropped < limit {
                hours[endpoint]?[hour] = nil
                dropped += 1
            }
        }
        for (environment, sums) in environmentHours {
            for hour in sums.keys.sorted() where hour < instant.startOfHour && dropped < limit {
                environmentHours[environment]?[hour] = nil
                dropped += 1
            }
        }
        return dropped
    }

    mutating func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) -> ErasureStep {
        guard var erasure = erasures[application], erasure.environment == environment, erasure.finishedAt == nil else {
            return ErasureStep(isOver: true)
        }
        defer { erasures[application] = erasure }
        let own = deliveries.values.filter { $0.application == application }.sorted { $0.id < $1.id }.prefix(limit)
        if !own.isEmpty {
            var step = ErasureStep(isOver: false)
            for delivery in own {
                if case .scheduled = delivery.state { step.ended[delivery.endpoint, default: 0] += 1 }
                drop(delivery.id)
            }
            erasure.deliveries += own.count
            return step
        }
        for endpoint in endpoints.values where endpoint.application == application {
            hours[endpoint.id] = nil
            health[endpoint.id] = nil
        }
        operationalEvents = operationalEvents.filter { $0.value.application != application }
        jobs = jobs.filter { $0.value.application != application }
        requests = requests.filter { $0.value.application != application }
        let meant = events.values.filter { $0.application == application }.sorted { $0.id < $1.id }.prefix(limit)
        for event in meant { drop(event) }
        erasure.events += meant.count
        guard meant.isEmpty else { return ErasureStep(isOver: false) }
        if let settled { erasure.finishedAt = settled }
        return ErasureStep(isOver: true)
    }

    private func oldEvents(in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?) -> [Event]
    {
        let range = IdentifierRange<EventKind>(since: nil, until: instant, before: nil)
        return events.values.filter { event in
            event.environment == environment && range.contains(event.id) && cursor.map { event.id > $0 } ?? true
        }.sorted { $0.id < $1.id }
    }

    private func hasEnded(_ delivery: Delivery, before instant: Timestamp) -> Bool {
        switch delivery.state {
        case .scheduled, .inFlight, .held: false
        case .succeeded(let at), .failed(let at, _), .cancelled(let at, _): at < instant
        }
    }

    private func isWaiting(_ event: EventID) -> Bool {
        (deliveriesOfEvent[event] ?? []).contains { id in deliveries[id].map { !$0.state.isFinal } ?? false }
    }

    private mutating func dropPayload(_ event: Event) -> Int {
        guard !event.body.isDropped else { return 0 }
        events[event.id] = Event(
            id: event.id, environment: event.environment, chosenID: event.chosenID, type: event.type,
            application: event.application, created: event.created, acceptedAt: event.acceptedAt,
            orderingKey: event.orderingKey, deliverAt: event.deliverAt, isTest: event.isTest,
            deliveryCount: event.deliveryCount, body: .dropped)
        return 1
    }

    private mutating func drop(_ id: DeliveryID) {
        guard let delivery = deliveries.removeValue(forKey: id) else { return }
        attempts[id] = nil
        owners[id] = nil
        deliveriesOfEvent[delivery.event]?.removeAll { $0 == id }
        scheduled[delivery.endpoint]?.remove(id)
        if scheduled[delivery.endpoint]?.isEmpty == true { scheduled[delivery.endpoint] = nil }
    }

    private mutating func drop(_ event: Event) {
        events[event.id] = nil
        deliveriesOfEvent[event.id] = nil
        if let chosenID = event.chosenID { chosenIDs[Named(environment: event.environment, name: chosenID)] = nil }
    }
}
