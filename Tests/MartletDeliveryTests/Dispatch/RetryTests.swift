import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

@Suite struct RetryTests {
    @Test func aNearRetryWaitsInMemoryAndAFarOneInTheStore() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let first = scene.sent(to: endpoint)

        _ = scene.finishAndSettle(first, .refused)
        let inMemory = scene.parcelsInMemory
        let second = scene.advance(by: .seconds(5)).sent
        _ = scene.finishAndSettle(second[0], .refused)
        let inMemoryThen = scene.parcelsInMemory
        let whenDue = scene.advance(by: .seconds(300))

        #expect(inMemory == 1)
        #expect(second.map(\.nextNumber) == [2])
        #expect(inMemoryThen == 0)
        #expect(whenDue.sent.isEmpty)
        #expect(whenDue.loads.map(\.0) == [endpoint])
    }

    @Test func theLastFailureEndsTheDelivery() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: [])))
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .refused)

        #expect(finished.settled.map(\.1.state) == [.failed(at: scene.now, reason: .exhausted)])
    }

    @Test(arguments: [
        (429, "30", 30), (503, "30", 30), (429, "2", 5), (429, "0", 5), (429, "9999999999999999999", 86_400),
        (503, "Thu, 15 Jun 2023 10:31:00 GMT", 60), (503, "Thu, 15 Jun 2023 10:29:00 GMT", 5),
        (503, "Fri, 15 Jun 2035 10:31:00 GMT", 86_400), (503, "soon", 5), (503, "-3", 5), (500, "30", 5),
        (301, "30", 5),
    ])
    func retryAfterIsHonouredLaterThanTheScheduleNeverSoonerAndCapped(status: Int, value: String, seconds: Int) {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .status(status, retryAfter: value))

        #expect(finished.settled.map(\.1.state) == [.scheduled(due: scene.now + .seconds(seconds))])
    }

    @Test func retryAfterDoesNotPushAnAttemptBeyondTheWindow() {
        let scene = DispatcherScene()
        let policy = RetryPolicy(delays: [.seconds(5), .seconds(5)], window: .seconds(900))
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: policy))
        let start = scene.now
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .status(429, retryAfter: "7200"))

        #expect(finished.settled.map(\.1.state) == [.scheduled(due: start + .seconds(900))])
    }

    @Test func retryAfterDoesNotProlongAScheduleThatHasRunOut() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: [])))
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .status(429, retryAfter: "60"))

        #expect(finished.settled.map(\.1.state) == [.failed(at: scene.now, reason: .exhausted)])
    }

    @Test func aRedirectIsAFailure() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .status(302))

        #expect(finished.settled.map(\.1.state) == [.scheduled(due: scene.now + .seconds(5))])
    }

    @Test func duringARotationA401IsTriedAtOnceWithTheOtherSecretAndThenAsTheScheduleHasIt() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let first = scene.sent(to: endpoint)

        let second = scene.settle(scene.finish(first, .status(401), otherSecret: true)).sent
        let finished = scene.finish(second[0], .status(401), otherSecret: true)
        _ = scene.settle(finished)
        let whenDue = scene.advance(by: .seconds(300))

        #expect(!first.usesOtherSecret)
        #expect(second.map(\.usesOtherSecret) == [true])
        #expect(finished.settled.map(\.1.state) == [.scheduled(due: scene.now)])
        #expect(whenDue.loads.count == 1)
    }

    /// The store does not know which secret was tried: from there, the one that was refused would be tried for ever.
    @Test func theOtherSecretIsTriedThoughTheLaneIsFull() {
        let scene = DispatcherScene {
            $0.window = 1
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        let first = scene.sent(to: endpoint)
        let finished = scene.finish(first, .status(403), otherSecret: true)
        // One takes the slot, the other fills the window, before the outcome is durable.
        let second = scene.sent(to: endpoint)
        _ = scene.accept(scene.parcels(1, to: endpoint))

        let settled = scene.settle(finished)
        let third = scene.finishAndSettle(second, .acknowledged).sent
        let again = scene.finishAndSettle(third[0], .acknowledged).sent

        #expect(settled.loads.isEmpty)
        #expect(again.map(\.delivery.id) == [first.delivery.id])
        #expect(again.map(\.usesOtherSecret) == [true])
    }

    /// Else the retry would sign with the secret that a rotation between the two attempts has put out of use.
    @Test func a401OutsideARotationDoesNotMakeTheRetryUseAnotherSecret() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let first = scene.sent(to: endpoint)

        _ = scene.finishAndSettle(first, .status(401))
        let second = scene.advance(by: .seconds(5)).sent

        #expect(second.map(\.usesOtherSecret) == [false])
    }

    @Test func aTestDeliveryIsTriedOnceEvenDuringARotation() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let test = scene.sent(to: endpoint, cause: .test)

        let finished = scene.finish(test, .status(401), otherSecret: true)

        #expect(finished.settled.map(\.1.state) == [.failed(at: scene.now, reason: .single)])
        #expect(scene.settle(finished).isEmpty)
    }

    @Test func theFirstAttemptsStartIsKeptForTheWindow() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let start = scene.now
        let first = scene.sent(to: endpoint)

        _ = scene.finishAndSettle(first, .refused)
        let second = scene.advance(by: .seconds(5)).sent[0]
        let finished = scene.finish(second, .refused)

        #expect(finished.settled.map(\.1.firstAttemptAt) == [start])
    }

    /// With one alarm added for tomorrow at every retry of today, memory would grow for as long as something waits.
    @Test func aFarRetryDoesNotPileUpAlarmsWhileNearOnesRing() {
        let scene = DispatcherScene { $0.breaker.minimum = .max }
        let endpoint = scene.endpoint(
            DispatcherScene.rules(retry: RetryPolicy(delays: Array(repeating: .seconds(1), count: 1000))))
        _ = scene.accept([scene.parcel(to: endpoint, due: scene.now + .seconds(86_400))])
        var sent = scene.accept([scene.parcel(to: endpoint)]).sent
        for _ in 0..<500 {
            _ = scene.finishAndSettle(sent[0], .refused)
            sent = scene.advance(by: .seconds(1)).sent
        }
        _ = scene.finishAndSettle(sent[0], .acknowledged)

        // The one for tomorrow is all there is; when it rings, nothing else does.
        scene.now = scene.nextAlarm ?? scene.now
        let rung = scene.dispatcher.timerFired(now: scene.now)

        #expect(rung.loads.count == 1)
        #expect(scene.nextAlarm == nil)
    }
}
