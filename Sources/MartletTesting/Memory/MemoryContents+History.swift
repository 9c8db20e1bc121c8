import MartletCore
import MartletStore

extension MemoryContents {
    func event(_ id: EventID, in environment: EnvironmentID) -> Event? {
        guard let event = events[id], event.environment == environment else { return nil }
        return event
    }

    func delivery(_ id: DeliveryID, in environment: EnvironmentID) -> Delivery? {
        guard let delivery = deliveries[id], delivery.environment == environment else { return nil }
        return delivery
    }

    func deliveries(of event: EventID, in environment: EnvironmentID, limit: Int) -> [Delivery] {
        let found = (deliveriesOfEvent[event] ?? []).compactMap { delivery($0, in: environment) }
        return Array(found.sorted { $0.id < $1.id }.prefix(limit))
    }

    func events(_ query: EventQuery) -> Found<Event, EventID> {
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let text = query.text.map { Array($0.utf8) }
        return page(of: events.values, limit: query.limit, \.id) { event in
            event.environment == query.environment && range.contains(event.id)
                && (query.type == nil || event.type == query.type)
                && (text.map { event.body.bytes.contains($0) } ?? true)
                && passes(event, query)
        }
    }

    private func passes(_ event: Event, _ query: EventQuery) -> Bool {
        if query.status == nil, query.application == nil || event.application == query.application { return true }
        return (deliveriesOfEvent[event.id] ?? []).contains { id in
            guard let delivery = deliveries[id] else { return false }
            return (query.application == nil || delivery.application == query.application)
                && (query.status == nil || delivery.state.status.storedCode == query.status?.storedCode)
        }
    }

    func deliveries(_ query: DeliveryQuery) -> Found<Delivery, DeliveryID> {
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        return page(of: deliveries.values, limit: query.limit, \.id) { delivery in
            delivery.environment == query.environment && range.contains(delivery.id)
                && (query.application == nil || delivery.application == query.application)
                && (query.endpoint == nil || delivery.endpoint == query.endpoint)
                && (query.event == nil || delivery.event == query.event)
                && (query.status.map { has($0, delivery) } ?? true)
        }
    }

    private func has(_ status: DeliveryStatus, _ delivery: Delivery) -> Bool {
        guard delivery.state.status.storedCode == status.storedCode else { return false }
        switch status {
        case .held: return endpoints[delivery.endpoint]?.isActive == false
        case .scheduled, .inFlight: return endpoints[delivery.endpoint]?.isActive == true
        case .succeeded, .failed, .cancelled: return true
        }
    }

    func failures(_ query: FailureQuery) -> FailureGroups {
        let range = IdentifierRange<DeliveryKind>(since: query.since, until: nil, before: nil)
        var found = FailureGroups()
        for code in [StoredState.Code.failed, .scheduled] {
            let failed = deliveries.values.filter { delivery in
                delivery.environment == query.environment && range.contains(delivery.id)
                    && (query.application == nil || delivery.application == query.application)
                    && delivery.state.status.storedCode == code && (code == .failed || delivery.attemptCount > 0)
            }
            if failed.count >= FailureQuery.scanLimit { found.isPartial = true }
            for delivery in failed.sorted(by: { $0.id > $1.id }).prefix(FailureQuery.scanLimit) {
                guard let last = attempts[delivery.id]?.first(where: { $0.number == delivery.attemptCount }) else {
                    continue
                }
                found.add(
                    FailureGroup(
                        key: .init(endpoint: delivery.endpoint, reason: .init(last.outcome)),
                        failed: code == .failed ? 1 : 0, waiting: code == .scheduled ? 1 : 0, first: last.startedAt,
                        last: last.startedAt, example: delivery.id))
            }
        }
        return found
    }

    func page<Item, Kind>(
        of items: some Sequence<Item>, limit: Int, _ id: (Item) -> Identifier<Kind>, where isWanted: (Item) -> Bool
    ) -> Found<Item, Identifier<Kind>> {
        let wanted = items.filter(isWanted).sorted { id($0) > id($1) }
        let page = Array(wanted.prefix(max(0, limit)))
        return Found(items: page, next: wanted.count > page.count ? page.last.map(id) : nil)
    }
}
