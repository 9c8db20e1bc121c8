import MartletCore
import MartletStore

extension ConformanceWorld {
    fileprivate func untold(limit: Int = 10) async throws -> [OperationalEventID] {
        try await store.untoldOperationalEvents(limit: limit).map(\.id)
    }
}

extension StoreConformance {
    /// Who is told of operational events.
    static let telling: [StoreConformance] = [
        StoreConformance("an operational event waits to be told of until it is marked, the oldest first") { world in
            let events = [
                world.operational(), world.operational(world.sandboxEndpoint), world.operational(world.otherEndpoint),
            ]
            try await world.store.record([events[2]])
            try await world.store.record([events[0], events[1]])

            let before = try await world.store.untoldOperationalEvents(limit: 10)
            let first = try await world.untold(limit: 2)
            try await world.store.markTold([events[0], events[2]])
            let left = try await world.untold()
            try await world.store.markTold(events)
            let none = try await world.untold()

            try expectEqual(before, events)
            try expectEqual(first, events.prefix(2).map(\.id))
            try expectEqual(left, [events[1].id])
            try expectEqual(none, [])
            try expectEqual(try await world.untold(limit: 0), [])
        },
        StoreConformance("an operational event that is recorded again is not told of again") { world in
            let event = world.operational()
            try await world.store.record([event])
            try await world.store.markTold([event])

            try await world.store.record([event])
            try await world.store.markTold([])

            try expectEqual(try await world.untold(), [])
        },
        StoreConformance("what is forgotten is told to nobody") { world in
            let event = world.operational(at: world.now - .seconds(9))
            try await world.store.record([event])

            _ = try await world.store.forgetOperationalEvents(createdBefore: world.now, limit: 10)
            try await world.store.markTold([event])

            try expectEqual(try await world.untold(), [])
        },
        StoreConformance("operational events are listed by kind, and from an instant on") { world in
            let old = world.operational(at: world.now - .seconds(60))
            let disabled = world.operational(nil, .endpointDisabled)
            let new = world.operational()
            try await world.store.record([old, disabled, new])
            var query = OperationalEventQuery(environment: world.live.id, limit: 10)

            query.kind = .endpointFailing
            let ofKind = try await world.store.operationalEvents(query).items.map(\.id)
            query.since = world.now - .seconds(5)
            let recent = try await world.store.operationalEvents(query).items.map(\.id)
            query.kind = nil
            let all = try await world.store.operationalEvents(query).items.map(\.id)
            query.endpoint = world.endpoint.id
            query.kind = .endpointDisabled
            let ofEndpoint = try await world.store.operationalEvents(query).items.map(\.id)

            try expectEqual(ofKind, [new.id, old.id])
            try expectEqual(recent, [new.id])
            try expectEqual(all, [new.id, disabled.id])
            try expectEqual(ofEndpoint, [disabled.id])
        },
        StoreConformance("a delivery that fails for good is reported with its last attempt, and only then") { world in
            let delivery = try await world.acceptDelivery()
            let other = try await world.acceptDelivery()
            let report = world.operational(nil, .deliveryFailed)
            let late = world.operational(nil, .deliveryFailed)
            func settlement(_ delivery: Delivery, _ number: Int, _ report: OperationalEvent) -> Settlement {
                var settlement = world.settlement(
                    of: delivery, attempt: world.attempt(of: delivery, number: number),
                    state: .failed(at: world.now, reason: .exhausted))
                settlement.report = report
                return settlement
            }
            _ = try await world.store.move(other, to: .cancelled(at: world.now, reason: .requested))

            let first = try await world.settle(settlement(delivery, 1, report), settlement(other, 1, late))
            let again = try await world.settle(settlement(delivery, 1, late))

            try expectEqual(first, [true, false])
            try expectEqual(again, [false])
            try expectEqual(try await world.store.untoldOperationalEvents(limit: 10), [report])
        },
    ]

    /// What environments' hours add up to.
    static let environmentHours: [StoreConformance] = [
        StoreConformance("an environment's hours are the sums of its endpoints'") { world in
            let hour = world.now.startOfHour
            func sum(_ endpoint: Endpoint, _ hour: Timestamp, _ succeeded: Int, _ failed: Int) -> EndpointHour {
                var latency = LatencyHistogram()
                latency.record(1000)
                return EndpointHour(
                    environment: endpoint.environment, endpoint: endpoint.id, hour: hour, succeeded: succeeded,
                    failed: failed, latency: latency)
            }
            let earlier = hour - .seconds(3600)

            try await world.store.add([
                sum(world.endpoint, hour, 1, 2), sum(world.otherEndpoint, hour, 3, 4),
                sum(world.sandboxEndpoint, hour, 50, 0), sum(world.endpoint, earlier, 7, 0),
            ])
            try await world.store.add([sum(world.endpoint, hour + .seconds(5), 10, 0)])

            let found = try await world.store.hours(in: world.live.id, since: hour)
            try expectEqual(found.map(\.hour), [hour])
            try expectEqual(found.map(\.succeeded), [14])
            try expectEqual(found.map(\.failed), [6])
            try expectEqual(found.map(\.mostWaiting), [nil])
            try expectEqual(found.map { $0.latency.counts.reduce(0, +) }, [3])
            try expectEqual(
                try await world.store.hours(in: world.live.id, since: earlier + .seconds(60)).map(\.succeeded), [7, 14])
            try expectEqual(
                try await world.store.hours(in: world.sandbox.id, since: earlier).map(\.succeeded), [50])
        },
        StoreConformance("the most that waited in an hour is kept beside its sums") { world in
            let hour = world.now.startOfHour
            func note(_ count: Int, at instant: Timestamp) async throws {
                try await world.store.note([
                    EnvironmentWaiting(environment: world.live.id, hour: instant, count: count)
                ])
            }
            try await note(5, at: hour + .seconds(1))
            try await world.store.add([
                EndpointHour(environment: world.live.id, endpoint: world.endpoint.id, hour: hour, succeeded: 1)
            ])

            try await note(9, at: hour)
            try await note(2, at: hour)
            try await world.store.note([])

            let found = try await world.store.hours(in: world.live.id, since: hour)
            try expectEqual(found.map(\.mostWaiting), [9])
            try expectEqual(found.map(\.succeeded), [1])
            try await world.expectConflict("An environment that is not there.") {
                try await world.store.note([
                    EnvironmentWaiting(environment: world.id(), hour: hour, count: 1)
                ])
            }
        },
        StoreConformance("what waits is known by environment, and when the earliest is due, whoever delivers it") {
            world in
            _ = try await world.acceptDelivery(due: world.now + .seconds(5))
            _ = try await world.acceptDelivery(due: world.now + .seconds(2))
            _ = try await world.acceptDelivery(to: world.otherEndpoint, due: world.now)
            _ = try await world.acceptDelivery(to: world.sandboxEndpoint, due: world.now)

            let waiting = try await world.store.waiting()
            let earliest = try await world.store.earliestDueAnywhere()

            try expectEqual(waiting, [world.live.id: 3, world.sandbox.id: 1])
            try expectEqual(
                earliest,
                [
                    world.endpoint.id: world.now + .seconds(2), world.otherEndpoint.id: world.now,
                    world.sandboxEndpoint.id: world.now,
                ])
        },
    ]
}
