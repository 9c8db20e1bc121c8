import MartletCore
import MartletStore

extension StoreConformance {
    static let retention: [StoreConformance] = [
        StoreConformance("a payload is dropped for its age alone, and its event and deliveries stay") { world in
            let old = try await world.ended(at: world.now - .seconds(100))
            let young = try await world.ended(at: world.now - .seconds(10))

            let sums = try await world.dropPayloads(before: world.now - .seconds(50), limit: 100)

            let event = try require(await world.store.event(old.event, in: world.live.id), "The event is gone.")
            try expectEqual(sums, [1])
            try expect(event.body.isDropped, "The payload is still there.")
            try expectEqual(try await world.stored(old), old)
            try expectEqual(try await world.store.attempts(of: old.id).count, 1)
            let other = try await world.store.event(young.event, in: world.live.id)
            try expect(other?.body.isDropped == false, "A young payload is gone.")
        },
        StoreConformance("payloads go in steps, each once, and in one environment") { world in
            for _ in 0..<7 { _ = try await world.ended(at: world.now - .seconds(100)) }
            let elsewhere = world.event(in: world.sandbox, at: world.now - .seconds(100))
            try await world.accept(elsewhere)

            let sums = try await world.dropPayloads(before: world.now, limit: 3)
            let again = try await world.dropPayloads(before: world.now, limit: 3)

            try expectEqual(sums, [3, 3, 1])
            try expectEqual(again, [])
            try expectEqual(try await world.store.event(elsewhere.id, in: world.sandbox.id), elsewhere)
        },
        StoreConformance("a payload stays while a delivery is scheduled, and goes once it has ended") { world in
            let event = world.event(at: world.now - .seconds(100))
            let waiting = world.delivery(of: event, due: world.now + .seconds(1000), at: world.now - .seconds(100))
            try await world.accept(event, [waiting])

            let sums = try await world.dropPayloads(before: world.now, limit: 10)
            let late = try await world.store.dropLatePayloads(in: world.live.id, after: nil, limit: 10)
            let kept = try await world.store.event(event.id, in: world.live.id)
            _ = try await world.store.move(waiting, to: .cancelled(at: world.now, reason: .requested))
            let afterwards = try await world.store.dropLatePayloads(in: world.live.id, after: nil, limit: 10)
            let rest = try await world.store.dropLatePayloads(in: world.live.id, after: nil, limit: 10)

            try expectEqual(sums, [0])
            try expectEqual(late.events, 0)
            try expectEqual(kept, event)
            try expectEqual(afterwards.events, 1)
            try expectEqual(rest, RetentionStep())
            let dropped = try await world.store.event(event.id, in: world.live.id)
            try expect(dropped?.body.isDropped == true, "The payload is still there.")
        },
        StoreConformance("what has lost its payload is neither replayed nor scheduled again") { world in
            let event = world.event(at: world.now - .seconds(100))
            let failed = world.delivery(of: event, at: world.now - .seconds(100))
            try await world.accept(event, [failed])
            let state = DeliveryState.failed(at: world.now - .seconds(90), reason: .exhausted)
            _ = try await world.store.move(failed, to: state)
            let stored = try await world.stored(failed)
            _ = try await world.dropPayloads(before: world.now, limit: 10)

            let moved = try await world.store.move(stored, to: .scheduled(due: world.now))
            let replay = world.delivery(of: event, cause: .replay)
            let results = try await world.accept(
                Acceptance(entries: [.init(event: event, deliveries: [replay], isReplay: true)]))

            try expect(!moved, "It was scheduled without a payload.")
            try expectEqual(try world.entries(results[0]), [.missing])
            try expect(
                try await world.store.delivery(replay.id, in: world.live.id) == nil,
                "It was replayed without a payload.")
        },
        StoreConformance("history goes with its attempts, and its chosen id is free again") { world in
            let old = try await world.ended(at: world.now - .seconds(100), chosenID: "mine")
            let young = try await world.ended(at: world.now - .seconds(10))

            let steps = try await world.dropHistory(before: world.now - .seconds(50), limit: 100)

            try expectEqual(steps.map(\.events), [1])
            try expectEqual(steps.map(\.deliveries), [1])
            try expect(try await world.store.event(old.event, in: world.live.id) == nil, "The event is there.")
            try expect(try await world.store.delivery(old.id, in: world.live.id) == nil, "The delivery is there.")
            try expectEqual(try await world.store.attempts(of: old.id), [])
            try expectEqual(try await world.stored(young), young)
            try await world.accept(world.event(chosenID: "mine"))
        },
        StoreConformance("history that waits, or ended of late, stays with its event") { world in
            let event = world.event(at: world.now - .seconds(100))
            let waiting = world.delivery(of: event, at: world.now - .seconds(100))
            let ended = world.delivery(of: event, at: world.now - .seconds(100))
            let recent = world.delivery(of: event, cause: .replay, at: world.now - .seconds(100))
            try await world.accept(event, [waiting, ended, recent])
            _ = try await world.store.move(ended, to: .succeeded(at: world.now - .seconds(90)))
            _ = try await world.store.move(recent, to: .succeeded(at: world.now - .seconds(5)))

            let steps = try await world.dropHistory(before: world.now - .seconds(50), limit: 100)

            try expectEqual(steps.map(\.deliveries), [1])
            try expectEqual(steps.map(\.events), [0])
            try expectEqual(try await world.store.event(event.id, in: world.live.id), event)
            let left = try await world.store.deliveries(of: event.id, in: world.live.id, limit: 10)
            try expectEqual(Set(left.map(\.id)), [waiting.id, recent.id])
        },
        StoreConformance("no step of history drops more than its limit, one event's many deliveries included") {
            world in
            let event = world.event(at: world.now - .seconds(100))
            let deliveries = (0..<7).map { _ in world.delivery(of: event, at: world.now - .seconds(100)) }
            try await world.accept(event, deliveries)
            for delivery in deliveries {
                _ = try await world.store.move(delivery, to: .succeeded(at: world.now - .seconds(90)))
            }
            _ = try await world.ended(at: world.now - .seconds(80))

            let steps = try await world.dropHistory(before: world.now, limit: 3)

            for step in steps { try expect(step.events + step.deliveries <= 3 + 1, "\(step) is too large.") }
            try expectEqual(steps.reduce(0) { $0 + $1.deliveries }, 8)
            try expectEqual(steps.reduce(0) { $0 + $1.events }, 2)
            try expectEqual(try await world.store.events(EventQuery(environment: world.live.id, limit: 10)).items, [])
        },
        StoreConformance("hourly sums go by their hour, at most so many at once") { world in
            let hours = (0..<5).map { world.now - .seconds(Int64($0) * 3600) }
            try await world.store.add(
                hours.map {
                    EndpointHour(
                        environment: world.live.id, endpoint: world.endpoint.id, hour: $0, succeeded: 1)
                })

            var dropped: [Int] = []
            for _ in 0..<4 {
                dropped.append(try await world.store.dropHours(before: world.now - .seconds(3600), limit: 2))
            }

            // Three of the endpoint, and as many of its environment.
            try expectEqual(dropped, [2, 2, 2, 0])
            let left = try await world.store.hours(of: world.endpoint.id, since: Timestamp(milliseconds: 0))
            try expectEqual(left.map(\.hour), [hours[1].startOfHour, hours[0].startOfHour])
            let whole = try await world.store.hours(in: world.live.id, since: Timestamp(milliseconds: 0))
            try expectEqual(whole.map(\.hour), [hours[1].startOfHour, hours[0].startOfHour])
        },
    ]

    static let erasure: [StoreConformance] = [
        StoreConformance("an erased application leaves nothing but what is others'") { world in
            let own = world.event(application: world.application.id)
            let all = world.event()
            let others = world.event(application: world.otherApplication.id)
            let ended = world.delivery(of: own)
            let waiting = world.delivery(of: all)
            let foreign = world.delivery(of: all, to: world.otherEndpoint)
            try await world.accept(own, [ended])
            try await world.accept(all, [waiting, foreign])
            try await world.accept(others)
            _ = try await world.settle(
                world.settlement(of: ended, attempt: world.attempt(of: ended), state: .succeeded(at: world.now)))
            try await world.store.add([
                EndpointHour(environment: world.live.id, endpoint: world.endpoint.id, hour: world.now, succeeded: 1)
            ])
            let jobs = (0..<3).map { _ in world.job(.replay(ReplaySelection())) }
            let otherJob = world.job(.replay(ReplaySelection()), application: world.otherApplication.id)
            let sharedJob = world.job(.replay(ReplaySelection()), application: .some(nil))
            for job in jobs + [otherJob, sharedJob] { try await world.store.createJob(job) }
            try await world.store.apply([
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])
            let begun = try await world.store.erasures(limit: 5)

            let early = try await world.erase(world.application, settled: nil)
            let unfinished = try await world.store.erasure(of: world.application.id, in: world.live.id)
            let late = try await world.erase(world.application, settled: world.now + .seconds(90))

            try expectEqual(begun.map(\.application), [world.application.id])
            try expectEqual(early, [world.endpoint.id: 1])
            try expectEqual(unfinished?.finishedAt, nil)
            try expectEqual(late, [:])
            try expectEqual(
                try await world.store.erasure(of: world.application.id, in: world.live.id),
                Erasure(
                    environment: world.live.id, application: world.application.id, requestedAt: world.now,
                    finishedAt: world.now + .seconds(90), events: 1, deliveries: 2))
            try expectEqual(try await world.store.erasures(limit: 5), [])
            try expect(try await world.store.event(own.id, in: world.live.id) == nil, "Its event is there.")
            for delivery in [ended, waiting] {
                try expect(
                    try await world.store.delivery(delivery.id, in: world.live.id) == nil, "Its delivery is there.")
                try expectEqual(try await world.store.attempts(of: delivery.id), [])
            }
            try expectEqual(try await world.store.hours(of: world.endpoint.id, since: world.now), [])
            try expectEqual(try await world.store.event(all.id, in: world.live.id), all)
            try expectEqual(try await world.store.event(others.id, in: world.live.id), others)
            try expectEqual(try await world.stored(foreign), foreign)
            try expectEqual(try await world.store.runningJobs(), [otherJob, sharedJob])
        },
        StoreConformance("an outcome that comes after its delivery was erased leaves nothing") { world in
            let event = world.event(application: world.application.id)
            let delivery = world.delivery(of: event)
            try await world.accept(event, [delivery])
            try await world.store.apply([
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])
            _ = try await world.erase(world.application, settled: nil)

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: world.attempt(of: delivery), state: .succeeded(at: world.now)))

            try expectEqual(moved, [false])
            try expect(try await world.store.delivery(delivery.id, in: world.live.id) == nil, "It is back.")
            try expectEqual(try await world.store.attempts(of: delivery.id), [])
        },
        StoreConformance("what came while an erasure went on is found by the last look") { world in
            let first = world.event(application: world.application.id)
            let second = world.event(application: world.application.id)
            try await world.accept(second)
            try await world.store.apply([
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])
            _ = try await world.erase(world.application, settled: nil)
            // Its id is less than one that was looked at already: its publisher was slow to commit.
            try await world.accept(first, [world.delivery(of: first)])

            _ = try await world.erase(world.application, settled: world.now + .seconds(90))

            try expect(try await world.store.event(first.id, in: world.live.id) == nil, "It was overlooked.")
            try expectEqual(try await world.store.erasure(of: world.application.id, in: world.live.id)?.events, 2)
        },
        StoreConformance("an application that was deleted before can be erased, another's environment's cannot") {
            world in
            try await world.store.apply([
                .deleteApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])
            let known = try await world.store.hasApplication(world.application.id, in: world.live.id)
            let foreign = try await world.store.hasApplication(world.application.id, in: world.sandbox.id)

            try await world.store.apply([
                .eraseApplication(environment: world.sandbox.id, id: world.application.id, at: world.now)
            ])
            let before = try await world.store.erasures(limit: 5)
            try await world.store.apply([
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now),
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now + .seconds(5)),
            ])

            try expectEqual([known, foreign], [true, false])
            try expectEqual(before, [])
            try expectEqual(
                try await world.store.erasure(of: world.application.id, in: world.live.id)?.requestedAt, world.now)
            try expectEqual(try await world.store.erasure(of: world.application.id, in: world.sandbox.id), nil)
        },
    ]
}

extension ConformanceWorld {
    /// A delivery of an event, both of that instant, that succeeded then with one attempt.
    fileprivate func ended(at instant: Timestamp, chosenID: String? = nil) async throws -> Delivery {
        let event = event(chosenID: chosenID, at: instant)
        let delivery = delivery(of: event, due: instant, at: instant)
        try await accept(event, [delivery])
        _ = try await settle(
            settlement(of: delivery, attempt: attempt(of: delivery), state: .succeeded(at: instant)))
        return try await stored(delivery)
    }

    /// How many payloads each step dropped.
    fileprivate func dropPayloads(before instant: Timestamp, limit: Int) async throws -> [Int] {
        var sums: [Int] = []
        while true {
            let step = try await store.dropPayloads(in: live.id, before: instant, limit: limit)
            guard step.next != nil else { return sums }
            sums.append(step.events)
        }
    }

    fileprivate func dropHistory(before instant: Timestamp, limit: Int) async throws -> [RetentionStep] {
        var steps: [RetentionStep] = []
        var cursor: EventID?
        repeat {
            let step = try await store.dropHistory(in: live.id, before: instant, after: cursor, limit: limit)
            cursor = step.next
            if step.next != nil { steps.append(step) }
        } while cursor != nil
        return steps
    }

    /// Erases until there is nothing left to do, and tells what had been waiting.
    fileprivate func erase(_ application: Application, settled: Timestamp?) async throws -> [EndpointID: Int] {
        var ended: [EndpointID: Int] = [:]
        while true {
            let step = try await store.erase(application.id, in: application.environment, limit: 2, settled: settled)
            ended.merge(step.ended, uniquingKeysWith: +)
            let isFinished = try await store.erasure(of: application.id, in: application.environment)?.finishedAt != nil
            if isFinished || step.isOver && settled == nil { return ended }
        }
    }
}
