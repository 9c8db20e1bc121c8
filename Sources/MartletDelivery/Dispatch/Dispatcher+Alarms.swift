import HeapModule
public import MartletCore

extension Dispatcher {
    /// When ``timerFired(now:)`` is wanted next.
    public var nextAlarm: Timestamp? { alarms.min?.at }

    /// The alarm rang.
    public mutating func timerFired(now: Timestamp) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        while let alarm = alarms.min, alarm.at <= now {
            alarms.removeMin()
            alarm.lane.alarmRang()
            refresh(alarm.lane, now: now, into: &actions)
        }
        pump(now: now, into: &actions)
        return actions
    }

    mutating func arm(_ lane: Lane, at instant: Timestamp) {
        if lane.arm(at: instant) { alarms.insert(LaneAlarm(at: instant, lane: lane)) }
    }
}

/// When a lane wants to be looked at again. One that rings for nothing does no harm.
struct LaneAlarm: Comparable {
    let at: Timestamp
    let lane: Lane

    static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    static func == (left: Self, right: Self) -> Bool { left.at == right.at }
}
