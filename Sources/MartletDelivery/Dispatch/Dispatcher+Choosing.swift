import MartletCore
import MartletService

/// Which lane is next. Lanes take turns, one parcel each; those that have not shown that they answer leave slots to the
/// others, and so does a lane that holds many.
extension Dispatcher {
    /// Brings a lane's place in the queue, its window and its alarm up to date.
    mutating func refresh(_ lane: Lane, now: Timestamp, into actions: inout [DispatchAction]) {
        if lane.needsRehome { rehome(lane, into: &actions) }
        guard lane.isActive else { return }
        lane.queue.promote(now: now)
        if !lane.isQueued, lane.hasSlot(most: limits.inFlightPerEndpoint) { queue(lane, now: now) }
        if let stored = lane.stored, !lane.isLoading, !isHalted {
            if stored > now { arm(lane, at: stored) } else { load(lane, now: now, into: &actions) }
        }
        if let due = lane.queue.nextDue { arm(lane, at: due) }
    }

    /// Has what is due in the store read, once there is room for it.
    private mutating func load(_ lane: Lane, now: Timestamp, into actions: inout [DispatchAction]) {
        activity.note(lane.rules.application)
        // What waits for later leaves the room to what is due.
        if !hasRoomToLoad(lane), lane.queue.nextDue != nil { spill(lane, dueAfter: now) }
        guard hasRoomToLoad(lane) else { return }
        lane.isLoading = true
        lane.stored = nil
        // What is open or in memory is still scheduled in the store.
        let known = lane.open.union(lane.queue.ids)
        actions.append(
            .load(lane.endpoint, besides: known, limit: window(of: lane) - lane.queue.count, after: lane.cursor))
        activity.pass()
    }

    /// Has a lane wait for its turn if something of it may go; or for the instant when it may.
    private mutating func queue(_ lane: Lane, now: Timestamp) {
        guard lane.queue.hasReady(retriesAllowed: { lane.allowsRetry(now: now) }) else {
            if lane.queue.hasReady(retriesAllowed: { true }) { arm(lane, at: lane.budget.next(now: now)) }
            return
        }
        guard let start = lane.nextStart(now: now) else { return }
        if start <= now { enqueue(lane) } else { arm(lane, at: start) }
    }

    /// Hands out slots, one parcel a lane in turn.
    mutating func pump(now: Timestamp, into actions: inout [DispatchAction]) {
        guard !isHalted else { return }
        releasePressed()
        while takenSlots < limits.inFlight, unsettledCount < limits.unsettled, let lane = nextLane() {
            let line = lane.line
            lane.isQueued = false
            guard lane.hasSlot(most: limits.inFlightPerEndpoint), let start = lane.nextStart(now: now), start <= now
            else {
                refresh(lane, now: now, into: &actions)
                continue
            }
            guard lane.slots < slotsUnderPressure(for: lane) else {
                lane.isQueued = true
                pressedCount += 1
                lane.pressedPlace = pressedCount
                pressed[lane.endpoint] = lane
                continue
            }
            if let parcel = lane.queue.popNext(retriesAllowed: lane.allowsRetry(now: now), now: now) {
                line?.pay(for: parcel)
                self.start(parcel, in: lane, holdsSlot: true, now: now, into: &actions)
            }
            refresh(lane, now: now, into: &actions)
        }
    }

    /// The lane whose turn it is. Lanes that have not shown that they answer leave an eighth of the slots to the others.
    private mutating func nextLane() -> Lane? {
        let free = limits.inFlight - takenSlots
        isUnprovensTurn.toggle()
        let admitsUnproven = unprovenSlots < limits.inFlight - limits.inFlight / 8
        if isUnprovensTurn, admitsUnproven, let lane = unproven.next(free: free) { return lane }
        if let lane = proven.next(free: free) { return lane }
        return admitsUnproven ? unproven.next(free: free) : nil
    }

    /// How many slots a lane may hold once more than half of them are taken: no more than are free, and one where it has
    /// not shown that it answers. So whoever comes next finds one.
    private func slotsUnderPressure(for lane: Lane) -> Int {
        guard takenSlots * 2 > limits.inFlight else { return .max }
        return lane.isProven ? limits.inFlight - takenSlots : 1
    }

    private mutating func releasePressed() {
        guard !pressed.isEmpty, takenSlots * 2 <= limits.inFlight else { return }
        for lane in pressed.values.sorted(by: { $0.pressedPlace < $1.pressedPlace }) { enqueue(lane) }
        pressed.removeAll(keepingCapacity: true)
    }

    private mutating func enqueue(_ lane: Lane) {
        lane.isQueued = true
        if lane.isProven {
            proven.append(lane, to: lane.share.proven)
        } else {
            unproven.append(lane, to: lane.share.unproven)
        }
    }

    mutating func start(
        _ parcel: Parcel, in lane: Lane, holdsSlot: Bool, now: Timestamp, into actions: inout [DispatchAction]
    ) {
        inFlightCount += 1
        let slots = limits.slots(for: parcel)
        takenSlots += slots
        lane.open.insert(parcel.delivery.id)
        var parcel = parcel
        parcel.holdsSlot = holdsSlot
        lane.started(&parcel, now: now)
        if holdsSlot, !lane.isProven { unprovenSlots += slots }
        actions.append(.send(parcel))
    }
}
