import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@testable import MartletDelivery

@Suite(.timeLimit(.minutes(10))) struct SharedConfigurationTests {
    @Test func aChangeReachesTheOtherNodesByNews() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { _ in .status(500) }
        let deliveries = try await scene.publish(1, through: b)
        await b.engine.settled(deliveries[0].id, of: endpoint.id)

        try await scene.change(endpoint.id, through: a) { $0.active = false }
        try await scene.known(endpoint.id, at: b) { $0?.isActive == false }
        await scene.pass(.seconds(60), beating: [a, b])
        let whileInactive = scene.receiver.attempts.count
        scene.receiver.answer { _ in .status(200) }
        try await scene.change(endpoint.id, through: a) { $0.active = true }
        try await scene.delivered(deliveries, asToldBy: a)
        let waiting = try await scene.publish(2, through: b, after: .seconds(60))
        try await WebhookService(a.context).delete(endpoint.id, by: scene.principal)
        _ = try await eventually({ try await a.stored(waiting[0])?.state.status }, until: { $0 == .cancelled })

        #expect(whileInactive == 1)
        #expect(scene.receiver.attempts.map(\.node) == ["b", "b"])
        try await a.stop()
        try await b.stop()
    }

    @Test func aChangeIsFoundThoughTheNewsOfItWasLost() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        scene.memory.mute(true)
        let endpoint = try await scene.webhook(through: a)
        let key = try await KeyService(a.context).create(
            name: "k", role: "admin", application: nil, expiresAt: nil, by: scene.principal)
        let before = b.context.directory.endpoint(endpoint.id, in: endpoint.environment)

        await b.membership.poll()

        #expect(before == nil)
        #expect(b.context.directory.endpoint(endpoint.id, in: endpoint.environment) == endpoint)
        #expect(b.context.directory.key(key.key.id, in: endpoint.environment) == key.key)
        try await a.stop()
        try await b.stop()
    }

    @Test func aChangeBeginsWithWhatTheOtherNodesDid() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.memory.mute(true)

        try await scene.change(endpoint.id, through: a) { $0.description = "from a" }
        let changed = try await scene.change(endpoint.id, through: b) { $0.events = ["property.*"] }

        #expect(changed.description == "from a")
        #expect(changed.events == ["property.*"])
        try await a.stop()
        try await b.stop()
    }

    @Test func aJobMadeAnywhereIsDoneOnceByTheNodeWhoseDutyItIsAndEndedFromAnywhere() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        var deliveries: [Delivery] = []
        for number in 0..<5 { deliveries += try await scene.publish(number, through: a) }
        try await scene.delivered(deliveries, asToldBy: a)
        scene.clock.advance(by: .seconds(1))
        for node in [a, b] { await node.membership.beat() }
        let (doer, other) = a.status.has(.jobs) ? (a, b) : (b, a)
        var draft = JobDraft()
        draft.since = scene.clock.now() - .seconds(60)

        let job = try await JobService(other.context).replay(ReplayFilter(), draft, by: scene.principal)
        let ended = try await eventually(
            { () async throws -> JobState.Status in
                await scene.pass(.milliseconds(250), beating: [a, b])
                return try await JobService(other.context).job(job.id, for: scene.principal).state.status
            }, until: { $0 != .running })
        try await scene.made(10)
        let second = try await JobService(other.context).replay(ReplayFilter(), draft, by: scene.principal)
        let cancelled = try await JobService(doer.context).cancel(second.id, by: scene.principal)

        #expect(ended == .completed)
        #expect(scene.receiver.attempts.dropFirst(5).prefix(5).map(\.node) == Array(repeating: doer.name, count: 5))
        #expect(cancelled.state.status == .cancelled)
        #expect([a, b].count { $0.status.has(.jobs) } == 1)
        try await a.stop()
        try await b.stop()
    }

    @Test func aJobGoesOnWhereTheNodeThatDidItLeftIt() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        var deliveries: [Delivery] = []
        for number in 0..<30 { deliveries += try await scene.publish(number, through: a) }
        try await scene.delivered(deliveries, asToldBy: a)
        scene.clock.advance(by: .seconds(1))
        let doer = a.status.has(.jobs) ? a : b
        let other = doer === a ? b : a
        var draft = JobDraft()
        draft.since = scene.clock.now() - .seconds(60)
        draft.rate = 4
        let job = try await JobService(other.context).replay(ReplayFilter(), draft, by: scene.principal)
        _ = try await eventually(
            { () async throws -> Int in
                await scene.pass(.milliseconds(250), beating: [a, b])
                return try await JobService(other.context).job(job.id, for: scene.principal).created
            }, until: { $0 >= 5 })

        await doer.kill()
        await scene.pass(.seconds(12), beating: [other])
        let done = try await eventually(
            { () async throws -> Job in
                await scene.pass(.milliseconds(250), beating: [other])
                return try await JobService(other.context).job(job.id, for: scene.principal)
            }, until: { $0.state.status != .running })

        #expect(done.state.status == .completed)
        #expect(done.created == 30)
        try await other.stop()
    }

    @Test func aWebhookThatAnswersAnotherNodeIsNotTakenOutOfServiceForFailing() async throws {
        let scene = try await NodeScene()
        var limits = EngineLimits()
        limits.dispatch.failing = FailureRule(after: .seconds(3 * 3600), failures: 2)
        let (a, b) = (
            try await scene.node("a", limits: limits), try await scene.node("b", limits: limits)
        )
        let endpoint = try await scene.webhook(through: a) {
            $0.retry = .some(RetryPolicy(delays: [.seconds(2 * 3600), .seconds(2 * 3600)], window: nil, jitter: 0))
        }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { $0.node == "a" ? .status(500) : .status(200) }
        let failing = try await scene.publish(1, through: a)
        await a.engine.settled(failing[0].id, of: endpoint.id)
        try await scene.made(1)

        await scene.pass(.seconds(2 * 3600), by: .seconds(5), beating: [a, b])
        // The next attempt is counted from this one: the clock stands still until it is recorded.
        _ = try await eventually({ try await a.stored(failing[0])?.attemptCount }, until: { $0 == 2 })
        let well = try await scene.publish(2, through: b)
        try await scene.delivered(well, asToldBy: b)
        await b.engine.flushSums()
        await scene.pass(.seconds(2 * 3600 + 1), by: .seconds(5), beating: [a, b])
        _ = try await eventually({ try await a.stored(failing[0])?.attemptCount }, until: { $0 == 3 })
        await scene.pass(.seconds(3), beating: [a, b])
        let later = try await scene.publish(3, through: b)
        try await scene.delivered(later, asToldBy: b)

        #expect(a.context.directory.endpoint(endpoint.id, in: endpoint.environment)?.isActive == true)
        try await a.stop()
        try await b.stop()
    }
}
