import MartletCore
import MartletService

/// The time of day may be set. Due times are instants, and wait for theirs; but a pause that has begun must not last for as
/// much longer as the clock went back, and what a leap ahead makes due all at once must not go out all at once.
extension Dispatcher {
    /// What has been overdue for longer than this when the service starts, or the clock leaps, is let out step by step.
    static let downtime = Duration.seconds(60)
    /// What two readings of the clock may differ by though nobody set it: they are taken by several threads.
    private static let tolerance = Duration.seconds(1)

    /// Notices that the clock was set.
    mutating func look(at now: Timestamp, into actions: inout [DispatchAction]) {
        guard let latest, now < latest else {
            noticeLeap(to: now)
            self.latest = now
            return
        }
        guard now < latest - Self.tolerance else { return }
        self.latest = now
        for budget in budgets.values { budget.clockWasSetBack(to: now) }
        for lane in lanes.values.sorted(by: { $0.endpoint < $1.endpoint }) {
            for parcel in lane.clockWasSetBack(from: latest, to: now) { letGo(parcel) }
            refresh(lane, now: now, into: &actions)
        }
    }

    /// Where the clock was set ahead, or the machine was asleep, it is as after a start: what has been overdue for long is
    /// let out step by step. Had nothing happened merely because nothing was due, nothing would be overdue.
    func noticeLeap(to now: Timestamp) {
        guard let latest, latest < now - Self.downtime else { return }
        for lane in lanes.values where lane.mayBeOverdue(since: now - Self.downtime) { lane.comeBack(now: now) }
    }

    /// What was due at once when it was accepted is due, though the clock was set back meanwhile.
    func dueAnyhow(_ parcel: Parcel, now: Timestamp) -> Parcel {
        guard parcel.due <= parcel.delivery.createdAt, !parcel.isRetry else { return parcel }
        return parcel.due(at: now)
    }
}

extension Parcel {
    /// The same, due at another instant than the store has.
    func due(at instant: Timestamp) -> Parcel {
        var parcel = self
        parcel.delivery.state = .scheduled(due: instant)
        return parcel
    }
}
