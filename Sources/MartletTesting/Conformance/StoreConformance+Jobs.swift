import MartletCore
import MartletStore

extension StoreConformance {
    static let jobs: [StoreConformance] = [
        StoreConformance("a job is read as it was written, whatever it is about") { world in
            var jobs = [
                world.job(.recover(world.endpoint.id, only: .failed), total: 7),
                world.job(.recover(world.endpoint.id, only: .missed), application: .some(nil)),
                world.job(.recover(world.endpoint.id, only: .all)),
                world.job(.replay(ReplaySelection()), application: .some(nil)),
                world.job(
                    .replay(
                        ReplaySelection(
                            type: "a.b", application: world.application.id, status: .inFlight,
                            endpoint: world.endpoint.id))),
            ]
            jobs[1].state = .completed(at: world.now)
            jobs[2].cursor = .failures(after: world.id())
            jobs[2].state = .cancelled(at: world.now, reason: .endpointDeleted)
            jobs[3].cursor = .events(after: world.id())
            jobs[3].state = .failed(at: world.now, reason: .storeRefused)
            jobs[4].examined = 3
            jobs[4].created = 2
            jobs[4].skipped = 1
            for job in jobs { try await world.store.createJob(job) }

            for job in jobs {
                try expectEqual(try await world.store.job(job.id, in: world.live.id), job)
                try expectEqual(try await world.store.job(job.id, in: world.sandbox.id), nil)
            }
            try expectEqual(try await world.store.runningJobs(), [jobs[0], jobs[4]])
            try await world.expectConflict("A job made twice") { try await world.store.createJob(jobs[0]) }
        },
        StoreConformance("jobs are listed newest first, those of an application alone where it is named") { world in
            let mine = world.job(.replay(ReplaySelection()))
            let shared = world.job(.replay(ReplaySelection()), application: .some(nil))
            let theirs = world.job(.replay(ReplaySelection()), application: world.otherApplication.id)
            for job in [mine, shared, theirs] { try await world.store.createJob(job) }

            func list(_ application: ApplicationID?, before: JobID? = nil, limit: Int = 10) async throws -> [Job] {
                try await world.store.jobs(in: world.live.id, application: application, before: before, limit: limit)
            }
            try expectEqual(try await list(nil), [theirs, shared, mine])
            try expectEqual(try await list(nil, limit: 2), [theirs, shared])
            try expectEqual(try await list(nil, before: shared.id), [mine])
            try expectEqual(try await list(world.application.id), [mine])
            try expectEqual(try await list(world.application.id, before: mine.id), [])
            let foreign = try await world.store.jobs(in: world.sandbox.id, application: nil, before: nil, limit: 9)
            try expectEqual(foreign, [])
        },
        StoreConformance("a job ends once, and nobody ends another environment's") { world in
            let job = world.job(.replay(ReplaySelection()))
            try await world.store.createJob(job)
            let state = JobState.cancelled(at: world.now + .seconds(1), reason: .requested)

            let foreign = try await world.store.endJob(job.id, in: world.sandbox.id, as: state)
            let ended = try await world.store.endJob(job.id, in: world.live.id, as: state)
            let again = try await world.store.endJob(job.id, in: world.live.id, as: .completed(at: world.now))

            try expectEqual(foreign, nil)
            try expectEqual(ended?.state, state)
            try expectEqual(ended?.updatedAt, world.now + .seconds(1))
            try expectEqual(again, nil)
            try expectEqual(try await world.store.job(job.id, in: world.live.id), ended)
            try expectEqual(try await world.store.runningJobs(), [])
        },
        StoreConformance("jobs that have ended are forgotten by age, those that run are not") { world in
            let old = world.job(.replay(ReplaySelection()), at: world.now - .seconds(100))
            let running = world.job(.replay(ReplaySelection()), at: world.now - .seconds(90))
            let young = world.job(.replay(ReplaySelection()))
            for job in [old, running, young] { try await world.store.createJob(job) }
            for job in [old, young] {
                _ = try await world.store.endJob(job.id, in: world.live.id, as: .completed(at: world.now))
            }

            let none = try await world.store.forgetJobs(createdBefore: world.now - .seconds(10), limit: 0)
            let forgotten = try await world.store.forgetJobs(createdBefore: world.now - .seconds(10), limit: 9)

            try expectEqual(none, 0)
            try expectEqual(forgotten, 1)
            let left = try await world.store.jobs(in: world.live.id, application: nil, before: nil, limit: 9)
            try expectEqual(left.map(\.id), [young.id, running.id])
        },
        StoreConformance("a step makes its deliveries and moves its job on together") { world in
            let job = world.job(.replay(ReplaySelection()))
            try await world.store.createJob(job)
            let events = [world.event(), world.event()]
            for event in events { try await world.accept(event) }
            let made = events.map { world.delivery(of: $0, cause: .replay) }
            let missing = world.event()
            var step = world.step(of: job, to: .events(after: events[1].id), examined: 5)

            let results = try await world.accept(
                Acceptance(
                    entries: zip(events, made).map { .init(event: $0, deliveries: [$1], isReplay: true) }
                        + [.init(event: missing, deliveries: [world.delivery(of: missing)], isReplay: true)],
                    step: step))

            try expectEqual(try world.entries(results[0]), [.stored, .stored, .missing])
            for delivery in made { _ = try await world.stored(delivery) }
            var expected = job
            expected.advance(step, events: 2, deliveries: 2)
            try expectEqual(try await world.store.job(job.id, in: world.live.id), expected)
            try expectEqual(expected.created, 2)
            try expectEqual(expected.skipped, 3)

            step.from = step.to
            step.isLast = true
            try await world.accept(Acceptance(entries: [], step: step))
            let ended = try await world.store.job(job.id, in: world.live.id)
            try expectEqual(ended?.state, .completed(at: step.at))
            try expectEqual(try await world.store.runningJobs(), [])
        },
        StoreConformance("a step that begins elsewhere, or of a job that ended, leaves nothing behind") { world in
            let job = world.job(.replay(ReplaySelection()))
            let ended = world.job(.replay(ReplaySelection()))
            for job in [job, ended] { try await world.store.createJob(job) }
            _ = try await world.store.endJob(
                ended.id, in: world.live.id, as: .cancelled(at: world.now, reason: .requested))
            let event = world.event()
            try await world.accept(event)
            let taken = world.step(of: job, to: .events(after: event.id), examined: 1)
            var foreign = taken
            foreign.environment = world.sandbox.id
            let steps = [
                taken, taken, foreign, world.step(of: ended, to: .events(after: event.id), examined: 1),
                world.step(of: world.job(.replay(ReplaySelection())), to: .events(after: nil), examined: 1),
            ]
            let made = steps.map { _ in world.delivery(of: event, cause: .replay) }

            // In one batch: what came earlier in it counts.
            let result = try await world.store.commit(
                CommitBatch(
                    acceptances: zip(steps, made).map { step, delivery in
                        Acceptance(
                            entries: [.init(event: event, deliveries: [delivery], isReplay: true)], step: step)
                    }))

            try expectEqual(try world.entries(result.acceptances[0]), [.stored])
            for result in result.acceptances.dropFirst() {
                guard case .jobMoved = result else {
                    throw ConformanceFailure(message: "Found \(result).", file: #fileID, line: #line)
                }
            }
            _ = try await world.stored(made[0])
            for delivery in made.dropFirst() {
                try expectEqual(try await world.store.delivery(delivery.id, in: world.live.id), nil)
            }
            try expectEqual(try await world.store.job(job.id, in: world.live.id)?.created, 1)
            try expectEqual(try await world.store.job(ended.id, in: world.live.id)?.created, 0)
        },
        StoreConformance("deliveries that wait for their first attempt are told from the others") { world in
            let waiting = try await world.acceptDelivery()
            let tried = try await world.acceptDelivery()
            let done = try await world.acceptDelivery()
            let foreign = try await world.acceptDelivery(to: world.sandboxEndpoint)
            _ = try await world.settle(
                world.settlement(
                    of: tried, attempt: world.attempt(of: tried), state: .scheduled(due: world.now + .seconds(5))),
                world.settlement(of: done, attempt: world.attempt(of: done), state: .succeeded(at: world.now)))

            let untried = try await world.store.untried(
                [done, foreign, tried, waiting].map(\.id) + [world.id()], in: world.live.id)

            try expectEqual(untried, [waiting.id])
        },
    ]
}

extension ConformanceWorld {
    /// A job of ``live``, about ``application`` unless another is given.
    func job(
        _ work: JobWork, application: ApplicationID?? = nil, total: Int? = nil, at instant: Timestamp? = nil
    ) -> Job {
        Job(
            id: id(at: instant), environment: live.id, application: application ?? self.application.id,
            askedBy: .application, work: work, since: now - .seconds(60), until: now + .seconds(1), rate: 100,
            total: total, createdAt: instant ?? now)
    }

    func step(of job: Job, to cursor: JobCursor, examined: Int) -> JobStep {
        JobStep(
            job: job.id, environment: live.id, from: job.cursor, to: cursor, examined: examined, isLast: false,
            at: now + .seconds(2))
    }
}
