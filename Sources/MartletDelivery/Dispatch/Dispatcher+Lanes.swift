public import MartletCore
import MartletService

/// How lanes come, change with their endpoints, and go.
extension Dispatcher {
    // MARK: Events

    /// An endpoint was created, changed, or found at start.
    ///
    /// - Parameters:
    ///   - stored: when the first of what the store holds for it is due, where that is news.
    ///   - health: what was kept of its health, where it was found at start.
    ///   - isOld: whether it was found at start: somebody may have delivered to it a moment ago.
    public mutating func endpointChanged(
        _ endpoint: EndpointID, _ rules: LaneRules, stored: Timestamp? = nil, health: EndpointHealth? = nil,
        isOld: Bool = false, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        let lane =
            lanes[endpoint] ?? makeLane(endpoint, rules, stored: stored, health: health, isOld: isOld, now: now)
        let wasExclusive = lane.rules.isExclusive
        change(lane, to: rules, now: now)
        if leases != nil { place(lane, wasExclusive: wasExclusive, now: now) }
        if let stored { lane.noteStored(stored) }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An endpoint was deleted. What is in flight finishes and is recorded.
    public mutating func endpointDeleted(_ endpoint: EndpointID) -> [DispatchAction] {
        if let lane = lanes[endpoint] {
            lane.deactivate()
            lane.isDeleted = true
            spill(lane)
            forgetIfDeleted(lane)
        }
        return [.cancelStored(endpoint)]
    }

    // MARK: Decisions

    /// The lane that a delivery just stored belongs to. Where there is none, the actions say what becomes of it.
    func lane(of parcel: Parcel, into actions: inout [DispatchAction]) -> Lane? {
        let endpoint = parcel.delivery.endpoint
        guard let lane = lanes[endpoint] else {
            actions.append(.introduce(endpoint, stored: parcel.due))
            return nil
        }
        // Matched before the endpoint was deleted, stored after what waited for it had been cancelled.
        guard !lane.isDeleted else {
            actions.append(.cancelStored(endpoint))
            return nil
        }
        return lane
    }

    private mutating func makeLane(
        _ endpoint: EndpointID, _ rules: LaneRules, stored: Timestamp?, health: EndpointHealth?, isOld: Bool,
        now: Timestamp
    ) -> Lane {
        let share = shares[rules.application] ?? Share()
        shares[rules.application] = share
        share.laneCount += 1
        let lane = Lane(
            endpoint, rules: rules, share: share, budget: budget(of: rules.host), limits: limits, health: health,
            now: now)
        lanes[endpoint] = lane
        if let leases { lane.isHere = !rules.isExclusive || leases.contains(endpoint) }
        lane.isAttended = attended.contains(endpoint)
        if isOld || stored != nil { lane.emptyPace(now: now) }
        if let stored, stored < now - Self.downtime { lane.comeBack(now: now) }
        return lane
    }

    private mutating func change(_ lane: Lane, to rules: LaneRules, now: Timestamp) {
        let wasOpen = !lane.isBreakerClosed
        if !lane.isProven { unprovenSlots -= lane.slots }
        if lane.rules.host != rules.host {
            forgetBudget(of: lane)
            lane.budget = budget(of: rules.host)
        }
        lane.change(to: rules, now: now)
        if !lane.isActive { spill(lane) }
        if !lane.isProven { unprovenSlots += lane.slots }
        if wasOpen, lane.isBreakerClosed { openBreakerCount -= 1 }
    }

    private mutating func budget(of host: String) -> RetryBudget {
        let budget = budgets[host] ?? RetryBudget()
        budgets[host] = budget
        budget.lanes += 1
        return budget
    }

    private mutating func forgetBudget(of lane: Lane) {
        lane.budget.lanes -= 1
        if lane.budget.lanes == 0 { budgets[lane.rules.host] = nil }
    }

    mutating func forgetIfDeleted(_ lane: Lane) {
        guard lane.isDeleted, lane.open.isEmpty, !lane.isLoading, lanes.removeValue(forKey: lane.endpoint) != nil else {
            return
        }
        pressed[lane.endpoint] = nil
        if !lane.isBreakerClosed { openBreakerCount -= 1 }
        forgetBudget(of: lane)
        lane.share.laneCount -= 1
        if lane.share.laneCount == 0 { shares[lane.rules.application] = nil }
    }
}
