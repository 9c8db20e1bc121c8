import MartletCore
import Testing

@Suite struct AlertStandingTests {
    private static let start = Timestamp(milliseconds: 1_686_825_000_000)
    private static let hold = Duration.seconds(300)

    /// An alert that is looked at every 10 s, and notes what it told and when.
    private struct Watched {
        var standing = AlertStanding()
        var now = AlertStandingTests.start
        var told: [(verdict: AlertStanding.Verdict, at: Duration)] = []
        var incidents: UInt64 = 0

        /// Looks on for a while, the rule broken or not all the while.
        mutating func look(for duration: Duration, broken: Bool) {
            let end = now + duration
            while now < end {
                var made = incidents
                let verdict = standing.take(
                    AlertReading(isBroken: broken, value: broken ? 9 : 1, culprits: broken ? ["ep_1"] : []),
                    clearsAfter: AlertStandingTests.hold, at: now
                ) {
                    made += 1
                    return IncidentID(high: 0, low: made)
                }
                incidents = made
                if verdict != .none { told.append((verdict, now.since(AlertStandingTests.start))) }
                now = now + .seconds(10)
            }
        }
    }

    private static func incident(_ number: UInt64) -> IncidentID { IncidentID(high: 0, low: number) }

    @Test func whatIsWellIsToldToNobody() {
        var watched = Watched()

        watched.look(for: .seconds(3600), broken: false)

        #expect(watched.told.isEmpty)
        #expect(watched.standing.reading == AlertReading(isBroken: false, value: 1))
        #expect(watched.standing.readAt == watched.now - .seconds(10))
    }

    @Test func itIsToldOnceThatItFiresAndOnceThatItIsOver() {
        var watched = Watched()

        watched.look(for: .seconds(60), broken: false)
        watched.look(for: .seconds(7200), broken: true)
        let isFiring = watched.standing.isFiring
        watched.look(for: .seconds(3600), broken: false)

        #expect(isFiring)
        #expect(watched.told.map(\.at) == [.seconds(60), .seconds(60 + 7200 + 300)])
        #expect(
            watched.told.map(\.verdict) == [
                .fires, .cleared(since: Self.start + .seconds(60), incident: Self.incident(1)),
            ])
        #expect(!watched.standing.isFiring)
    }

    @Test func aShortRecoveryDoesNotClearIt() {
        var watched = Watched()
        watched.look(for: .seconds(60), broken: true)

        for _ in 0..<10 {
            watched.look(for: .seconds(290), broken: false)
            watched.look(for: .seconds(10), broken: true)
        }

        #expect(watched.told.map(\.verdict) == [.fires])
    }

    @Test func oneThatKeepsComingBackMustBeWellForLongerEachTime() {
        var watched = Watched()

        // Ten minutes bad, ten minutes well, for a day.
        for _ in 0..<72 {
            watched.look(for: .seconds(600), broken: true)
            watched.look(for: .seconds(600), broken: false)
        }

        // Cleared after 5 minutes. It comes back 5 minutes later, and from then on no recovery lasts the 10 that it takes.
        #expect(watched.told.map(\.at) == [.zero, .seconds(600 + 300), .seconds(1200)])
        #expect(watched.standing.isFiring)
        #expect(watched.standing.returns == 1)
    }

    @Test func afterALongCalmItClearsAsQuicklyAsBefore() {
        var watched = Watched()
        for _ in 0..<6 {
            watched.look(for: .seconds(600), broken: true)
            watched.look(for: .seconds(1200), broken: false)
        }
        watched.look(for: .seconds(86_400), broken: false)
        let before = watched.told.count
        let bad = watched.now.since(Self.start)

        watched.look(for: .seconds(10), broken: true)
        watched.look(for: .seconds(3600), broken: false)

        #expect(watched.told.dropFirst(before).map(\.at) == [bad, bad + .seconds(310)])
    }

    @Test func theTimeIsNeverDoubledMoreThanFourTimes() {
        var watched = Watched()

        // Well each time for just as long as it takes, and broken again at once.
        for times in 0..<20 {
            watched.look(for: .seconds(10), broken: true)
            watched.look(for: .seconds(300 << min(times, 4)), broken: false)
            let isPatient = watched.standing.isFiring
            watched.look(for: .seconds(10), broken: false)
            #expect(isPatient && !watched.standing.isFiring)
        }

        #expect(watched.told.count == 40)
        #expect(watched.standing.returns == AlertStanding.mostDoublings)
    }

    @Test func oneThatIsSwitchedOffEndsAtOnce() {
        var watched = Watched()
        watched.look(for: .seconds(60), broken: true)

        let verdict = watched.standing.end(at: watched.now)
        let again = watched.standing.end(at: watched.now)

        #expect(verdict == .cleared(since: Self.start, incident: Self.incident(1)))
        #expect(again == .none)
        #expect(watched.standing.reading == .nothing)
    }

    @Test func aRestartChangesNothing() {
        var watched = Watched()
        watched.look(for: .seconds(60), broken: true)
        watched.look(for: .seconds(200), broken: false)
        let before = watched.standing

        watched.standing = AlertStanding(
            firingSince: before.firingSince, incident: before.incident, wellSince: before.wellSince,
            clearedAt: before.clearedAt, returns: before.returns, reading: before.reading, readAt: before.readAt)
        watched.look(for: .seconds(3600), broken: false)

        #expect(watched.told.map(\.at) == [.zero, .seconds(360)])
    }

    @Test func aReadingTellsTenCulpritsByName() {
        let reading = AlertReading(isBroken: true, value: 12, culprits: (0..<12).map { "ep_\($0)" })

        #expect(reading.culprits == (0..<10).map { "ep_\($0)" })
        #expect(reading.culpritCount == 12)
    }

    @Test(arguments: [
        (AlertRule.consecutiveFailures(5), 7, "7 in a row"),
        (.successRate(below: 0.9, window: .seconds(3600), attempts: 10), 0.8999, "89.9%"),
        (.successRate(below: 0.9, window: .seconds(3600), attempts: 10), 1, "100%"),
        (.oldestWaiting(.seconds(60)), 0, "nothing overdue"), (.oldestWaiting(.seconds(60)), 119, "119 s"),
        (.oldestWaiting(.seconds(60)), 7199, "119 min"), (.oldestWaiting(.seconds(60)), 7200, "2 h"),
        (.oldestWaiting(.seconds(60)), 172_800, "2 days"), (.endpointDisabled, 1, "1 webhook"),
        (.sourceRefusing(.seconds(900)), 2, "2 sources"),
    ]) func aValueIsPutInWords(rule: AlertRule, value: Double, words: String) {
        #expect(rule.words(for: value) == words)
        #expect(rule.words(for: nil) == nil)
    }
}
