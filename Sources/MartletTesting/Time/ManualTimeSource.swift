public import MartletCore
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualTimeSource: AlarmClock, MonotonicTime {
    private struct Alarm {
        var instant: Timestamp
        var ring: @Sendable () -> Void
    }

    private struct State {
        var now: Timestamp
        var alarms: [Alarm] = []
    }

    private let state: Mutex<State>

    /// Makes a clock that shows `instant`; left out, 2023-06-15T10:30:00Z.
    public init(_ instant: Timestamp = Timestamp(milliseconds: 1_686_825_000_000)) {
        state = Mutex(State(now: instant))
    }

    public func now() -> Timestamp {
        state.withLock { $0.now }
    }

    public func nanoseconds() -> Int64 { now().milliseconds * 1_000_000 }

    /// When the next alarm is to ring; `nil` where none is set.
    public var nextAlarm: Timestamp? {
        state.withLock { state in state.alarms.map(\.instant).min() }
    }

    /// Moves the clock on, or back where `duration` is negative. Alarms on the way ring before this returns, in order,
    /// with the clock showing their instant.
    public func advance(by duration: Duration) {
        advance(to: now() + duration)
    }

    /// Moves the clock to `instant`. Alarms on the way ring before this returns, in order, with the clock showing their
    /// instant; those that ringing sets are on the way as well.
    public func advance(to instant: Timestamp) {
        while let alarm = state.withLock({ Self.nextAlarm(in: &$0, upTo: instant) }) { alarm.ring() }
    }

    public func alarm(at instant: Timestamp, ring: @escaping @Sendable () -> Void) {
        let isPast = state.withLock { state in
            if instant <= state.now { return true }
            state.alarms.append(Alarm(instant: instant, ring: ring))
            return false
        }
        if isPast { Task { ring() } }
    }

    private static func nextAlarm(in state: inout State, upTo instant: Timestamp) -> Alarm? {
        let due = state.alarms.indices.filter { state.alarms[$0].instant <= instant }
        guard let index = due.min(by: { state.alarms[$0].instant < state.alarms[$1].instant }) else {
            state.now = instant
            return nil
        }
        let alarm = state.alarms.remove(at: index)
        state.now = max(state.now, alarm.instant)
        return alarm
    }
}
