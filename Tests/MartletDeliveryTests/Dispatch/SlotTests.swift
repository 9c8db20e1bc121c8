import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

@Suite struct SlotTests {
    @Test func anEndpointsOwnBoundHolds() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(maxInFlight: 2))

        let sent = scene.accept(scene.parcels(5, to: endpoint)).sent
        let next = scene.finish(sent[0], .acknowledged).sent

        #expect(sent.count == 2)
        #expect(next.count == 1)
    }

    @Test func anEndpointsOwnBoundDoesNotRaiseTheServices() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 3 }
        let endpoint = scene.endpoint(DispatcherScene.rules(maxInFlight: 1000))

        #expect(scene.accept(scene.parcels(10, to: endpoint)).sent.count == 3)
    }

    @Test func theServicesBoundHoldsOverAllEndpoints() {
        let scene = DispatcherScene { $0.inFlight = 5 }
        let endpoints = (0..<4).map { _ in scene.endpoint() }

        let sent = endpoints.flatMap { scene.accept(scene.parcels(3, to: $0)).sent }

        #expect(sent.count == 5)
        #expect(scene.attemptsInFlight == 5)
    }

    @Test func aLargeEventTakesMoreOfTheServicesSlots() {
        func sent(size: Int) -> Int {
            let scene = DispatcherScene { $0.inFlight = 160 }
            let endpoints = (0..<200).map { _ in scene.endpoint() }
            let sent = endpoints.flatMap { scene.accept([scene.parcel(to: $0, size: size)]).sent }
            let next = scene.finishAndSettle(sent[0], .acknowledged).sent
            #expect(next.count == 1, "its slots are free again")
            return sent.count
        }

        // An eighth is left to lanes that have answered.
        #expect(sent(size: 100) == 140)
        #expect(sent(size: 1 << 16) == 70)
        #expect(sent(size: 9 << 16) == 14)
        #expect(sent(size: 100 << 16) == 14, "one is no more than a sixteenth of all slots")
    }

    @Test func aLaneStartsWithSixteenSlotsAndGainsOneWithEachAcknowledgement() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()

        let sent = scene.accept(scene.parcels(100, to: endpoint)).sent
        let afterAnswer = scene.finish(sent[0], .acknowledged).sent
        let afterRefusal = scene.finish(sent[1], .refused).sent

        #expect(sent.count == 16)
        #expect(afterAnswer.count == 2)
        #expect(afterRefusal.count == 1, "a receiver that answers is not overwhelmed")
    }

    @Test func timeoutsHalveALanesSlotsDownToOne() {
        let scene = DispatcherScene {
            $0.breaker.silentRun = .max
            $0.breaker.minimum = .max
        }
        let endpoint = scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: [])))
        var inFlight = scene.accept(scene.parcels(100, to: endpoint)).sent

        var counts: [Int] = []
        for _ in 0..<6 {
            inFlight = inFlight.flatMap { scene.finish($0, .timedOut).sent }
            counts.append(inFlight.count)
        }

        #expect(counts == [8, 4, 2, 1, 1, 1], "once for all that were under way together")
    }

    @Test func slotsNeverExceedTheBoundHoweverWellItGoes() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        var sent = scene.accept(scene.parcels(256, to: endpoint)).sent
        var most = 0

        while let parcel = sent.popLast() {
            sent += scene.finishAndSettle(parcel, .acknowledged).sent
            most = max(most, scene.attemptsInFlight)
        }

        #expect(most == 64)
    }

    @Test func lanesTakeTurns() {
        let scene = DispatcherScene { $0.inFlight = 1 }
        let busy = scene.endpoint()
        let quiet = scene.endpoint()
        var sent = scene.accept(scene.parcels(10, to: busy)).sent
        _ = scene.accept(scene.parcels(2, to: quiet))
        var order: [EndpointID] = []

        while let parcel = sent.popLast() {
            order.append(parcel.delivery.endpoint)
            sent += scene.finishAndSettle(parcel, .acknowledged).sent
        }

        #expect(Array(order.prefix(5)) == [busy, busy, quiet, busy, quiet])
        #expect(order.count == 12)
    }

    @Test func aHungEndpointDelaysNoOther() {
        let scene = DispatcherScene()
        let hung = scene.endpoint()
        _ = scene.accept(scene.parcels(200, to: hung))

        let healthy = scene.endpoint()
        let sent = scene.accept(scene.parcels(10, to: healthy)).sent

        #expect(sent.count == 10)
    }

    /// A process that dies has these to repeat: those in flight, and those whose outcomes nobody has recorded.
    @Test func anOutcomeThatIsNotRecordedCountsAsInFlight() {
        let scene = DispatcherScene { $0.inFlight = 2 }
        let endpoint = scene.endpoint()
        let sent = scene.accept(scene.parcels(5, to: endpoint)).sent

        let finished = scene.finish(sent[0], .acknowledged)
        let settled = scene.settle(finished)

        #expect(sent.count == 2)
        #expect(finished.sent.isEmpty)
        #expect(settled.sent.count == 1)
    }

    @Test func noAttemptStartsWhileTooManyOutcomesWaitToBeRecorded() {
        let scene = DispatcherScene { $0.unsettled = 2 }
        let endpoint = scene.endpoint(DispatcherScene.rules(maxInFlight: 2))
        let sent = scene.accept(scene.parcels(5, to: endpoint)).sent

        let first = scene.finish(sent[0], .acknowledged)
        let second = scene.finish(sent[1], .acknowledged)
        let third = scene.finish(first.sent[0], .acknowledged)
        let recorded = scene.settle(first) + scene.settle(second)

        #expect(first.sent.count == 1)
        #expect(second.sent.isEmpty)
        #expect(third.sent.isEmpty)
        #expect(recorded.sent.count == 2)
    }

    @Test func aDrainingDispatcherStartsNothingAndIsIdleOnceWhatFliesIsRecorded() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 1 }
        let endpoint = scene.endpoint()
        let sent = scene.accept(scene.parcels(3, to: endpoint)).sent

        scene.dispatcher.drain()
        let published = scene.accept([scene.parcel(to: endpoint)])
        let tested = scene.accept([scene.parcel(to: endpoint, cause: .test)])
        let finished = scene.finish(sent[0], .acknowledged)
        let isIdleBefore = scene.isIdle
        let settled = scene.settle(finished)

        #expect((published + tested + finished + settled).sent.isEmpty)
        #expect(settled.loads.isEmpty)
        #expect(!isIdleBefore)
        #expect(scene.isIdle)
    }

    @Test func whatAttemptsAddUpToIsTakenOnce() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        for result in [AttemptOutcome.Result.acknowledged, .refused, .timedOut] {
            let parcel = scene.sent(to: endpoint)
            _ = scene.finishAndSettle(parcel, result)
        }

        let sums = scene.dispatcher.takeSums(hour: scene.now)
        let again = scene.dispatcher.takeSums(hour: scene.now)

        #expect(sums.map(\.endpoint) == [endpoint])
        #expect(sums.map(\.succeeded) == [1])
        #expect(sums.map(\.failed) == [2])
        #expect(sums.map(\.latency.total) == [3])
        #expect(again.isEmpty)
    }

    @Test func keysThatLookAlikeButDifferInTheirBytesDoNotWaitForEachOther() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let composed = Turn(key: "caf\u{e9}", at: scene.now)
        let decomposed = Turn(key: "cafe\u{301}", at: scene.now)

        let parcels = [composed, decomposed, composed].map { scene.parcel(to: endpoint, turn: $0) }
        let sent = scene.accept(parcels).sent

        #expect(sent.map(\.delivery.id) == [parcels[0].delivery.id, parcels[1].delivery.id])
    }
}
