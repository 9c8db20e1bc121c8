public import MartletCore
public import MartletService

/// What of the deliveries that wait is in memory: a window of every lane, within bounds over all of them. The rest is in the
/// store alone, and is read as room comes.
extension Dispatcher {
    /// How long a lane waits that found the memory full.
    private static let pauseWhenFull = Duration.milliseconds(100)
    /// How much every lane may keep in memory however full it is, so that a crowd of hung endpoints leaves room for others:
    /// so many small deliveries, or fewer large ones.
    private static let laneFloor = 8

    // MARK: Events

    /// A read of what is due came back.
    ///
    /// - Parameters:
    ///   - nextDue: when the first that was not read is due.
    ///   - resumeAfter: the ordering key after which the look through them goes on, where it has not reached the end.
    public mutating func loaded(
        _ endpoint: EndpointID, _ parcels: [Parcel], nextDue: Timestamp?, resumeAfter: String? = nil, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[endpoint] else { return actions }
        guard !lane.isObsolete else {
            lane.cursor = nil
            lane.endLoading()
            lane.noteStored(now)
            refresh(lane, now: now, into: &actions)
            forgetIfDeleted(lane)
            return actions
        }
        let known = lane.queue.ids
        var turnedAway = false
        for parcel in parcels {
            let id = parcel.delivery.id
            if known.contains(id) || lane.open.contains(id) || lane.movedWhileLoading.contains(id) { continue }
            // What was due when it was read may be far off, where the clock was set back since.
            if lane.isStale(parcel) || parcel.due > now + limits.nearRetry {
                store(parcel, in: lane)
            } else if lane.isActive, !turnedAway, hasRoom(for: parcel, in: lane) {
                keep(parcel, in: lane, now: now)
            } else {
                turnedAway = true
                store(parcel, in: lane)
            }
        }
        // The read may have cut a key short.
        for parcel in parcels { parcel.turn.map { _ = lane.queue.noteMore(of: $0.key) } }
        lane.loaded(nextDue: nextDue, resumeAfter: resumeAfter, now: now)
        // With the lane's own window full, room comes as it drains. With the memory full, looking again at once would only
        // read them again.
        if turnedAway, lane.queue.count < window(of: lane) {
            lane.stored = max(lane.stored ?? now, now + Self.pauseWhenFull)
        }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    /// A read of what is due failed, and is to be tried again at `retryAt`.
    public mutating func loadFailed(_ endpoint: EndpointID, retryAt: Timestamp) {
        guard let lane = lanes[endpoint] else { return }
        noticeLeap(to: retryAt)
        lane.endLoading()
        lane.stored = retryAt
        arm(lane, at: retryAt)
        forgetIfDeleted(lane)
    }

    // MARK: Decisions

    /// How many deliveries a lane may have read into memory: more where they go out soon, nobody else is kept waiting by a
    /// long read, and there is much room; less when memory is filling up.
    func window(of lane: Lane) -> Int {
        if isFilling { return min(limits.window, Self.laneFloor) }
        guard isQuick(lane), !activity.isShared else { return limits.window }
        // An eighth of the room: others may be reading too, and what there is no room for will have been read in vain.
        return max(limits.window, min(limits.burst, (limits.parcels / 2 - parcelCount) / 8))
    }

    private var isFilling: Bool {
        parcelCount * 2 >= limits.parcels || parcelBytes * 2 >= limits.parcelBytes
    }

    private func isQuick(_ lane: Lane) -> Bool { lane.isProven && lane.isBreakerClosed }

    func hasRoom(for parcel: Parcel, in lane: Lane) -> Bool {
        let most = isQuick(lane) && !isFilling ? max(limits.burst, limits.window) : window(of: lane)
        guard lane.queue.count < most else { return false }
        return lane.queue.count < max(1, Self.laneFloor / parcel.cost)
            || parcelCount < limits.parcels && parcelBytes + parcel.size <= limits.parcelBytes
    }

    /// Whether an accepted delivery may be kept in memory without overtaking what waits in the store.
    func overtakesNothing(_ parcel: Parcel, in lane: Lane) -> Bool {
        if let key = parcel.turn?.key {
            // What another node accepted before it may not have been heard of: in which order they came the store knows.
            guard leases == nil else { return false }
            return lane.queue.knowsAll(of: key) ?? (lane.stored == nil && !lane.isLoading)
        }
        return isDueBeforeStored(parcel.due, in: lane)
    }

    /// Whether what is due then comes before all that is in the store alone, as far as is known.
    func isDueBeforeStored(_ due: Timestamp, in lane: Lane) -> Bool {
        !lane.isLoading && lane.stored.map { $0 > due } ?? true
    }

    /// Whether enough of a lane's window is free for a read to be worth its while.
    func hasRoomToLoad(_ lane: Lane) -> Bool {
        let window = window(of: lane)
        return (window - lane.queue.count) * 4 >= window * 3
    }

    mutating func keep(_ parcel: Parcel, in lane: Lane, now: Timestamp) {
        take(parcel)
        lane.queue.insert(parcel, now: now)
    }

    mutating func take(_ parcel: Parcel) {
        parcelCount += 1
        parcelBytes += parcel.size
    }

    mutating func letGo(_ parcel: Parcel) {
        parcelCount -= 1
        parcelBytes -= parcel.size
    }

    mutating func withdraw(_ delivery: DeliveryID, from lane: Lane, now: Timestamp) -> Parcel? {
        let parcel = lane.queue.remove(delivery, now: now)
        if let parcel { letGo(parcel) }
        return parcel
    }

    mutating func spill(_ lane: Lane) {
        for parcel in lane.spill() { letGo(parcel) }
    }

    mutating func spill(_ lane: Lane, dueAfter instant: Timestamp) {
        for parcel in lane.spill(dueAfter: instant) { letGo(parcel) }
    }

    mutating func store(_ parcel: Parcel, in lane: Lane) {
        for later in lane.noteStored(parcel) { letGo(later) }
    }

    mutating func spill(_ key: String, of lane: Lane) {
        for parcel in lane.spill(key) { letGo(parcel) }
    }
}
