import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

@Suite struct EndpointChangeTests {
    @Test func nothingIsSentToAnInactiveEndpointAndItIsReadWhenItIsActiveAgain() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 1 }
        let endpoint = scene.endpoint()
        let parcels = scene.parcels(3, to: endpoint)
        let sent = scene.accept(parcels).sent

        let paused = scene.dispatcher.endpointChanged(
            endpoint, DispatcherScene.rules(isActive: false), now: scene.now)
        let finished = scene.finishAndSettle(sent[0], .acknowledged)
        let published = scene.accept([scene.parcel(to: endpoint)])
        let inMemory = scene.parcelsInMemory
        let active = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(), now: scene.now)
        let loaded = scene.dispatcher.loaded(endpoint, Array(parcels.dropFirst()), nextDue: nil, now: scene.now)

        #expect(paused.isEmpty)
        #expect(finished.sent.isEmpty)
        #expect(published.isEmpty)
        #expect(inMemory == 0)
        #expect(active.loads.map(\.0) == [endpoint])
        #expect(loaded.sentIDs == [parcels[1].delivery.id])
    }

    @Test func aLoadThatComesBackToAnInactiveEndpointIsReadAgainLater() {
        let scene = DispatcherScene()
        let endpoint: EndpointID = scene.id()
        let parcel = scene.parcel(to: endpoint)
        _ = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(), stored: scene.now, now: scene.now)

        _ = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(isActive: false), now: scene.now)
        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)
        _ = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(), now: scene.now)
        let afterAPause = scene.advance(by: .milliseconds(100))

        #expect(loaded.isEmpty)
        #expect(scene.parcelsInMemory == 0)
        #expect(afterAPause.loads.map(\.0) == [endpoint])
    }

    @Test func aFailedAttemptOfAnEndpointPausedMeanwhileIsHeldForIt() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        _ = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(isActive: false), now: scene.now)
        _ = scene.finishAndSettle(parcel, .refused)
        let whenDue = scene.advance(by: .seconds(6))
        let active = scene.dispatcher.endpointChanged(endpoint, DispatcherScene.rules(), now: scene.now)

        #expect(whenDue.isEmpty)
        #expect(active.loads.map(\.0) == [endpoint])
    }

    @Test func a410EndsTheDeliveryAndStopsTheEndpoint() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 1 }
        let endpoint = scene.endpoint()
        let sent = scene.accept(scene.parcels(3, to: endpoint)).sent

        let finished = scene.finishAndSettle(sent[0], .status(410))

        #expect(finished.settled.map(\.1.state) == [.failed(at: scene.now, reason: .gone)])
        #expect(finished.deactivated == [endpoint])
        #expect(finished.sent.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func a410IsNoSuccessUnlessTheRuleSaysSo() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(DispatcherScene.rules(success: .statuses([410])))
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finishAndSettle(parcel, .status(410))

        #expect(finished.settled.map(\.1.state) == [.succeeded(at: scene.now)])
        #expect(finished.deactivated.isEmpty)
    }

    @Test func aDeletedEndpointGetsNothingMoreAndWhatWaitedIsCancelled() {
        let scene = DispatcherScene { $0.inFlightPerEndpoint = 1 }
        let endpoint = scene.endpoint()
        let sent = scene.accept(scene.parcels(3, to: endpoint)).sent

        let deleted = scene.dispatcher.endpointDeleted(endpoint)
        let finished = scene.finish(sent[0], .refused)
        let settled = scene.settle(finished, moved: false)

        #expect(deleted.cancelled == [endpoint])
        #expect(finished.settled.count == 1)
        #expect((finished + settled).sent.isEmpty)
        #expect(scene.parcelsInMemory == 0)
        #expect(scene.isIdle)
        #expect(scene.advance(by: .seconds(3600)).isEmpty)
    }

    @Test func whatIsStoredForAnEndpointDeletedMeanwhileIsCancelledToo() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let inFlight = scene.sent(to: endpoint)
        _ = scene.dispatcher.endpointDeleted(endpoint)

        let whileInFlight = scene.accept([scene.parcel(to: endpoint)])
        _ = scene.finishAndSettle(inFlight, .acknowledged)
        let forgotten = scene.accept([scene.parcel(to: endpoint)])

        #expect(whileInFlight.cancelled == [endpoint])
        #expect(forgotten.introduced == [endpoint])
        #expect((whileInFlight + forgotten).sent.isEmpty)
    }

    @Test func aLoadThatComesBackAfterItsEndpointWasDeletedIsForgotten() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint(stored: scene.now)
        _ = scene.dispatcher.endpointDeleted(endpoint)

        let loaded = scene.dispatcher.loaded(endpoint, [scene.parcel(to: endpoint)], nextDue: nil, now: scene.now)

        #expect(loaded.isEmpty)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func newRulesHoldFromTheNextOutcomeOn() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        _ = scene.dispatcher.endpointChanged(
            endpoint, DispatcherScene.rules(retry: RetryPolicy(delays: [.seconds(7)])), now: scene.now)
        let finished = scene.finish(parcel, .refused)

        #expect(finished.settled.map(\.1.state) == [.scheduled(due: scene.now + .seconds(7))])
    }
}
