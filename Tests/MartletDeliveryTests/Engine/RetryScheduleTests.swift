import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

/// Every schedule to the millisecond, through the engine and SQLite.
@Suite(.timeLimit(.minutes(10))) struct RetryScheduleTests {
    @Test func realEstateRetriesExactlyAsItsGuidePromisesAndThenFails() async throws {
        let scene = try await EngineScene(profile: "real-estate")
        scene.sender.answer { _, _ in .status(500) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]

        let delays = try await scene.delays(of: delivery)

        let stored = try await scene.stored(delivery)
        let attempts = try await scene.store.attempts(of: delivery.id)
        #expect(delays.map(\.text) == ["5m", "30m", "2h", "5h", "10h"])
        #expect(stored.state == .failed(at: scene.clock.now(), reason: .exhausted))
        #expect(attempts.map(\.number) == Array(1...6))
        #expect(attempts.map(\.startedAt) == scene.sender.sent.map(\.at))
        #expect(scene.clock.nextAlarm == nil)
        try await scene.stop()
    }

    @Test(arguments: ["standard", "fractio", "sharmo", "standard-ed25519"])
    func theStandardScheduleIsKeptWithinItsJitterAndThenFails(profile: String) async throws {
        let scene = try await EngineScene(profile: profile)
        scene.sender.answer { _, _ in .failure(.timeout) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]

        let delays = try await scene.delays(of: delivery)

        let nominal = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map { Duration.seconds($0) }
        let state = try await scene.stored(delivery).state
        #expect(delays.count == nominal.count)
        for (delay, nominal) in zip(delays, nominal) {
            #expect(delay >= nominal * 0.9 - .milliseconds(1) && delay <= nominal * 1.1, "\(delay) for \(nominal)")
        }
        #expect(delays != nominal, "ten draws that all hit the middle are none")
        #expect(state == .failed(at: scene.clock.now(), reason: .exhausted))
        try await scene.stop()
    }

    @Test func getequityKeepsTryingUntilFifteenMinutesAfterTheFirstAttempt() async throws {
        let scene = try await EngineScene(profile: "getequity")
        let start = scene.clock.now()
        // A 201 does not acknowledge under a rule that takes 200 alone.
        scene.sender.answer { _, _ in .status(201) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]

        _ = try await scene.delays(of: delivery)

        let offsets = scene.sender.sent.map { $0.at.since(start).text }
        let state = try await scene.stored(delivery).state
        #expect(
            offsets == ["0s", "5s", "15s", "35s", "75s", "155s", "275s", "395s", "515s", "635s", "755s", "875s"])
        #expect(state.status == .failed)
        try await scene.stop()
    }

    @Test func getequityTakesA200ForAnAnswer() async throws {
        let scene = try await EngineScene(profile: "getequity")
        scene.sender.answer { index, _ in .status(index == 0 ? 201 : 200) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]

        let delays = try await scene.delays(of: delivery)

        let state = try await scene.stored(delivery).state
        #expect(delays == [.seconds(5)])
        #expect(state == .succeeded(at: scene.clock.now()))
        try await scene.stop()
    }

    @Test func anEndpointsOwnScheduleAndRuleStandInForTheProfiles() async throws {
        let scene = try await EngineScene(profile: "real-estate")
        scene.sender.answer { _, _ in .status(200) }
        _ = try await scene.webhook {
            $0.retry = .some(RetryPolicy(delays: [.seconds(1), .seconds(61)]))
            $0.success = .some(.statuses([202]))
            $0.timeout = .some(.seconds(3))
        }
        let delivery = try await scene.publish()[0]

        let delays = try await scene.delays(of: delivery)

        #expect(delays == [.seconds(1), .seconds(61)])
        #expect(scene.sender.sent.allSatisfy { $0.request.timeout == .seconds(3) })
        try await scene.stop()
    }

    @Test func aChangedProfileHoldsForTheNextOutcomeOfItsWebhooks() async throws {
        let scene = try await EngineScene()
        var profile = Profile.standard
        profile.name = "own"
        profile.retry = RetryPolicy(delays: [.seconds(10)])
        _ = try await ProfileService(scene.context).create(profile, by: scene.principal)
        _ = try await scene.webhook { $0.profile = .some("own") }
        scene.sender.answer { _, _ in .status(500) }
        let before = try await scene.publish()[0]
        await scene.recorded(1, of: before)

        profile.retry = RetryPolicy(delays: [.seconds(30)])
        _ = try await ProfileService(scene.context).update(profile, by: scene.principal)
        let after = try await scene.publish()[0]
        await scene.recorded(2, of: after)

        let states = [try await scene.stored(before).state, try await scene.stored(after).state]
        #expect(states == [10, 30].map { .scheduled(due: scene.clock.now() + .seconds($0)) })
        try await scene.stop()
    }

    @Test func anEventForLaterIsSentWhenItsTimeComes() async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()
        let soon = scene.clock.now() + .seconds(30)
        let later = scene.clock.now() + .seconds(7200)

        let first = try await scene.publish(deliverAt: soon)[0]
        let second = try await scene.publish(deliverAt: later)[0]
        scene.clock.advance(to: soon)
        await scene.recorded(1, of: first)
        scene.clock.advance(to: later)
        await scene.recorded(2, of: second)

        #expect(scene.sender.sent.map(\.at) == [soon, later])
        try await scene.stop()
    }

    @Test func retryAfterIsHonouredThroughTheStore() async throws {
        let scene = try await EngineScene()
        let header = HeaderField(name: "Retry-After", value: "3600")
        scene.sender.answer { index, _ in
            index == 0
                ? .response(AttemptResponse(status: 429, headers: [header], body: [], isTruncated: false))
                : .status(200)
        }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]

        let delays = try await scene.delays(of: delivery)

        #expect(delays == [.seconds(3600)])
        try await scene.stop()
    }
}
