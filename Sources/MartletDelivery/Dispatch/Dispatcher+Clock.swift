import MartletCore

/// The time of day may be set. Due times are instants, and wait for theirs; but a pause that has begun must not last for as
/// much longer as the clock went back.
extension Dispatcher {
    /// What two readings of the clock may differ by though nobody set it: they are taken by several threads.
    private static let tolerance = Duration.seconds(1)

    /// Notices that the clock was set back.
    mutating func look(at now: Timestamp, into actions: inout [DispatchAction]) {
        guard let latest, now < latest else {
            self.latest = now
            return
        }
        guard now < latest - Self.tolerance else { return }
        self.latest = now
        for budget in budgets.values { budget.clockWasSetBack(to: now) }
        for lane in lanes.values {
            lane.clockWasSetBack(to: now)
            refresh(lane, now: now, into: &actions)
        }
    }
}
