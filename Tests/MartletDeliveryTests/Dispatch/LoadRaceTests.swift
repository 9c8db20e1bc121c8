import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

/// What a read of the store may have missed, or seen as it no longer is.
@Suite struct LoadRaceTests {
    /// A scene whose endpoint has a load under way.
    private func loading() -> (DispatcherScene, EndpointID) {
        let scene = DispatcherScene()
        return (scene, scene.endpoint(stored: scene.now))
    }

    @Test func aDeliveryAcceptedDuringALoadIsSentOnceWhetherTheReadSawItOrNot() {
        for sawIt in [true, false] {
            let (scene, endpoint) = loading()
            let parcel = scene.parcel(to: endpoint)

            let accepted = scene.accept([parcel])
            let loaded = scene.dispatcher.loaded(endpoint, sawIt ? [parcel] : [], nextDue: nil, now: scene.now)
            let again = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)

            #expect(accepted.isEmpty)
            #expect(loaded.loads.count == 1, "what was accepted meanwhile has to be looked for")
            #expect((loaded + again).sentIDs == [parcel.delivery.id])
        }
    }

    @Test func aDeliveryInFlightIsNotSentAgainByALoadThatSawItScheduled() {
        let (scene, endpoint) = loading()
        let parcel = scene.parcel(to: endpoint)
        let sent = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)
        _ = scene.dispatcher.rescheduled(parcel.delivery.id, of: endpoint, due: scene.now, now: scene.now)

        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)

        #expect(sent.sentIDs == [parcel.delivery.id])
        #expect(loaded.isEmpty)
    }

    @Test func aDeliverySettledDuringALoadIsNotSentAgain() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)
        let load = scene.dispatcher.mayHaveBeenAccepted([scene.parcel(to: endpoint)], now: scene.now)
        let finished = scene.finishAndSettle(parcel, .acknowledged)

        // The read was made before the outcome was durable.
        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)

        #expect(load.loads.count == 1)
        #expect(finished.settled.count == 1)
        #expect(loaded.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func aDeliveryCancelledDuringALoadIsNotSent() {
        let (scene, endpoint) = loading()
        let parcel = scene.parcel(to: endpoint)
        _ = scene.dispatcher.cancelled(parcel.delivery.id, of: endpoint, now: scene.now)

        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)

        #expect(loaded.sent.isEmpty)
    }

    @Test func aCancelledDeliveryThatWaitsIsNotSent() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 1 }
        let endpoint = scene.endpoint()
        let parcels = scene.parcels(3, to: endpoint)
        let later = scene.parcel(to: endpoint, due: scene.now + .seconds(30))
        let sent = scene.accept(parcels + [later]).sent

        _ = scene.dispatcher.cancelled(parcels[1].delivery.id, of: endpoint, now: scene.now)
        _ = scene.dispatcher.cancelled(later.delivery.id, of: endpoint, now: scene.now)
        let next = scene.finishAndSettle(sent[0], .acknowledged).sent
        let last = scene.finishAndSettle(next[0], .acknowledged).sent
        let afterwards = scene.advance(by: .seconds(30))

        #expect(next.map(\.delivery.id) == [parcels[2].delivery.id])
        #expect(last.isEmpty)
        #expect(afterwards.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func aDeliveryCancelledInFlightIsRecordedAndNotRetried() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        _ = scene.dispatcher.cancelled(parcel.delivery.id, of: endpoint, now: scene.now)
        let finished = scene.finish(parcel, .refused)
        _ = scene.settle(finished, moved: false)
        let later = scene.advance(by: .seconds(5))
        let loaded = scene.dispatcher.loaded(endpoint, [], nextDue: nil, now: scene.now)

        #expect(finished.settled.count == 1)
        #expect(later.sent.isEmpty)
        #expect(loaded.sent.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func aDeliveryCancelledBeforeItsOutcomeIsToldOfIsNotRetried() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .refused)
        // The outcome is stored, and after that the delivery was cancelled.
        _ = scene.dispatcher.cancelled(parcel.delivery.id, of: endpoint, now: scene.now)
        _ = scene.settle(finished, moved: true)
        let later = scene.advance(by: .seconds(5))

        #expect(later.sent.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    /// A deferred event may be under way when one comes whose turn is earlier.
    @Test func aRetryDoesNotOvertakeWhatStandsInTheStoreAndComesBeforeIt() {
        let scene = DispatcherScene { $0.window = 1 }
        let endpoint = scene.endpoint()
        let later = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now))
        let other = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now + .milliseconds(1)))
        let earlier = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now - .milliseconds(1)))
        let sent = scene.accept([later]).sent
        _ = scene.accept([other])
        let stored = scene.accept([earlier])

        _ = scene.finishAndSettle(sent[0], .refused)
        let after = scene.advance(by: .seconds(5))

        #expect(sent.map(\.delivery.id) == [later.delivery.id])
        #expect(stored.loads.count == 1)
        #expect(after.sent.isEmpty, "which of them comes first the store knows")
    }

    @Test func anOutcomeThatAFailedCommitHadStoredAfterAllIsFoundInTheStore() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)
        let finished = scene.finish(parcel, .refused)

        _ = scene.settle(finished, moved: false)
        let due = scene.advance(by: .seconds(5))
        var stored = parcel
        stored.delivery.attemptCount = 1
        stored.delivery.state = .scheduled(due: scene.now)
        let loaded = scene.dispatcher.loaded(endpoint, [stored], nextDue: nil, now: scene.now)

        #expect(due.loads.map(\.0) == [endpoint])
        #expect(loaded.sent.map(\.nextNumber) == [2])
    }

    @Test func aFailedLoadIsTriedAgainWhenItIsSaid() {
        let (scene, endpoint) = loading()

        scene.dispatcher.loadFailed(endpoint, retryAt: scene.now + .seconds(1))
        let early = scene.advance(by: .milliseconds(999))
        let onTime = scene.advance(by: .milliseconds(1))

        #expect(early.isEmpty)
        #expect(onTime.loads.map(\.0) == [endpoint])
    }

    @Test func oneLoadOfAnEndpointIsUnderWayAtATime() {
        let (scene, endpoint) = loading()

        let accepted = scene.accept(scene.parcels(10, to: endpoint))
        let changed = scene.dispatcher.endpointChanged(
            endpoint, DispatcherScene.rules(), stored: scene.now, now: scene.now)

        #expect((accepted + changed).loads.isEmpty)
    }

    @Test func aRetryRequestedWhileTheDeliveryWaitsInMemoryBringsItForward() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)
        let finished = scene.finishAndSettle(parcel, .refused)
        #expect(finished.sent.isEmpty)

        let asked = scene.dispatcher.rescheduled(parcel.delivery.id, of: endpoint, due: scene.now, now: scene.now)
        var stored = parcel
        stored.delivery.attemptCount = 1
        let loaded = scene.dispatcher.loaded(endpoint, [stored], nextDue: nil, now: scene.now)
        let later = scene.advance(by: .seconds(5))

        #expect(asked.loads.count == 1)
        #expect(loaded.sent.map(\.nextNumber) == [2])
        #expect(later.sent.isEmpty)
    }

    @Test func aRetryRequestedWhileAnAttemptIsUnderWayDoesNotMakeASecond() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        let asked = scene.dispatcher.rescheduled(parcel.delivery.id, of: endpoint, due: scene.now, now: scene.now)
        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)
        let finished = scene.finishAndSettle(parcel, .acknowledged)

        #expect(asked.sent.isEmpty)
        #expect(loaded.isEmpty)
        #expect(finished.sent.isEmpty)
    }

    @Test func aRetryOfAKeyWaitsForTheStoreOnceAnotherDeliveryWasRetriedByHand() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.parcel(to: endpoint, turn: Turn(key: "a", at: scene.now))
        let first = scene.accept([parcel]).sent

        // It may be of the same key, with an earlier turn, and not be due for the clock as it is now.
        _ = scene.dispatcher.rescheduled(scene.id(), of: endpoint, due: scene.now, now: scene.now)
        _ = scene.dispatcher.loaded(endpoint, [], nextDue: nil, now: scene.now)
        let finished = scene.finishAndSettle(parcel, .refused)
        let later = scene.advance(by: .seconds(5))

        #expect(first.count == 1)
        #expect((finished + later).sent.isEmpty)
        #expect(!(finished + later).loads.isEmpty)
    }

    @Test func aDeliveryRescheduledForAnUnknownEndpointIsIntroduced() {
        let scene = DispatcherScene()
        let endpoint: EndpointID = scene.id()

        let actions = scene.dispatcher.rescheduled(scene.id(), of: endpoint, due: scene.now, now: scene.now)

        #expect(actions.introduced == [endpoint])
    }
}
