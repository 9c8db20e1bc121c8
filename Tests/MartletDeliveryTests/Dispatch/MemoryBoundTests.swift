import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

@Suite struct MemoryBoundTests {
    @Test func aCrowdOfHungLanesFillsNoMoreThanItsShareAndLeavesRoomForOthers() {
        let scene = DispatcherScene {
            $0.parcels = 1000
            $0.inFlight = 100
        }
        let crowd = (0..<200).map { _ in scene.endpoint() }
        for endpoint in crowd { _ = scene.accept(scene.parcels(100, to: endpoint)) }
        let full = scene.parcelsInMemory

        let healthy = scene.endpoint()
        _ = scene.accept(scene.parcels(5, to: healthy))

        #expect(full <= 1000 + 200 * 8 + 100)
        #expect(scene.parcelsInMemory == full + 5)
    }

    @Test func bytesAreBoundedAsParcelsAre() {
        let scene = DispatcherScene {
            $0.parcelBytes = 100_000
            $0.inFlight = 1
        }
        let endpoint = scene.endpoint()

        _ = scene.accept(scene.parcels(200, to: endpoint, size: 10_000))

        // As many as fit, and never fewer than a lane's own few.
        #expect((8...11).contains(scene.parcelsInMemory))
    }

    @Test func aLaneThatTheFullMemoryTurnedAwayLooksAgainAfterAPauseAndNotAtOnce() {
        let scene = DispatcherScene {
            $0.parcelBytes = 100_000
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint(stored: scene.now)
        let small = scene.parcels(10, to: endpoint)
        let large = scene.parcel(to: endpoint, size: 100_000)

        let loaded = scene.dispatcher.loaded(endpoint, small + [large], nextDue: nil, now: scene.now)
        let atOnce = scene.finishAndSettle(loaded.sent[0], .acknowledged)
        let afterAPause = scene.advance(by: .milliseconds(100))

        #expect((loaded + atOnce).loads.isEmpty)
        #expect(afterAPause.loads.map(\.0) == [endpoint])
    }

    @Test func aReadBringsWhatIsNotKnownAsFarAsTheWindowTakesIt() {
        let scene = DispatcherScene { $0.window = 100 }
        let endpoint = scene.endpoint(stored: scene.now)
        let parcels = scene.parcels(40, to: endpoint)

        let loaded = scene.dispatcher.loaded(endpoint, parcels, nextDue: scene.now, now: scene.now)

        // As soon as three quarters of the window are free.
        #expect(loaded.loads.map(\.limit) == [75])
        #expect(loaded.loads.map(\.besides) == [Set(parcels.map(\.delivery.id))])
    }

    @Test func aLaneThatAnswersIsReadInLargerNumbersWhileThereIsRoom() {
        func limits(parcels: Int) -> [Int] {
            let scene = DispatcherScene { $0.parcels = parcels }
            let endpoint: EndpointID = scene.id()
            let first = scene.dispatcher.endpointChanged(
                endpoint, DispatcherScene.rules(), stored: scene.now, now: scene.now)
            let sent = scene.dispatcher.loaded(
                endpoint, [scene.parcel(to: endpoint)], nextDue: nil, now: scene.now
            ).sent
            _ = scene.finishAndSettle(sent[0], .acknowledged)
            let second = scene.dispatcher.found([endpoint: scene.now], now: scene.now)
            return (first + second).loads.map(\.limit)
        }

        #expect(limits(parcels: 1_000_000) == [256, 2048])
        #expect(limits(parcels: 16_000) == [256, 1000])
        #expect(limits(parcels: 2000) == [256, 256])
    }

    @Test func readsAreShortWhileAnotherApplicationIsActive() {
        let scene = DispatcherScene { $0.parcels = 1_000_000 }
        let many = scene.endpoint()
        let few = scene.endpoint(DispatcherScene.rules(application: ApplicationID(high: 1, low: 2)))
        _ = scene.finishAndSettle(scene.sent(to: many), .acknowledged)

        func limits(reads: Int) -> Set<Int> {
            Set(
                (0..<reads).flatMap { _ in
                    let found = scene.dispatcher.found([many: scene.now], now: scene.now)
                    _ = scene.dispatcher.loaded(many, [], nextDue: nil, now: scene.now)
                    return found.loads.map(\.limit)
                })
        }

        let alone = limits(reads: 10)
        _ = scene.sent(to: few)
        let beside = limits(reads: 256)
        let aloneAgain = limits(reads: 10)

        #expect(alone == [2048])
        #expect(beside == [256])
        #expect(aloneAgain == [2048])
    }

    @Test func whatWaitsForARetryLeavesTheWindowToWhatIsDueInTheStore() {
        let scene = DispatcherScene { $0.window = 4 }
        let endpoint = scene.endpoint(stored: scene.now)

        let loaded = scene.dispatcher.loaded(
            endpoint, scene.parcels(4, to: endpoint), nextDue: scene.now, now: scene.now)
        let refused = loaded.sent.flatMap { scene.finishAndSettle($0, .refused) }
        let inMemory = scene.parcelsInMemory
        let more = scene.dispatcher.loaded(endpoint, scene.parcels(4, to: endpoint), nextDue: nil, now: scene.now)
        let whenDue = scene.advance(by: .seconds(5))

        #expect(inMemory == 0)
        #expect((loaded + refused).loads.map(\.0) == [endpoint])
        #expect(more.sent.count == 4)
        #expect(whenDue.loads.map(\.0) == [endpoint])
    }

    @Test func whatWaitsForARetryMakesRoomOnceMoreComesThanTheWindowTakes() {
        let scene = DispatcherScene { $0.window = 4 }
        let endpoint = scene.endpoint()

        let sent = scene.accept(scene.parcels(4, to: endpoint)).sent
        let refused = sent.flatMap { scene.finishAndSettle($0, .refused) }
        let waiting = scene.parcelsInMemory
        let more = scene.accept([scene.parcel(to: endpoint)])

        #expect(refused.loads.isEmpty)
        #expect(waiting == 4)
        #expect(more.loads.map(\.0) == [endpoint])
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func everythingThatWasTakenInIsLetGoOf() {
        let scene = DispatcherScene { $0.parcels = 50 }
        let endpoints = (0..<5).map { _ in scene.endpoint(DispatcherScene.rules(retry: RetryPolicy(delays: []))) }
        var sent = endpoints.flatMap { scene.accept(scene.parcels(8, to: $0)).sent }

        while let parcel = sent.popLast() {
            sent += scene.finishAndSettle(parcel, sent.count.isMultiple(of: 2) ? .acknowledged : .refused).sent
        }

        #expect(scene.parcelsInMemory == 0)
        #expect(scene.isIdle)
    }
}
