import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import Testing

@Suite struct HandOverTests {
    @Test func anAcceptedDeliveryIsSentAtOnceWithoutBeingReadBack() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.parcel(to: endpoint)

        let actions = scene.accept([parcel])

        #expect(actions.sentIDs == [parcel.delivery.id])
        #expect(actions.loads.isEmpty)
        #expect(scene.isInFlight(parcel.delivery.id, of: endpoint))
    }

    @Test func inAServiceOfSeveralNodesWhatHasItsTurnIsReadBackSinceOthersMayHaveAcceptedWhatComesBeforeIt() {
        let scene = DispatcherScene(isShared: true)
        let endpoint = scene.endpoint(DispatcherScene.rules(isExclusive: true))
        _ = scene.dispatcher.holds([endpoint], now: scene.now)
        let unheardOf = scene.parcel(to: endpoint, turn: Turn(key: "k", at: scene.now))
        scene.now = scene.now + .milliseconds(1)
        let own = scene.parcel(to: endpoint, turn: Turn(key: "k", at: scene.now))
        _ = scene.dispatcher.loaded(endpoint, [], nextDue: nil, now: scene.now)

        let accepted = scene.accept([own])
        let loaded = scene.dispatcher.loaded(endpoint, [unheardOf, own], nextDue: nil, now: scene.now)

        #expect(accepted.sent.isEmpty)
        #expect(accepted.loads.map(\.0) == [endpoint])
        #expect(loaded.sentIDs == [unheardOf.delivery.id])
    }

    @Test func anAcknowledgementIsSettledAndLeavesNothingBehind() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.sent(to: endpoint)

        let finished = scene.finish(parcel, .acknowledged)
        let isInFlightUntilRecorded = scene.isInFlight(parcel.delivery.id, of: endpoint)
        let settled = scene.settle(finished)

        #expect(finished.settled.map(\.1.state) == [.succeeded(at: scene.now)])
        #expect(isInFlightUntilRecorded)
        #expect(!scene.isInFlight(parcel.delivery.id, of: endpoint))
        #expect(settled.isEmpty)
        #expect(scene.isIdle)
        #expect(scene.parcelsInMemory == 0)
    }

    @Test func deliveriesBeyondTheWindowStayInTheStoreAndAreReadInOrderWhenTheLaneDrains() {
        let scene = DispatcherScene {
            $0.window = 4
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        let parcels = scene.parcels(12, to: endpoint)
        var sent = scene.accept(parcels).sent
        var order = sent.map(\.delivery.id)
        let inMemory = scene.parcelsInMemory

        var scheduled = parcels
        while let parcel = sent.popLast() {
            scheduled.removeAll { $0.delivery.id == parcel.delivery.id }
            let actions = scene.finishAndSettle(parcel, .acknowledged)
            sent += actions.sent
            for (_, known, limit) in actions.loads {
                let unknown = scheduled.filter { !known.contains($0.delivery.id) }
                let read = Array(unknown.prefix(limit))
                let nextDue = unknown.dropFirst(limit).first?.due
                sent += scene.dispatcher.loaded(endpoint, read, nextDue: nextDue, now: scene.now).sent
            }
            order += sent.map(\.delivery.id)
        }

        #expect(inMemory == 4)
        #expect(order == parcels.map(\.delivery.id))
    }

    @Test(arguments: [(parcels: 100, kept: 8), (parcels: 10, kept: 5)])
    func anEndpointThatAnswersKeepsABurstInMemoryUnlessThatIsFilling(parcels: Int, kept: Int) {
        let scene = DispatcherScene {
            $0.window = 4
            $0.burst = 8
            $0.parcels = parcels
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        let first = scene.accept([scene.parcel(to: endpoint)]).sent[0]
        _ = scene.finishAndSettle(first, .acknowledged)

        _ = scene.accept(scene.parcels(12, to: endpoint))

        #expect(scene.parcelsInMemory == kept)
    }

    @Test func aNewDeliveryDoesNotOvertakeThoseThatWaitInTheStore() {
        let scene = DispatcherScene {
            $0.window = 4
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        let first = scene.accept(scene.parcels(6, to: endpoint)).sent[0]
        let oneSlotFree = scene.finishAndSettle(first, .acknowledged)

        let actions = scene.accept([scene.parcel(to: endpoint)])

        #expect(oneSlotFree.sent.count == 1)
        #expect(actions.isEmpty)
        #expect(scene.parcelsInMemory == 3)
    }

    @Test func aDeliveryForMuchLaterStaysInTheStoreUntilItIsDue() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let due = scene.now + .seconds(3600)
        let parcel = scene.parcel(to: endpoint, due: due)

        let accepted = scene.accept([parcel])
        let early = scene.advance(by: .seconds(3599))
        let onTime = scene.advance(by: .seconds(1))
        let loaded = scene.dispatcher.loaded(endpoint, [parcel], nextDue: nil, now: scene.now)

        #expect(accepted.isEmpty)
        #expect(early.isEmpty)
        #expect(onTime.loads.map(\.0) == [endpoint])
        #expect(loaded.sentIDs == [parcel.delivery.id])
    }

    @Test func aDeliveryForSoonWaitsInMemoryAndIsSentOnTheMillisecond() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()
        let parcel = scene.parcel(to: endpoint, due: scene.now + .seconds(60))

        let accepted = scene.accept([parcel])
        let alarm = scene.nextAlarm
        let early = scene.advance(by: .milliseconds(59_999))
        let onTime = scene.advance(by: .milliseconds(1))

        #expect(accepted.isEmpty)
        #expect(alarm == parcel.due)
        #expect(early.isEmpty)
        #expect(onTime.sentIDs == [parcel.delivery.id])
    }

    @Test func whatAnEndpointHasWaitingAtStartIsRead() {
        let scene = DispatcherScene()
        let endpoint: EndpointID = scene.id()
        let waiting = scene.parcel(to: endpoint, due: scene.now - .seconds(10))

        let found = scene.dispatcher.endpointChanged(
            endpoint, DispatcherScene.rules(), stored: waiting.due, now: scene.now)
        let loaded = scene.dispatcher.loaded(endpoint, [waiting], nextDue: nil, now: scene.now)

        #expect(found.loads.map(\.0) == [endpoint])
        #expect(loaded.sentIDs == [waiting.delivery.id])
    }

    @Test func aDeliveryOfAnEndpointThatWasNotHeardOfIsIntroducedAndThenRead() {
        let scene = DispatcherScene()
        let endpoint: EndpointID = scene.id()
        let parcel = scene.parcel(to: endpoint)

        let accepted = scene.accept([parcel])
        let known = scene.dispatcher.endpointChanged(
            endpoint, DispatcherScene.rules(), stored: parcel.due, now: scene.now)

        #expect(accepted.introduced == [endpoint])
        #expect(accepted.sent.isEmpty)
        #expect(known.loads.map(\.0) == [endpoint])
    }

    @Test func whatMayHaveBecomeDurableInAFailedCommitIsLookedForInTheStore() {
        let scene = DispatcherScene()
        let endpoint = scene.endpoint()

        let actions = scene.dispatcher.mayHaveBeenAccepted([scene.parcel(to: endpoint)], now: scene.now)

        #expect(actions.sent.isEmpty)
        #expect(actions.loads.map(\.0) == [endpoint])
    }

    @Test func aTestDeliveryTakesNoSlotAndNoTurn() {
        let scene = DispatcherScene {
            $0.inFlight = 1
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        let regular = scene.sent(to: endpoint)
        let second = scene.parcel(to: endpoint)
        _ = scene.accept([second])

        let test = scene.sent(to: endpoint, cause: .test)
        let afterTest = scene.finishAndSettle(test, .refused)
        let afterRegular = scene.finishAndSettle(regular, .acknowledged)

        #expect(afterTest.settled.map(\.1.state) == [.failed(at: scene.now, reason: .single)])
        #expect(afterTest.sent.isEmpty)
        #expect(afterRegular.sentIDs == [second.delivery.id])
    }

    @Test func aTestDeliveryGoesToAnEndpointWhoseLaneIsFull() {
        let scene = DispatcherScene {
            $0.window = 1
            $0.inFlightPerEndpoint = 1
        }
        let endpoint = scene.endpoint()
        _ = scene.accept(scene.parcels(5, to: endpoint))

        let actions = scene.accept([scene.parcel(to: endpoint, cause: .test)])

        #expect(actions.sent.map(\.delivery.cause) == [.test])
    }
}
