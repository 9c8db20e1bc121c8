import MartletCore
import MartletService

/// Keeps attempts from an endpoint that fails: opens on a failure rate over a window, lets one probe through after a pause,
/// closes when a probe succeeds. What waits meanwhile costs no attempt.
struct CircuitBreaker: Sendable, Hashable {
    private enum State: Hashable {
        case closed
        case open(since: Timestamp, until: Timestamp)
        /// The probe is under way. Which that is its number says: when it started says nothing once the clock was set.
        case probing(since: Timestamp, probe: Int)
    }

    /// What an attempt's end changed.
    enum Change: Sendable, Hashable {
        case opened
        case closed
    }

    private struct Counts: Hashable {
        var failed = 0
        var total = 0
    }

    private let rules: BreakerRules
    private let half: Duration
    private var state = State.closed
    private var reason: BreakerCondition.Reason?
    private var pause: Duration
    /// The window's two halves: what ended in the one at hand, and in the one before.
    private var halfStart: Timestamp?
    private var current = Counts()
    private var previous = Counts()
    private var silentRun = 0

    init(_ rules: BreakerRules) {
        self.rules = rules
        half = rules.window / 2
        pause = rules.firstPause
    }

    var isClosed: Bool { state == .closed }

    /// When an attempt may start: `nil` while a probe is under way, otherwise now or earlier where it may at once.
    var next: Timestamp? {
        switch state {
        case .closed: Timestamp(milliseconds: .min)
        case .open(_, let until): until
        case .probing: nil
        }
    }

    /// An attempt starts, by its number among the lane's: the probe, where the breaker is open.
    mutating func started(_ attempt: Int) {
        if case .open(let since, _) = state { state = .probing(since: since, probe: attempt) }
    }

    /// An attempt did not start after all: where it was the probe, the next one may go at once.
    mutating func notStarted(_ attempt: Int, now: Timestamp) {
        if case .probing(let since, attempt) = state { state = .open(since: since, until: now) }
    }

    /// Somebody has reason to believe that the endpoint is back: the next probe need not wait.
    mutating func encourage(now: Timestamp) {
        if case .open(let since, let until) = state, until > now { state = .open(since: since, until: now) }
    }

    /// The pause lasts no longer than it was meant to, and the window's halves begin no later than now.
    mutating func clockWasSetBack(to now: Timestamp) {
        halfStart = halfStart.map { min($0, now) }
        if case .open(let since, let until) = state {
            state = .open(since: min(since, now), until: min(until, now + pause))
        }
    }

    /// An attempt is over.
    ///
    /// - Parameter isSilent: whether no answer came at all.
    mutating func finished(_ attempt: Int, isSuccess: Bool, isSilent: Bool, now: Timestamp) -> Change? {
        switch state {
        case .closed:
            count(isSuccess: isSuccess, isSilent: isSilent, now: now)
            guard let reason = reasonToOpen else { return nil }
            self.reason = reason
            pause = rules.firstPause
            state = .open(since: now, until: now + pause)
            return .opened
        case .open: return nil
        case .probing(_, let probe) where probe != attempt: return nil
        case .probing where isSuccess:
            self = CircuitBreaker(rules)
            return .closed
        case .probing(let since, _):
            pause = min(rules.longestPause, pause * 2)
            state = .open(since: since, until: now + pause)
            return nil
        }
    }

    /// The breaker as its endpoint's owner sees it.
    var condition: BreakerCondition {
        switch state {
        case .closed: BreakerCondition(state: .closed)
        case .open(let since, let until):
            BreakerCondition(state: .open, reason: reason, since: since, nextProbe: until)
        case .probing(let since, _): BreakerCondition(state: .halfOpen, reason: reason, since: since)
        }
    }

    private mutating func count(isSuccess: Bool, isSilent: Bool, now: Timestamp) {
        let start = halfStart ?? now
        let next = start + half
        if now < next {
            halfStart = start
        } else if now >= start + rules.window {
            (previous, current, halfStart) = (Counts(), Counts(), now)
        } else {
            (previous, current, halfStart) = (current, Counts(), next)
        }
        current.total += 1
        if !isSuccess { current.failed += 1 }
        silentRun = isSilent ? silentRun + 1 : 0
    }

    private var reasonToOpen: BreakerCondition.Reason? {
        let total = current.total + previous.total
        let failed = current.failed + previous.failed
        if silentRun >= rules.silentRun { return .noAnswer(inARow: silentRun) }
        if total >= rules.minimum, Double(failed) >= rules.failureShare * Double(total) {
            return .failureRate(failed: failed, of: total, window: rules.window)
        }
        return nil
    }
}
