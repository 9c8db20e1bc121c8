import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct RestartTests {
    @Test func aFarRetrySurvivesARestartAndIsMadeOnItsMillisecond() async throws {
        var scene = try await EngineScene(profile: "real-estate")
        scene.sender.answer { _, _ in .status(500) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)
        let due = scene.clock.now() + .seconds(300)

        scene = try await scene.restarted()
        scene.clock.advance(to: due - .milliseconds(1))
        let early = scene.sender.sent.count
        scene.clock.advance(to: due)
        await scene.recorded(1, of: delivery)

        let stored = try await scene.stored(delivery)
        #expect(early == 0)
        #expect(scene.sender.sent.map(\.at) == [due])
        #expect(stored.attemptCount == 2)
        #expect(stored.state == .succeeded(at: due))
        try await scene.stop()
    }

    @Test func whatFlewAtTheStopIsAttemptedAgainWithTheSameBytesAndId() async throws {
        var limits = EngineLimits()
        limits.drain = .zero
        var scene = try await EngineScene(limits: limits)
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        let deliveries = [try await scene.publish()[0], try await scene.publish()[0]]
        await scene.sender.made(2)
        let before = scene.sender.sent

        scene = try await scene.restarted()
        await scene.sender.made(2)
        for delivery in deliveries { await scene.engine.settled(delivery.id, of: delivery.endpoint) }

        let after = scene.sender.sent
        let bodies = Set(after.map { Array($0.request.body) })
        #expect(bodies == Set(before.map { Array($0.request.body) }))
        #expect(Set(after.map { $0.header("webhook-id") }) == Set(before.map { $0.header("webhook-id") }))
        for delivery in deliveries {
            let stored = try await scene.stored(delivery)
            #expect(stored.state.status == .succeeded)
            #expect(stored.attemptCount == 1)
        }
        try await scene.stop()
    }

    @Test func aBacklogBeyondEveryWindowIsFoundAndDeliveredInOrder() async throws {
        var limits = EngineLimits()
        limits.drain = .zero
        limits.dispatch.window = 10
        limits.dispatch.inFlightPerEndpoint = 1
        var scene = try await EngineScene(limits: limits)
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        var ids: [String] = []
        for _ in 0..<100 {
            let delivery = try await scene.publish()[0]
            ids.append("\(delivery.event)")
        }

        scene = try await scene.restarted(limits: limits)
        await scene.sender.made(100)

        #expect(scene.sender.sent.map { $0.header("webhook-id") } == ids)
        try await scene.stop()
    }

    @Test func whatWaitedForAnEndpointThatWasDeletedBeforeTheStopIsCancelledAtTheStart() async throws {
        var scene = try await EngineScene(profile: "real-estate")
        scene.sender.answer { _, _ in .status(500) }
        let webhook = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)
        // As a process does that is killed between the two.
        try await scene.store.apply([
            .deleteEndpoint(environment: delivery.environment, id: webhook.endpoint.id, at: scene.clock.now())
        ])

        scene = try await scene.restarted()
        let state = try await eventually {
            try await scene.stored(delivery).state
        } until: {
            $0.isFinal
        }

        #expect(state == .cancelled(at: scene.clock.now(), reason: .endpointDeleted))
        try await scene.stop()
    }

    @Test func aGracefulStopRecordsEverythingInFlight() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        var deliveries: [Delivery] = []
        for _ in 0..<10 { deliveries += try await scene.publish() }
        await scene.sender.made(10)

        await scene.beginToStop()
        for index in 0..<10 { scene.sender.release(index, as: index.isMultiple(of: 2) ? 200 : 500) }
        let restarted = try await scene.restarted()

        var statuses: [DeliveryStatus] = []
        for delivery in deliveries { statuses.append(try await restarted.stored(delivery).state.status) }
        #expect(statuses.filter { $0 == .succeeded }.count == 5)
        #expect(statuses.filter { $0 == .scheduled }.count == 5)
        #expect(restarted.sender.sent.isEmpty)
        try await restarted.stop()
    }

    @Test func nobodyWaitsForATestEventOfAServiceThatHasStopped() async throws {
        var limits = EngineLimits()
        limits.drain = .zero
        let scene = try await EngineScene(limits: limits)
        scene.sender.answer { _, _ in .none }
        let webhook = try await scene.webhook()

        let tested = Task {
            try await WebhookService(scene.context).test(
                webhook.endpoint.id, type: "a", data: Array("{}".utf8), by: scene.principal)
        }
        await scene.sender.made(1)
        await scene.beginToStop()

        await #expect(throws: ServiceError.self) { _ = try await tested.value }
        try await scene.stop()
    }
}
