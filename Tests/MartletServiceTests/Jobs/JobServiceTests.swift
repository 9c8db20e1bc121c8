import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

@Suite struct JobServiceTests {
    @Test func aForecastCountsWithoutDoingAnything() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(3)
        for _ in 0..<4 { try await scene.event() }
        let draft = scene.draft(rate: 7)

        let failed = try await scene.jobs.forecastRecovery(
            scene.endpoint.id, only: .failed, draft, by: scene.admin)
        let missed = try await scene.jobs.forecastRecovery(
            scene.endpoint.id, only: .missed, draft, by: scene.admin)
        let all = try await scene.jobs.forecastRecovery(scene.endpoint.id, only: .all, draft, by: scene.admin)
        let replay = try await scene.jobs.forecastReplay(ReplayFilter(), draft, by: scene.admin)
        try await scene.run()

        #expect([failed.count, missed.count, all.count, replay.count] == [3, 4, 7, 7])
        #expect([failed.examined, missed.examined, all.examined] == [3, 7, 10])
        #expect([failed, missed, all, replay].allSatisfy { $0.isExact && $0.rate == 7 })
        #expect(try await scene.replays().isEmpty)
        #expect(try await scene.jobs.jobs(page: ServiceScene.page, for: scene.admin).items.isEmpty)
        await scene.stop()
    }

    @Test func aForecastThatWouldLookAtTooMuchSaysThatThereMayBeMore() async throws {
        var limits = JobLimits()
        limits.forecastRows = 10
        limits.readRows = 4
        let scene = try await JobScene(limits: limits)
        _ = try await scene.failures(14)
        let draft = scene.draft()

        let forecast = try await scene.jobs.forecastReplay(ReplayFilter(), draft, by: scene.admin)
        let job = try await scene.jobs.replay(ReplayFilter(), draft, by: scene.admin)
        try await scene.run()

        #expect(forecast.count == 10)
        #expect(!forecast.isExact)
        #expect(job.total == nil)
        #expect(try await scene.stored(job).created == 14)
        await scene.stop()
    }

    @Test func aWindowEndsWhenTheJobIsMade() async throws {
        let scene = try await JobScene()
        var draft = scene.draft()
        draft.until = scene.clock.now() + .seconds(60)

        let job = try await scene.jobs.replay(ReplayFilter(), draft, by: scene.admin)
        try await scene.event()
        try await scene.run()

        #expect(job.until == job.createdAt)
        #expect(try await scene.replays().isEmpty)
        await scene.stop()
    }

    @Test func whatCannotBeIsRefusedByTheFieldsName() async throws {
        let scene = try await JobScene()
        let now = scene.clock.now()
        let drafts: [(JobDraft, [String])] = [
            (JobDraft(), ["since"]), (JobDraft(since: now + .seconds(1)), ["since"]),
            (JobDraft(since: now), ["since"]),
            (JobDraft(since: now - .seconds(5), until: now - .seconds(6)), ["since"]),
            (JobDraft(since: now - .seconds(5), rate: 0), ["rate"]),
            (JobDraft(since: now - .seconds(5), rate: 1001), ["rate"]), (JobDraft(rate: -1), ["since", "rate"]),
        ]

        for (draft, fields) in drafts {
            let replay = try await refusal {
                _ = try await scene.jobs.replay(ReplayFilter(), draft, by: scene.admin)
            }
            let recovery = try await refusal {
                _ = try await scene.jobs.forecastRecovery(
                    scene.endpoint.id, only: .all, draft, by: scene.admin)
            }

            #expect(replay?.fields.map(\.field) == fields)
            #expect(recovery?.fields.map(\.field) == fields)
            #expect(replay?.kind == .invalid)
        }
        await scene.stop()
    }

    @Test func anInactiveWebhookIsNotRecovered() async throws {
        let scene = try await JobScene()
        var paused = scene.endpoint
        paused.deactivate(.paused, at: scene.clock.now())
        try await scene.apply(.putEndpoint(paused))
        let draft = scene.draft()
        var filter = ReplayFilter()
        filter.endpoint = paused.id

        let recovery = try await refusal {
            _ = try await scene.jobs.recover(paused.id, only: .all, draft, by: scene.admin)
        }
        let replay = try await refusal { [filter] in
            _ = try await scene.jobs.replay(filter, draft, by: scene.admin)
        }

        #expect(recovery?.code == "webhook_inactive")
        #expect(replay?.code == "webhook_inactive")
        await scene.stop()
    }

    @Test func aWebhookIsRecoveredByOneJobAtATime() async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(3)
        let draft = scene.draft()
        let first = try await scene.jobs.recover(scene.endpoint.id, only: .failed, draft, by: scene.admin)

        let second = try await refusal {
            _ = try await scene.jobs.recover(scene.endpoint.id, only: .missed, draft, by: scene.admin)
        }
        try await scene.run()
        let third = try await scene.jobs.recover(scene.endpoint.id, only: .failed, draft, by: scene.admin)
        try await scene.run()

        #expect(second?.code == "recovery_running")
        #expect(second?.detail.contains("\(first.id)") == true)
        // Their replays wait: they are not delivered again a second time.
        #expect(try await scene.stored(third).created == 0)
        #expect(try await scene.replays().count == 3)
        await scene.stop()
    }

    @Test func soManyJobsRunAtOnceAndNoMore() async throws {
        var limits = JobLimits()
        limits.runningPerEnvironment = 3
        limits.runningPerApplication = 2
        let scene = try await JobScene(limits: limits)
        let draft = scene.draft()
        let own = Principal(
            environment: scene.environment.id, role: .application, application: scene.application.id)
        func replay(by principal: Principal) async throws -> ServiceError? {
            try await refusal { _ = try await scene.jobs.replay(ReplayFilter(), draft, by: principal) }
        }

        let answers = [
            try await replay(by: own), try await replay(by: own), try await replay(by: own),
            try await replay(by: scene.admin), try await replay(by: scene.admin),
        ]
        try await scene.run()
        let later = try await replay(by: scene.admin)

        #expect(answers.map { $0?.code } == [nil, nil, "too_many_jobs", nil, "too_many_jobs"])
        #expect(answers[2]?.kind == .conflict)
        #expect(later == nil)
        await scene.stop()
    }

    @Test func anApplicationHasItsOwnJobsAndNothingOfOthers() async throws {
        let scene = try await JobScene()
        let now = scene.clock.now()
        let other = Application(
            id: scene.context.identifiers.next(at: now), environment: scene.environment.id, uid: "other",
            name: "Other", createdAt: now, updatedAt: now)
        try await scene.apply(.putApplication(other))
        let theirs = try await scene.addEndpoint(of: other)
        let before = try await scene.event(scene.failed, type: "shared")
        try await scene.event(scene.failed, to: theirs)
        let draft = scene.draft()
        let own = Principal(
            environment: scene.environment.id, role: .application, application: scene.application.id)
        let foreign = Principal(environment: scene.environment.id, role: .application, application: other.id)

        let mine = try await scene.jobs.replay(ReplayFilter(), draft, by: own)
        let shared = try await scene.jobs.replay(ReplayFilter(), draft, by: scene.admin)
        let recovery = try await scene.jobs.recover(scene.endpoint.id, only: .failed, draft, by: scene.admin)

        #expect(mine.askedBy == .application && mine.application == scene.application.id)
        #expect(shared.askedBy == .environment && shared.application == nil)
        #expect(recovery.askedBy == .environment && recovery.application == scene.application.id)
        let seen = try await scene.jobs.jobs(page: ServiceScene.page, for: own).items.map(\.id)
        #expect(seen == [recovery.id, mine.id])
        #expect(try await scene.jobs.jobs(page: ServiceScene.page, for: foreign).items.isEmpty)
        for (id, principal) in [(mine.id, foreign), (shared.id, own), (recovery.id, foreign)] {
            let look = try await refusal { _ = try await scene.jobs.job(id, for: principal) }
            let cancel = try await refusal { _ = try await scene.jobs.cancel(id, by: principal) }
            #expect(look?.code == "not_found")
            #expect(cancel?.code == "not_found")
        }
        let foreignWebhook = try await refusal {
            _ = try await scene.jobs.recover(theirs.id, only: .all, draft, by: own)
        }
        #expect(foreignWebhook?.code == "not_found")
        _ = try await scene.jobs.cancel(shared.id, by: scene.admin)
        _ = try await scene.jobs.cancel(recovery.id, by: own)
        try await scene.run()
        // What it never had a delivery of is none of its business, nor are others' endpoints.
        #expect(try await scene.replays().map(\.event) == [before.id])
        #expect(try await scene.replays().allSatisfy { $0.endpoint == scene.endpoint.id })
        await scene.stop()
    }

    @Test func anApplicationMissedNothingFromBeforeThereWasSuchAnApplication() async throws {
        let scene = try await JobScene()
        try await scene.event()
        scene.clock.advance(by: .seconds(60))
        let young = Application(
            id: scene.context.identifiers.next(at: scene.clock.now()), environment: scene.environment.id, uid: "young",
            name: "Young", createdAt: scene.clock.now(), updatedAt: scene.clock.now())
        try await scene.apply(.putApplication(young))
        let endpoint = try await scene.addEndpoint(of: young)
        try await scene.event()
        let draft = scene.draft()
        let own = Principal(environment: scene.environment.id, role: .application, application: young.id)

        let theirs = try await scene.jobs.forecastRecovery(endpoint.id, only: .missed, draft, by: own)
        let operators = try await scene.jobs.forecastRecovery(endpoint.id, only: .missed, draft, by: scene.admin)

        #expect(theirs.count == 1)
        #expect(theirs.since == young.createdAt)
        #expect(operators.count == 2)
        await scene.stop()
    }

    @Test func jobsAreListedPageByPage() async throws {
        let scene = try await JobScene()
        let draft = scene.draft()
        var made: [JobID] = []
        for _ in 0..<5 { made.append(try await scene.jobs.replay(ReplayFilter(), draft, by: scene.admin).id) }

        let first = try await scene.jobs.jobs(page: PageRequest(limit: 3, cursor: nil), for: scene.admin)
        let second = try await scene.jobs.jobs(page: PageRequest(limit: 3, cursor: first.next), for: scene.admin)

        #expect((first.items + second.items).map(\.id) == made.reversed())
        #expect(second.next == nil)
        let garbage = try await refusal {
            _ = try await scene.jobs.jobs(page: PageRequest(limit: 3, cursor: "x"), for: scene.admin)
        }
        #expect(garbage?.fields.map(\.field) == ["cursor"])
        await scene.stop()
    }
}
