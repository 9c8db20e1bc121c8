import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

@Suite struct JobRunnerTests {
    @Test func aRecoveryDeliversAgainWhatFailedAndNothingElse() async throws {
        let scene = try await JobScene()
        let first = try await scene.event(scene.failed)
        try await scene.event(.succeeded(at: scene.clock.now()))
        try await scene.event(scene.failed, .scheduled(due: scene.clock.now()))
        try await scene.event()
        let second = try await scene.event(scene.failed, scene.failed)

        let job = try await scene.recover()
        try await scene.run()

        let replays = try await scene.replays()
        #expect(replays.map(\.event) == [first.id, second.id])
        #expect(replays.allSatisfy { $0.endpoint == scene.endpoint.id && $0.state.status == .scheduled })
        #expect(scene.courier.notes.accepted.map(\.delivery.id) == replays.map(\.id))
        let ended = try await scene.stored(job)
        #expect(ended.state.status == .completed)
        #expect(job.total == 2)
        #expect(ended.created == 2)
        #expect(ended.examined == 4)
        #expect(ended.skipped == 2)
        #expect(scene.context.jobs.count == 0)
        await scene.stop()
    }

    @Test func aRecoveryOfAllDeliversWhatFailedAndThenWhatWasMissed() async throws {
        let scene = try await JobScene()
        let missed = try await scene.event()
        let failed = try await scene.event(scene.failed)
        try await scene.event(.succeeded(at: scene.clock.now()))
        let later = scene.clock.now() + .seconds(600)
        let waits = try await scene.event(deliverAt: later)

        let job = try await scene.recover(.all)
        try await scene.run()

        let replays = try await scene.replays()
        #expect(replays.map(\.event) == [failed.id, missed.id, waits.id])
        #expect(replays.last?.state == .scheduled(due: later))
        #expect(try await scene.stored(job).created == job.total)
        await scene.stop()
    }

    @Test func whatHasLostItsPayloadIsLeftAlone() async throws {
        let scene = try await JobScene()
        try await scene.event()
        try await scene.event(scene.failed)
        let dropped = try await scene.store.dropPayloads(
            in: scene.environment.id, before: scene.clock.now() + .seconds(1), limit: 10)
        let missed = try await scene.event()
        let failed = try await scene.event(scene.failed)

        let job = try await scene.recover(.all)
        try await scene.run()

        let replays = try await scene.replays()
        #expect(dropped.events == 2)
        #expect(replays.map(\.event) == [failed.id, missed.id])
        #expect(job.total == 2)
        let ended = try await scene.stored(job)
        #expect(ended.state.status == .completed)
        #expect(ended.created == 2)
        await scene.stop()
    }

    @Test func aJobWhoseApplicationIsErasedRunsNoMore() async throws {
        let scene = try await JobScene()
        try await scene.event(scene.failed)
        let job = try await scene.recover()
        try await scene.apply(
            .eraseApplication(environment: scene.environment.id, id: scene.application.id, at: scene.clock.now()))
        var isOver = false
        while !isOver {
            isOver = try await scene.store.erase(
                scene.application.id, in: scene.environment.id, limit: 10, settled: nil
            ).isOver
        }

        try await scene.run()

        #expect(try await scene.store.job(job.id, in: scene.environment.id) == nil)
        #expect(scene.context.jobs.count == 0)
        #expect(scene.courier.notes.accepted.isEmpty)
        await scene.stop()
    }

    @Test func aReplayGoesToTheSubscribersOfToday() async throws {
        let scene = try await JobScene()
        let other = Application(
            id: scene.context.identifiers.next(at: scene.clock.now()), environment: scene.environment.id, uid: "other",
            name: "Other", createdAt: scene.clock.now(), updatedAt: scene.clock.now())
        try await scene.apply(.putApplication(other))
        let orders = try await scene.addEndpoint(events: ["order.*"], of: other)
        let order = try await scene.event(type: "order.paid")
        let visit = try await scene.event(type: "visit.made")
        let theirs = try await scene.event(type: "order.paid", application: other.id)
        func replay(_ change: (inout ReplayFilter) -> Void) async throws -> Set<[String]> {
            let before = try await scene.replays().count
            var filter = ReplayFilter()
            change(&filter)
            let job = try await scene.jobs.replay(filter, scene.draft(), by: scene.admin)
            try await scene.run()
            let made = try await scene.replays().dropFirst(before)
            #expect(try await scene.stored(job).created == made.count)
            #expect(job.total == made.count)
            return Set(made.map { ["\($0.event)", "\($0.endpoint)"] })
        }

        let all = try await replay { _ in }
        let typed = try await replay { $0.type = "visit.made" }
        let toOrders = try await replay { $0.endpoint = orders.id }
        let ofOther = try await replay { $0.application = "other" }

        let pairs = [
            ["\(order.id)", "\(scene.endpoint.id)"], ["\(order.id)", "\(orders.id)"],
            ["\(visit.id)", "\(scene.endpoint.id)"], ["\(theirs.id)", "\(orders.id)"],
        ]
        #expect(all == Set(pairs))
        #expect(typed == [pairs[2]])
        #expect(toOrders == [pairs[1], pairs[3]])
        // By now the shared order went to the other application's endpoint too.
        #expect(ofOther == [pairs[1], pairs[3]])
        await scene.stop()
    }

    @Test func whatAFilterDoesNotWantIsNeitherMissedNorReplayed() async throws {
        let scene = try await JobScene()
        var endpoint = scene.endpoint
        endpoint.filter = try PayloadFilter(JSONValue(parsing: Array(#"{"data.amount":{"gte":100}}"#.utf8)))
        try await scene.apply(.putEndpoint(endpoint))
        try await scene.event()
        let failed = try await scene.event(scene.failed)

        _ = try await scene.recover(.all)
        try await scene.run()
        _ = try await scene.jobs.replay(ReplayFilter(), scene.draft(), by: scene.admin)
        try await scene.run()

        // What failed was wanted when it was published.
        #expect(try await scene.replays().map(\.event) == [failed.id])
        await scene.stop()
    }

    @Test func aStepOverAnEventWithManyTargetsLeavesTheRestToTheNext() async throws {
        let scene = try await JobScene()
        for _ in 0..<9 { _ = try await scene.addEndpoint() }
        for _ in 0..<6 { try await scene.event() }

        let job = try await scene.jobs.replay(ReplayFilter(), scene.draft(rate: 20), by: scene.admin)
        try await scene.run { try await scene.stored(job).created > 0 }
        let first = try await scene.stored(job)
        let start = scene.clock.now()
        try await scene.run { try await scene.stored(job).created >= 20 }

        // Ten at once are five more than a step of this rate: they are paid for by waiting.
        #expect(first.created == 10)
        #expect(first.examined == 1)
        #expect(scene.clock.now().since(start) >= .milliseconds(500))
        try await scene.run {
            try await scene.attemptEverywhere()
            return try await scene.stored(job).state != .running
        }
        #expect(try await scene.stored(job).created == 60)
        await scene.stop()
    }

    @Test func aJobHoldsItsRateAndAPauseIsNotFollowedByABurst() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(120)
        let job = try await scene.recover(rate: 40)

        try await scene.run { try await scene.stored(job).created >= 40 }
        scene.clock.advance(by: .seconds(3600))
        try await scene.run {
            try await scene.attemptAll()
            return try await scene.stored(job).state != .running
        }

        let made = try await scene.replays().map(\.createdAt.milliseconds)
        #expect(made.count == 120)
        for (index, instant) in made.enumerated() {
            // A second of the rate, and one step.
            #expect(made[index...].prefix { $0 < instant + 1000 }.count <= 50)
        }
        await scene.stop()
    }

    @Test func aJobHoldsBackWhileItsDeliveriesHaveNotBeenAttempted() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(150)
        let job = try await scene.recover(rate: 30)
        let bound = 60

        try await scene.run(until: { scene.context.jobs.wait(of: job.id) == .earlierDeliveries })
        let held = try await scene.stored(job).created
        for _ in 0..<20 {
            if let rest = await scene.runner.turn(), let until = rest.until { scene.clock.advance(to: until) }
        }
        let stillHeld = try await scene.stored(job).created
        try await scene.attemptAll()
        try await scene.run(until: { scene.context.jobs.wait(of: job.id) == nil })

        #expect((bound..<bound + 30).contains(held))
        #expect(stillHeld == held)
        #expect(try await scene.stored(job).created > held)
        await scene.stop()
    }

    @Test func aDeadEndpointAmongManyStopsABulkReplayOnlyForAWhile() async throws {
        let scene = try await JobScene()
        for _ in 0..<90 { try await scene.event() }
        let job = try await scene.jobs.replay(ReplayFilter(), scene.draft(rate: 30), by: scene.admin)

        try await scene.run { try await scene.stored(job).state != .running }

        #expect(try await scene.stored(job).created == 90)
        await scene.stop()
    }

    @Test func aJobWaitsForItsWebhookToBeActiveAndEndsWhenItIsDeleted() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(60)
        let job = try await scene.recover(rate: 20)
        try await scene.run { try await scene.stored(job).created > 0 }
        var paused = scene.endpoint
        paused.deactivate(.paused, at: scene.clock.now())

        try await scene.apply(.putEndpoint(paused))
        try await scene.run(until: { scene.context.jobs.wait(of: job.id) == .webhookInactive })
        let before = try await scene.stored(job).created
        for _ in 0..<10 {
            if let rest = await scene.runner.turn(), let until = rest.until { scene.clock.advance(to: until) }
        }
        #expect(try await scene.stored(job).created == before)
        try await scene.apply(.putEndpoint(scene.endpoint))
        try await scene.run { try await scene.stored(job).created > before }
        try await scene.apply(
            .deleteEndpoint(environment: scene.environment.id, id: scene.endpoint.id, at: scene.clock.now()))
        try await scene.run()

        guard case .cancelled(_, .endpointDeleted) = try await scene.stored(job).state else {
            Issue.record("It is \(try await scene.stored(job).state).")
            return
        }
        #expect(scene.context.jobs.count == 0)
        await scene.stop()
    }

    @Test func aCancelledJobMakesNoDeliveryMore() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(60)
        let job = try await scene.recover(rate: 20)
        try await scene.run { try await scene.stored(job).created > 0 }

        let cancelled = try await scene.jobs.cancel(job.id, by: scene.admin)
        try await scene.run()

        #expect(cancelled.state.status == .cancelled)
        #expect(try await scene.replays().count == cancelled.created)
        #expect(try await scene.stored(job) == cancelled)
        let again = try await refusal { _ = try await scene.jobs.cancel(job.id, by: scene.admin) }
        #expect(again?.code == "job_cancelled")
        #expect(again?.kind == .conflict)
        await scene.stop()
    }

    @Test func aJobThatWasEndedBehindTheRunnersBackMakesNoDeliveryMore() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(60)
        let job = try await scene.recover(rate: 20)
        try await scene.run { try await scene.stored(job).created > 0 }

        let ended = try await scene.store.endJob(
            job.id, in: job.environment, as: .cancelled(at: scene.clock.now(), reason: .requested))
        try await scene.run()

        #expect(try await scene.replays().count == ended?.created)
        #expect(scene.context.jobs.count == 0)
        await scene.stop()
    }

    @Test func jobsTakeTurns() async throws {
        let scene = try await JobScene()
        let other = try await scene.addEndpoint()
        for _ in 0..<100 {
            try await scene.event(scene.failed)
            try await scene.event(scene.failed, to: other)
        }
        let draft = scene.draft()
        let first = try await scene.jobs.recover(scene.endpoint.id, only: .failed, draft, by: scene.admin)
        let second = try await scene.jobs.recover(other.id, only: .failed, draft, by: scene.admin)

        var most = 0
        try await scene.run {
            let created = (try await scene.stored(first).created, try await scene.stored(second).created)
            most = max(most, abs(created.0 - created.1))
            return created.0 + created.1 == 200
        }

        // One step.
        #expect(most <= 25)
        await scene.stop()
    }

    @Test func aCorruptAnswerIsTriedAgainAndThenGivenUp() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(1)
        let job = try await scene.recover()

        for _ in 0..<scene.context.limits.jobs.refusals {
            let now = scene.clock.now()
            scene.context.jobs.schedule { $0.failed(job.id, isRefusal: true, now: now) }
        }
        try await scene.run()

        guard case .failed(_, .storeRefused) = try await scene.stored(job).state else {
            Issue.record("It is \(try await scene.stored(job).state).")
            return
        }
        await scene.stop()
    }

    @Test func theRunnerTakesUpWhatRunsWakesForWhatIsAddedAndStopsWhenAsked() async throws {
        let store = InMemoryStore()
        let before = try await JobScene(store)
        let events = try await before.failures(3)
        _ = try await before.recover()
        await before.stop()
        let scene = try await JobScene(store, after: before)

        let running = Task { await scene.runner.run() }
        func finish() async throws {
            // The clock stands still unless the runner waits for it.
            while try await !scene.store.runningJobs().isEmpty {
                if let alarm = scene.clock.nextAlarm { scene.clock.advance(to: alarm) }
                await Task.yield()
            }
        }
        try await finish()
        _ = try await scene.jobs.replay(ReplayFilter(), scene.draft(), by: scene.admin)
        try await finish()
        running.cancel()
        await running.value

        #expect(try await scene.replays().map(\.event) == (events + events).map(\.id))
        await scene.stop()
    }
}

extension JobScene {
    /// Gives up every delivery that waits, wherever it goes.
    fileprivate func attemptEverywhere() async throws {
        for endpoint in context.directory.allEndpoints {
            while try await store.cancelDeliveries(of: endpoint.id, at: clock.now(), limit: 100) > 0 {}
        }
    }
}
