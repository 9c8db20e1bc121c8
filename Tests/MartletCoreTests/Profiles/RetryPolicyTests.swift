import MartletCore
import Testing

@Suite struct RetryPolicyTests {
    static let start = Timestamp(milliseconds: 1_686_825_000_000)

    /// The delays of a policy, each attempt failing at once, with the jitter's middle.
    static func delays(_ policy: RetryPolicy, random: Double = 0.5) -> [Duration] {
        var delays: [Duration] = []
        var at = start
        while let next = policy.nextAttempt(
            after: delays.count + 1, failedAt: at, firstAttemptAt: start, random: random)
        {
            delays.append(next.since(at))
            at = next
        }
        return delays
    }

    @Test func theStandardScheduleIsTheOneThatStandardWebhooksRecommends() {
        #expect(
            Self.delays(.standard).map(\.text) == ["5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "1d"])
    }

    @Test func theRealEstateGuidesScheduleIsExact() {
        let policy = Profile.realEstate.retry

        #expect(Self.delays(policy).map(\.text) == ["5m", "30m", "2h", "5h", "10h"])
        #expect(Self.delays(policy, random: 0) == Self.delays(policy, random: 0.999))
    }

    @Test func theFractioAndSharmoSchedulesAreTheStandardOne() {
        #expect(Profile.fractio.retry == .standard)
        #expect(Profile.sharmo.retry == .standard)
        #expect(Profile.standardEd25519.retry == .standard)
    }

    @Test func theGetEquityGuidesScheduleKeepsTryingForFifteenMinutes() {
        let delays = Self.delays(Profile.getequity.retry)

        #expect(
            delays.map(\.text) == ["5s", "10s", "20s", "40s", "80s", "2m", "2m", "2m", "2m", "2m", "2m"])
        #expect(delays.reduce(.zero, +) <= .seconds(900))
    }

    @Test func theTimeoutsAndSuccessRulesAreTheGuides() {
        let profiles = Profile.builtIn.map { "\($0.name) \($0.timeout.text)" }

        #expect(
            profiles == [
                "standard 15s", "standard-ed25519 15s", "fractio 15s", "real-estate 5s", "sharmo 5s", "getequity 15s",
            ])
        #expect(Profile.builtIn.filter { $0.success != .any2xx }.map(\.name) == ["getequity"])
        #expect(Profile.getequity.success == .statuses([200]))
    }

    @Test func jitterSpreadsADelayEvenlyUpAndDown() {
        let policy = RetryPolicy(delays: [.seconds(5)], jitter: 0.1)

        #expect(Self.delays(policy, random: 0) == [.milliseconds(4500)])
        #expect(Self.delays(policy, random: 0.5) == [.seconds(5)])
        #expect(Self.delays(policy, random: 0.999_999)[0] <= .milliseconds(5500))
        #expect(Self.delays(policy, random: 0.999_999)[0] > .milliseconds(5490))
    }

    @Test func jitterStaysWithinItsBoundsWhateverIsDrawn() {
        let seed: UInt64 = 5
        var random = SeededRandom(seed)

        for _ in 0..<1000 {
            let drawn = Double.random(in: 0..<1, using: &random)
            let delays = Self.delays(.standard, random: drawn)
            for (delay, nominal) in zip(delays, Self.delays(.standard)) {
                #expect(delay >= nominal * 0.9 && delay <= nominal * 1.1, "seed \(seed), drawn \(drawn)")
            }
        }
    }

    @Test func aDelayCountsFromTheAttemptBeforeItNotFromTheFirst() {
        let policy = RetryPolicy(delays: [.seconds(5), .seconds(60)])
        let failedAt = Self.start + .seconds(100)

        let next = policy.nextAttempt(after: 2, failedAt: failedAt, firstAttemptAt: Self.start, random: 0.5)

        #expect(next == failedAt + .seconds(60))
    }

    @Test func noAttemptIsDueAfterTheWindow() {
        let policy = RetryPolicy(delays: [.seconds(5)], window: .seconds(10))

        func next(failedAfter seconds: Int) -> Timestamp? {
            policy.nextAttempt(
                after: 1, failedAt: Self.start + .seconds(seconds), firstAttemptAt: Self.start, random: 0.5)
        }

        #expect(next(failedAfter: 5) == Self.start + .seconds(10))
        #expect(next(failedAfter: 6) == nil)
    }

    @Test func anExponentialScheduleGrowsToItsLongestDelay() {
        let policy = RetryPolicy(
            schedule: .exponential(first: .seconds(1), factor: 3, longest: .seconds(20)), window: .seconds(100))

        #expect(Self.delays(policy).prefix(6).map(\.text) == ["1s", "3s", "9s", "20s", "20s", "20s"])
        #expect(
            policy.nextAttempt(after: 1_000_000, failedAt: Self.start, firstAttemptAt: Self.start, random: 0.5)
                == Self.start + .seconds(20))
    }

    @Test func pastTheLastDelayThereIsNoAttempt() {
        let policy = RetryPolicy(delays: [.seconds(1)])

        for number in [0, 2, 3, .max] {
            #expect(
                policy.nextAttempt(after: number, failedAt: Self.start, firstAttemptAt: Self.start, random: 0) == nil)
        }
        #expect(Self.delays(RetryPolicy(delays: [])).isEmpty)
    }
}
