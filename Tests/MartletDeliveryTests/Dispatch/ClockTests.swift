import MartletCore
import MartletService
import MartletTesting
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import MartletDelivery

/// What becomes of pauses when somebody sets the clock back in the middle of one, of what a leap makes due, and of both over
/// a restart.
@Suite struct ClockTests {
    static let hour = Duration.seconds(3600)

    @Test func aRateLimitHoldsAnEndpointBackForNoLongerThanItsPeriod() {
        let scene = DispatcherScene()
        let limit = RateLimit(count: 1, per: .seconds(10), burst: 1)
        let endpoint = scene.endpoint(DispatcherScene.rules(rateLimit: limit))
        let sent = scene.accept(scene.parcels(2, to: endpoint)).sent
        _ = scene.finishAndSettle(sent[0], .acknowledged)

        let noticed = scene.advance(by: .zero - Self.hour).sent
        let early = scene.advance(by: .milliseconds(9999)).sent
        let inTime = scene.advance(by: .milliseconds(1)).sent

        #expect(sent.count == 1)
        #expect(noticed.isEmpty)
        #expect(early.isEmpty)
        #expect(inTime.count == 1)
    }

    @Test func anOpenBreakerProbesAfterItsPause() {
        let scene = DispatcherScene { $0.breaker.silentRun = 2 }
        let endpoint = scene.endpoint()
        for parcel in scene.accept(scene.parcels(2, to: endpoint)).sent { _ = scene.finishAndSettle(parcel, .timedOut) }
        let open = scene.accept(scene.parcels(1, to: endpoint)).sent

        let noticed = scene.advance(by: .zero - Self.hour).sent
        let afterThePause = scene.advance(by: .seconds(5)).sent

        #expect(open.isEmpty)
        #expect(noticed.isEmpty)
        #expect(afterThePause.count == 1)
    }

    @Test func aRampGoesOn() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(isActive: false))
        _ = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(), now: scene.now)
        let first = scene.sent(to: endpoint)
        _ = scene.finishAndSettle(first, .acknowledged)

        scene.now = scene.now - Self.hour
        let atOnce = scene.accept(scene.parcels(2, to: endpoint)).sent
        _ = scene.finishAndSettle(atOnce[0], .acknowledged)
        let next = scene.advance(by: .milliseconds(100)).sent

        #expect(atOnce.count == 1)
        #expect(next.count == 1)
    }

    @Test func aReadThatFailedIsTriedAgainAtOnce() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(stored: scene.now)
        scene.dispatcher.loadFailed(endpoint, retryAt: scene.now + .seconds(1))

        let noticed = scene.advance(by: .zero - Self.hour)

        #expect(noticed.loads.map(\.0) == [endpoint])
    }

    @Test func aRetryBudgetGoesOnFilling() {
        let budget = RetryBudget()
        let now = Timestamp(milliseconds: 1_686_825_000_000)
        for _ in 0..<100 { budget.take() }
        let before = budget.allows(now: now)

        budget.clockWasSetBack(to: now - Self.hour)

        #expect(!before)
        #expect(budget.allows(now: now - Self.hour + .milliseconds(100)))
    }

    @Test func whatWasDueWhenTheClockWasSetBackGoesAtOnce() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let turns = scene.endpoint()
        let turn = Turn(key: "a", at: scene.now)
        let inTurn = (0..<2).map { _ in scene.parcel(to: turns, turn: turn) }
        let underWay = scene.accept(inTurn).sent
        let published = scene.parcel(to: endpoint)
        let meantForLater = scene.parcel(to: endpoint, due: scene.now + .seconds(600))

        scene.now = scene.now - Self.hour
        let accepted = scene.accept([meantForLater, published]).sentIDs
        let next = scene.finishAndSettle(underWay[0], .acknowledged).sentIDs

        #expect(accepted == [published.delivery.id])
        #expect(underWay.count == 1)
        #expect(next == [inTurn[1].delivery.id])
    }

    @Test func whatHasBecomeFarOffLeavesRoomForWhatIsDue() {
        let scene = DispatcherScene { $0.window = 4 }
        let endpoint = scene.endpoint()
        let soon = (0..<3).map { _ in scene.parcel(to: endpoint, due: scene.now + .seconds(30)) }
        _ = scene.accept(soon)
        let before = scene.parcelsInMemory

        scene.now = scene.now - Self.hour
        let noticed = scene.dispatcher.mayHaveBeenAccepted([scene.parcel(to: endpoint)], now: scene.now)

        #expect(before == 3)
        #expect(scene.parcelsInMemory == 0)
        #expect(noticed.loads.map(\.0) == [endpoint])
    }

    @Test func whatHasBecomeFarOffBehindTheFirstOfItsKeyLeavesRoomToo() {
        let scene = DispatcherScene {
            $0.window = 4
            $0.inFlight = 1
        }
        let endpoint = scene.endpoint()
        let other = scene.sent(to: scene.endpoint())
        let (first, later) = (Turn(key: "a", at: scene.now), scene.now + .seconds(30))
        let inTurn =
            [scene.parcel(to: endpoint, turn: first)]
            + (0..<3).map { _ in
                scene.parcel(to: endpoint, due: later, turn: Turn(key: "a", at: later))
            }
        _ = scene.accept(inTurn)
        let before = scene.parcelsInMemory

        scene.now = scene.now - Self.hour
        let noticed = scene.dispatcher.mayHaveBeenAccepted([scene.parcel(to: endpoint)], now: scene.now)
        let next = scene.finishAndSettle(other, .acknowledged)

        #expect(before == 5)
        #expect(scene.parcelsInMemory == 1)
        #expect(noticed.loads.map(\.0) == [endpoint])
        #expect(next.sentIDs == [inTurn[0].delivery.id])
    }

    @Test func aKeysLineIsReadAnewWhereWhatCameMeanwhileHasAnEarlierTurn() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(stored: scene.now)
        let later = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now))
        scene.now = scene.now - Self.hour
        let earlier = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now))

        let accepted = scene.accept([earlier])
        let seenBefore = scene.dispatcher.loaded(endpoint, [later], nextDue: nil, now: scene.now)
        let seenAfter = scene.dispatcher.loaded(endpoint, [earlier, later], nextDue: nil, now: scene.now)

        #expect(accepted.sent.isEmpty)
        #expect(seenBefore.sent.isEmpty)
        #expect(seenBefore.loads.map(\.0) == [endpoint])
        #expect(seenAfter.sentIDs == [earlier.delivery.id])
    }

    @Test func whatALeapAheadMakesDueIsLetOutStepByStep() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(stored: scene.now + .seconds(1200))
        let due = (0..<40).map { scene.parcel(to: endpoint, due: scene.now + .seconds(1200 + $0), attempts: 1) }

        let noticed = scene.advance(by: Self.hour)
        var sent = scene.dispatcher.loaded(endpoint, due, nextDue: nil, now: scene.now).sent
        let atOnce = sent.count
        for _ in 0..<9 {
            for parcel in sent.suffix(1) { _ = scene.finishAndSettle(parcel, .acknowledged) }
            sent += scene.advance(by: .milliseconds(100)).sent
        }

        #expect(noticed.loads.map(\.0) == [endpoint])
        #expect(atOnce == 1)
        #expect(sent.count == 10)
    }

    @Test func whatComesDueAfterALongQuietGoesAtOnce() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(stored: scene.now + Self.hour)
        let due = (0..<10).map { _ in scene.parcel(to: endpoint, due: scene.now + Self.hour, attempts: 1) }

        _ = scene.advance(by: Self.hour)
        let sent = scene.dispatcher.loaded(endpoint, due, nextDue: nil, now: scene.now).sent

        #expect(sent.count == 10)
    }

    @Test func anAttemptFromBeforeTheClockWasSetBackIsNotTakenForTheProbe() {
        let scene = DispatcherScene {
            $0.breaker.silentRun = 2
            $0.breaker.firstPause = .seconds(4)
        }
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: [])))
        let sent = scene.accept(scene.parcels(3, to: endpoint)).sent
        let late = scene.attempt(of: sent[2], .timedOut)
        for parcel in sent.prefix(2) { _ = scene.finishAndSettle(parcel, .timedOut) }
        _ = scene.accept(scene.parcels(2, to: endpoint))

        let atTheLeap = scene.advance(by: .zero - Self.hour)
        let probe = scene.advance(by: .seconds(4)).sent
        let afterTheLate = scene.dispatcher.attemptFinished(sent[2], attempt: late, now: scene.now, random: 0.5)
        let whileProbing = scene.dispatcher.condition(of: endpoint, now: scene.now)?.breaker.state
        _ = scene.finishAndSettle(probe[0], .acknowledged)

        #expect(atTheLeap.sent.isEmpty)
        #expect(probe.count == 1)
        #expect(afterTheLate.sent.isEmpty)
        #expect(whileProbing == .halfOpen)
        #expect(scene.dispatcher.condition(of: endpoint, now: scene.now)?.breaker.state == .closed)
    }

    @Test func anAttemptFromBeforeTheClockWasSetBackHalvesItsLanesSlotsNoSecondTime() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: [])))
        let sent = scene.accept(scene.parcels(40, to: endpoint)).sent
        let late = scene.attempt(of: sent[1], .timedOut)
        var slots: Int? { scene.dispatcher.condition(of: endpoint, now: scene.now)?.allowance }

        _ = scene.finishAndSettle(sent[0], .timedOut)
        _ = scene.advance(by: .zero - Self.hour)
        _ = scene.dispatcher.attemptFinished(sent[1], attempt: late, now: scene.now, random: 0.5)
        let afterTheLate = slots
        let since = sent[2...].flatMap { scene.finishAndSettle($0, .refused).sent }
        _ = scene.finishAndSettle(since[0], .timedOut)

        #expect(afterTheLate == 8)
        #expect(slots == 4)
    }

    /// What was sent a moment before a restart counts, where all of it was recorded too.
    @Test func aStartLetsOutNoBurstEvenWhereNothingWaited() {
        let scene = DispatcherScene()
        let rules = DispatcherScene.rules(rateLimit: RateLimit(count: 1, per: .seconds(10), burst: 5))
        let old: EndpointID = scene.id()
        _ = scene.dispatcher.endpointChanged(old, rules, isOld: true, now: scene.now)
        let new = scene.endpoint(rules)

        let sentToOld = scene.accept(scene.parcels(5, to: old)).sent
        let sentToNew = scene.accept(scene.parcels(5, to: new)).sent

        #expect(sentToOld.count == 1)
        #expect(sentToNew.count == 5)
    }

    @Test func anAlarmOfTheMachinesClockNoticesWithinSecondsThatItWasSet() {
        let loop = EmbeddedEventLoop()
        let wall = ManualTimeSource()
        let clock = SystemClock(group: loop, wall: wall)
        let rung = Mutex<[String]>([])
        clock.alarm(at: wall.now() + Self.hour) { rung.withLock { $0.append("an hour") } }
        clock.alarm(at: wall.now() + .seconds(30)) { rung.withLock { $0.append("half a minute") } }

        loop.advanceTime(by: .seconds(5))
        let untouched = rung.withLock { $0 }
        wall.advance(by: .seconds(60))
        loop.advanceTime(by: .seconds(5))
        let forwards = rung.withLock { $0 }
        wall.advance(by: .zero - Self.hour)
        loop.advanceTime(by: .seconds(5))
        let back = rung.withLock { $0 }

        #expect(untouched.isEmpty)
        #expect(forwards == ["half a minute"])
        #expect(back == ["half a minute", "an hour"])
    }
}
