public import MartletCore
public import MartletService

/// What endpoints of kind `listen` add: their deliveries wait in the store while nobody listens, and cost no attempt.
extension Dispatcher {
    /// Somebody began to listen to an endpoint here, or nobody does any more.
    public mutating func attendanceChanged(
        _ endpoint: EndpointID, isAttended: Bool, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        if isAttended { attended.insert(endpoint) } else { attended.remove(endpoint) }
        guard let lane = lanes[endpoint], lane.isAttended != isAttended else { return actions }
        if isAttended {
            if !lane.isBreakerClosed { openBreakerCount -= 1 }
            lane.attended()
            lane.noteStored(now)
        } else {
            lane.isAttended = false
            if !lane.isActive { spill(lane) }
        }
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An attempt was not made, since nobody who listens took it. It is made when somebody does, under the same number.
    public mutating func attemptNotTaken(_ parcel: Parcel, now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        putBack(parcel, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }
}
