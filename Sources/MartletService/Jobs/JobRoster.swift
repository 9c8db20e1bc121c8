public import MartletCore
import Synchronization

/// The jobs that run in this process, shared by whoever makes and ends them and by the ``JobRunner``, which takes their
/// steps.
public final class JobRoster: Sendable {
    private struct State {
        var schedule: JobSchedule
        /// Whether the store may hold jobs that run and that this does not know of.
        var isIncomplete = true
        /// Whether something happened since the runner last rested.
        var isWoken = false
        var resting: CheckedContinuation<Void, Never>?
        /// When the next alarm that counts will ring.
        var armed: Timestamp?
        var isStopped = false
    }

    /// Held by whoever looks which jobs run in order to make one.
    let making = ChangeLock()

    private let state: Mutex<State>
    private let metrics: ServiceMetrics

    init(_ limits: JobLimits, metrics: ServiceMetrics) {
        state = Mutex(State(schedule: JobSchedule(limits)))
        self.metrics = metrics
    }

    /// How many jobs run.
    public var count: Int { state.withLock { $0.schedule.count } }

    /// What a job is waiting for; `nil` where it goes on, or does not run here.
    public func wait(of id: JobID) -> JobWait? { state.withLock { $0.schedule.wait(of: id) } }

    // MARK: Changes

    /// A job that runs is in the store.
    func started(_ job: Job, now: Timestamp) {
        change { $0.schedule.add(job, now: now) }
    }

    /// A job does not run any more.
    func ended(_ id: JobID) {
        change { $0.schedule.remove(id) }
    }

    /// A job may be in the store though the store did not say so.
    func mayHaveStarted() {
        change { $0.isIncomplete = true }
    }

    /// The store could not say which jobs run: it is to be asked again, though not at once.
    func staysIncomplete() {
        state.withLock { $0.isIncomplete = true }
    }

    /// Whether the store is to be asked which jobs run; whoever is told so asks it.
    func takeIncomplete() -> Bool {
        state.withLock { state in
            defer { state.isIncomplete = false }
            return state.isIncomplete
        }
    }

    /// Another node takes the steps: what runs is read anew should that change.
    func standDown() {
        let count = state.withLock { state in
            state.schedule.keep(only: [])
            state.isIncomplete = true
            return state.schedule.count
        }
        metrics.jobsRun(count)
    }

    /// No others run.
    func keep(only ids: Set<JobID>) {
        let count = state.withLock { state in
            state.schedule.keep(only: ids)
            return state.schedule.count
        }
        metrics.jobsRun(count)
    }

    /// Nothing more is done.
    func stop() {
        change { $0.isStopped = true }
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    private func change(_ body: (inout State) -> Void) {
        let (resting, count) = state.withLock { state in
            body(&state)
            state.isWoken = state.resting == nil
            defer { state.resting = nil }
            return (state.resting, state.schedule.count)
        }
        metrics.jobsRun(count)
        resting?.resume()
    }

    /// Asks and tells the schedule.
    func schedule<Value: Sendable>(_ body: (inout JobSchedule) -> Value) -> Value {
        state.withLock { body(&$0.schedule) }
    }

    // MARK: Resting

    /// Returns when the clock shows `instant`, when something changes, or at once where something has.
    func rest(until instant: Timestamp?, clock: any AlarmClock) async {
        await withCheckedContinuation { (resting: CheckedContinuation<Void, Never>) in
            let (isOver, alarm) = state.withLock { state -> (Bool, Timestamp?) in
                guard !state.isWoken, !state.isStopped else {
                    state.isWoken = false
                    return (true, nil)
                }
                state.resting = resting
                guard let instant, state.armed.map({ instant < $0 }) ?? true else { return (false, nil) }
                state.armed = instant
                return (false, instant)
            }
            if isOver { resting.resume() }
            if let alarm { clock.alarm(at: alarm) { [weak self] in self?.alarmRang(alarm) } }
        }
    }

    private func alarmRang(_ instant: Timestamp) {
        let resting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            // One that an earlier alarm was set after: that one has rung, or will.
            guard state.armed == instant else { return nil }
            state.armed = nil
            state.isWoken = state.resting == nil
            defer { state.resting = nil }
            return state.resting
        }
        resting?.resume()
    }
}
