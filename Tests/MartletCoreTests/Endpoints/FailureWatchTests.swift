import MartletCore
import Testing

@Suite struct FailureWatchTests {
    /// A clock that stands still unless it is moved.
    private final class Clock {
        private(set) var instant = Timestamp(milliseconds: 1_686_825_000_000)

        func now() -> Timestamp { instant }
        func advance(by duration: Duration) { instant = instant + duration }
        func set(_ instant: Timestamp) { self.instant = instant }
    }

    private let clock = Clock()
    private static let day = Duration.seconds(86_400)

    /// Fails `count` times, `every` so often, beginning now; the clock stands at the last failure.
    private func fail(_ watch: inout FailureWatch, _ count: Int, every: Duration) -> [FailureWatch.Verdict] {
        (0..<count).map { index in
            if index > 0 { clock.advance(by: every) }
            return watch.attemptFailed(at: clock.now())
        }
    }

    @Test func anEndpointThatSucceedsIsLeftAlone() {
        var watch = FailureWatch()

        let verdicts = (0..<20).map { _ in
            clock.advance(by: Self.day)
            return watch.attemptSucceeded(at: clock.now())
        }

        #expect(verdicts.allSatisfy { $0 == .none })
        #expect(!watch.isFailing)
        #expect(watch.lastSuccessAt == clock.now())
    }

    @Test func oneThatFailsIsWarnedOfOnceHalfWayAndDisabledAfterFiveDays() {
        var watch = FailureWatch()
        let start = clock.now()

        // Every half day: the sixth is 2½ days after the first, the eleventh 5.
        let verdicts = fail(&watch, 12, every: .seconds(43_200))

        #expect(
            verdicts == [.none, .none, .none, .none, .none, .warn, .none, .none, .none, .none, .disable, .disable])
        #expect(watch.failingSince == start)
        #expect(watch.failures == 12)
        #expect(watch.warnedAt == start + .seconds(5 * 43_200))
        #expect(watch.disablesAt == start + .seconds(5 * 86_400))
    }

    @Test func theTimeAloneIsNotEnough() {
        var watch = FailureWatch()

        // Nine failures within 8 days.
        let early = fail(&watch, 9, every: Self.day)
        clock.advance(by: .seconds(1))
        let tenth = watch.attemptFailed(at: clock.now())

        #expect(early == [.none, .none, .none, .none, .warn, .none, .none, .none, .none])
        #expect(tenth == .disable)
    }

    @Test func theFailuresAloneAreNotEnough() {
        var watch = FailureWatch()
        let start = clock.now()

        let many = fail(&watch, 1000, every: .seconds(60))
        clock.set(start + .seconds(5 * 86_400) - .milliseconds(1))
        let justBefore = watch.attemptFailed(at: clock.now())
        clock.advance(by: .milliseconds(1))
        let onTime = watch.attemptFailed(at: clock.now())

        #expect(many.allSatisfy { $0 == .none })
        #expect(justBefore == .warn)
        #expect(onTime == .disable)
    }

    @Test func aSuccessBeginsAnew() {
        var watch = FailureWatch()
        _ = fail(&watch, 4, every: Self.day)

        let success = watch.attemptSucceeded(at: clock.now())
        let isFailing = watch.isFailing
        let after = fail(&watch, 5, every: .seconds(43_199))

        #expect(success == .none)
        #expect(!isFailing)
        #expect(after.allSatisfy { $0 == .none })
        #expect(watch.failures == 5)
    }

    @Test func oneThatWasWarnedOfAndSucceedsHasRecoveredOnce() {
        var watch = FailureWatch()
        _ = fail(&watch, 6, every: .seconds(43_200))

        let verdicts = (0..<2).map { _ in watch.attemptSucceeded(at: clock.now()) }

        #expect(verdicts == [.recovered, .none])
        #expect(watch.warnedAt == nil)
        #expect(watch.failures == 0)
    }

    @Test func oneThatWasWarnedOfIsWarnedOfAgainInItsNextRunOfFailures() {
        var watch = FailureWatch()
        _ = fail(&watch, 6, every: .seconds(43_200))
        _ = watch.attemptSucceeded(at: clock.now())

        let verdicts = fail(&watch, 6, every: .seconds(43_200))

        #expect(verdicts == [.none, .none, .none, .none, .none, .warn])
    }

    @Test func oneThatIsPutBackIntoServiceHasAllItsTimeAgainAndRecoversFromNothing() {
        var watch = FailureWatch()
        _ = fail(&watch, 11, every: .seconds(43_200))

        watch.activated()
        let failed = watch.attemptFailed(at: clock.now())
        let succeeded = watch.attemptSucceeded(at: clock.now())

        #expect(failed == .none)
        #expect(succeeded == .none)
    }

    @Test func aRestartForgetsNothing() {
        var watch = FailureWatch()
        _ = fail(&watch, 6, every: .seconds(43_200))
        let endpoint = EndpointID(high: 1, low: 2)
        let environment = EnvironmentID(high: 3, low: 4)

        let health = watch.health(of: endpoint, in: environment)
        var resumed = FailureWatch(watch.rule, resuming: health)
        clock.advance(by: .seconds(5 * 43_200))

        #expect(resumed == watch)
        #expect(health.endpoint == endpoint)
        #expect(health.environment == environment)
        #expect((0..<4).map { _ in resumed.attemptFailed(at: clock.now()) } == [.none, .none, .none, .disable])
    }

    @Test func aRuleOfOneFailureWarnsAtTheFirstThatIsHalfWay() {
        var watch = FailureWatch(FailureRule(after: .seconds(10), failures: 1))

        let verdicts = fail(&watch, 3, every: .seconds(5))

        #expect(verdicts == [.none, .warn, .disable])
    }

    @Test func aRuleWithoutTimeDisablesAtOnce() {
        var watch = FailureWatch(FailureRule(after: .zero, failures: 2))

        let verdicts = fail(&watch, 2, every: .zero)

        #expect(verdicts == [.warn, .disable])
    }

    @Test func aClockThatIsSetBackDisablesNothing() {
        var watch = FailureWatch(FailureRule(after: .seconds(10), failures: 1))
        let start = clock.now()
        _ = watch.attemptFailed(at: start)
        _ = watch.attemptSucceeded(at: start)
        _ = watch.attemptFailed(at: start)

        let verdict = watch.attemptFailed(at: start - .seconds(1000))
        _ = watch.attemptSucceeded(at: start - .seconds(1000))

        #expect(verdict == .none)
        #expect(watch.lastSuccessAt == start)
    }

    /// Against the rule said in another way, over random histories.
    @Test(arguments: UInt64(0)..<50)
    func everyHistoryIsJudgedAsTheRuleSays(seed: UInt64) {
        var random = SeededRandom(seed)
        let rule = FailureRule(after: .seconds(100), failures: 4)
        var watch = FailureWatch(rule)
        var run: [Timestamp] = []
        var warned = false

        for _ in 0..<300 {
            clock.advance(by: .seconds(Int64.random(in: 0...40, using: &random)))
            let now = clock.now()
            let verdict: FailureWatch.Verdict
            let expected: FailureWatch.Verdict
            if Int.random(in: 0..<8, using: &random) == 0 {
                verdict = watch.attemptSucceeded(at: now)
                expected = warned ? .recovered : .none
                (run, warned) = ([], false)
            } else {
                verdict = watch.attemptFailed(at: now)
                run.append(now)
                let lasted = now.since(run[0])
                if lasted >= .seconds(100), run.count >= 4 {
                    expected = .disable
                } else if lasted >= .seconds(50), run.count >= 2, !warned {
                    expected = .warn
                    warned = true
                } else {
                    expected = .none
                }
            }
            #expect(verdict == expected, "seed \(seed)")
            #expect(watch.failures == run.count, "seed \(seed)")
            #expect(watch.failingSince == run.first, "seed \(seed)")
        }
    }
}
