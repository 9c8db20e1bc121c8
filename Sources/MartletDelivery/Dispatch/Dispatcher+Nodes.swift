public import MartletCore
public import MartletService

/// What several nodes that share a store add: some endpoints' deliveries go out from one of them alone, and what was a
/// node's may become another's.
extension Dispatcher {
    // MARK: Events

    /// No attempt starts before ``goOn(now:)``; those in flight finish.
    public mutating func halt() { isHalted = true }

    /// Attempts may start again.
    public mutating func goOn(now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard isHalted, !isDraining else { return actions }
        isHalted = false
        for lane in lanes.values { refresh(lane, now: now, into: &actions) }
        pump(now: now, into: &actions)
        return actions
    }

    /// An attempt was not made, since this node may have been taken for dead. Nothing starts any more before
    /// ``goOn(now:)``.
    public mutating func attemptNotMade(_ parcel: Parcel, now: Timestamp) -> [DispatchAction] {
        halt()
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        putBack(parcel, now: now, into: &actions)
        return actions
    }

    /// What was in flight is in the store alone again, as it was before.
    mutating func putBack(_ parcel: Parcel, now: Timestamp, into actions: inout [DispatchAction]) {
        guard let lane = lanes[parcel.delivery.endpoint] else {
            preconditionFailure("a lane with an attempt in flight is kept")
        }
        inFlightCount -= 1
        takenSlots -= limits.slots(for: parcel)
        letGo(parcel)
        _ = lane.close(parcel.delivery.id)
        if !lane.isProven { unprovenSlots -= lane.slots }
        lane.attemptNotMade(parcel, now: now)
        if !lane.isProven { unprovenSlots += lane.slots }
        lane.noteStored(parcel.due)
        if let key = parcel.turn?.key {
            spill(key, of: lane)
            if parcel.holdsSlot, lane.queue.release(key, now: now) { lane.noteStored(now) }
        }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
    }

    /// Nothing that waits is this node's any more: it goes out of memory. Attempts in flight finish and are recorded.
    /// Nothing starts before ``goOn(now:)``.
    public mutating func lapsed() {
        halt()
        leases = []
        for lane in lanes.values {
            spill(lane)
            lane.isObsolete = lane.isLoading
            lane.isHere = !lane.rules.isExclusive
        }
    }

    /// What waits in the store was looked at anew: when the first of it is due, by endpoint.
    public mutating func found(_ earliest: [EndpointID: Timestamp], now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        for (endpoint, due) in earliest {
            guard let lane = lanes[endpoint] else {
                actions.append(.introduce(endpoint, stored: due))
                continue
            }
            lane.noteStored(due)
            refresh(lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// What waits in the store was looked at, in case that news of it was lost: when the first of it is due. Where something
    /// is in memory or in flight, that is what was seen, or will be followed by another look.
    public mutating func foundAgain(_ earliest: [EndpointID: Timestamp], now: Timestamp) -> [DispatchAction] {
        found(
            earliest.filter { endpoint, _ in
                guard let lane = lanes[endpoint] else { return true }
                return lane.isHere && lane.queue.count == 0 && lane.open.isEmpty
            }, now: now)
    }

    /// Something may have been stored for these endpoints by another node.
    public mutating func mayHaveGrown(_ endpoints: [EndpointID], now: Timestamp) -> [DispatchAction] {
        found(
            Dictionary(
                endpoints.filter { lanes[$0]?.isHere ?? false }.map { ($0, now) },
                uniquingKeysWith: { first, _ in first }),
            now: now)
    }

    /// This node holds the leases of these exclusive endpoints, and of no others.
    public mutating func holds(_ held: Set<EndpointID>, now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        let before = leases ?? []
        leases = held
        for endpoint in before.symmetricDifference(held) {
            guard let lane = lanes[endpoint] else { continue }
            place(lane, wasExclusive: lane.rules.isExclusive, now: now)
            refresh(lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    /// What waits for an endpoint was put where it belongs.
    public mutating func rehomed(_ endpoint: EndpointID, now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[endpoint] else { return actions }
        lane.isRehoming = false
        if lane.isHere { lane.noteStored(now) }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    // MARK: Decisions

    /// Finds out whether a lane's deliveries go out from here.
    mutating func place(_ lane: Lane, wasExclusive: Bool, now: Timestamp) {
        guard let leases else { return }
        if lane.rules.isExclusive != wasExclusive { lane.needsRehome = true }
        let isHere = !lane.rules.isExclusive || leases.contains(lane.endpoint)
        guard isHere != lane.isHere else { return }
        lane.isHere = isHere
        if isHere {
            // Whoever delivered to it a moment ago may have used the burst.
            lane.emptyPace(now: now)
            lane.noteStored(now)
        } else {
            spill(lane)
        }
    }

    /// A delivery was stored for an endpoint whose deliveries go out from elsewhere.
    mutating func leave(_ parcel: Parcel, in lane: Lane, into actions: inout [DispatchAction]) {
        guard parcel.delivery.cause == .test else {
            actions.append(.leave(lane.endpoint))
            return
        }
        // A test event is this node's wherever it goes to; not being sent at once, it waits like the others.
        lane.needsRehome = true
    }

    /// Has what waits put where it belongs, once nothing of it can be under way at two nodes because of that.
    mutating func rehome(_ lane: Lane, into actions: inout [DispatchAction]) {
        guard !lane.isRehoming, lane.isHere || lane.open.isEmpty else { return }
        lane.needsRehome = false
        lane.isRehoming = true
        actions.append(.rehome(lane.endpoint))
    }
}
