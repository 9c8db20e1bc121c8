import MartletCore
import MartletStore

extension StoreConformance {
    static let dueTimes: [StoreConformance] = [
        StoreConformance("what is due comes with its event, the earliest first, then by id") { world in
            let event = world.event(chosenID: "a", body: #"{"data":"ü"}"#)
            let late = world.delivery(of: event, due: world.now - .seconds(1))
            let early = world.delivery(of: event, due: world.now - .seconds(9))
            let tied = world.delivery(of: event, due: world.now - .seconds(9))
            try await world.accept(event, [tied, late, early])

            let found = try await world.store.due(world.endpoint.id, by: world.now, limit: 10)

            try expectEqual(found.deliveries.map(\.delivery), [early, tied, late])
            try expectEqual(found.deliveries.map(\.event), [event, event, event])
            try expectEqual(found.nextDue, nil)
        },
        StoreConformance("a look for due deliveries tells when the first one left out is due") { world in
            let event = world.event()
            let dues: [Int64] = [-30, -20, -10, 0, 10, 20]
            let deliveries = dues.map { world.delivery(of: event, due: world.now + .seconds($0)) }
            try await world.accept(event, deliveries)

            let one = try await world.store.due(world.endpoint.id, by: world.now, limit: 1)
            let exact = try await world.store.due(world.endpoint.id, by: world.now, limit: 4)
            let all = try await world.store.due(world.endpoint.id, by: world.now, limit: 100)
            let none = try await world.store.due(world.endpoint.id, by: world.now - .seconds(31), limit: 100)
            let noRoom = try await world.store.due(world.endpoint.id, by: world.now, limit: 0)
            let everything = try await world.store.due(world.endpoint.id, by: world.now + .seconds(20), limit: 100)

            try expectEqual(one.deliveries.map(\.delivery), Array(deliveries[..<1]))
            try expectEqual(one.nextDue, world.now - .seconds(20))
            try expectEqual(exact.deliveries.map(\.delivery), Array(deliveries[..<4]))
            try expectEqual(exact.nextDue, world.now + .seconds(10))
            try expectEqual(all.deliveries.map(\.delivery), Array(deliveries[..<4]))
            try expectEqual(all.nextDue, world.now + .seconds(10))
            try expect(none.deliveries.isEmpty, "Nothing is due before the first one.")
            try expectEqual(none.nextDue, world.now - .seconds(30))
            try expect(noRoom.deliveries.isEmpty, "A limit of 0 gives none.")
            try expectEqual(noRoom.nextDue, world.now - .seconds(30))
            try expectEqual(everything.deliveries.count, 6)
            try expectEqual(everything.nextDue, nil)
        },
        StoreConformance("a look for due deliveries passes over those that are known") { world in
            let event = world.event()
            let deliveries = (0..<5).map { world.delivery(of: event, due: world.now + .seconds($0 - 4)) }
            try await world.accept(event, deliveries)
            let known = Set(deliveries[..<2].map(\.id) + [world.id()])

            let next = try await world.store.due(
                world.endpoint.id, by: world.now, besides: known, limit: 2, bytes: .max)
            let none = try await world.store.due(
                world.endpoint.id, by: world.now, besides: Set(deliveries.map(\.id)), limit: 2, bytes: .max)

            try expectEqual(next.deliveries.map(\.delivery), Array(deliveries[2..<4]))
            try expectEqual(next.nextDue, world.now)
            try expect(none.deliveries.isEmpty && none.nextDue == nil, "What is known is not waited for.")
        },
        StoreConformance("a look for due deliveries ends with the body that fills its bytes") { world in
            let events = (1...4).map {
                world.event(body: #"{"data":""# + String(repeating: "x", count: $0 * 1000) + "\"}")
            }
            var deliveries: [Delivery] = []
            for (index, event) in events.enumerated() {
                let delivery = world.delivery(of: event, due: world.now + .seconds(Int64(index) - 9))
                try await world.accept(event, [delivery])
                deliveries.append(delivery)
            }
            let two = events[..<2].reduce(0) { $0 + $1.body.bytes.count }
            func found(_ bytes: Int, besides known: Set<DeliveryID> = []) async throws -> DueDeliveries {
                try await world.store.due(world.endpoint.id, by: world.now, besides: known, limit: 10, bytes: bytes)
            }

            let one = try await found(1)
            let exact = try await found(two)
            let more = try await found(two + 1)
            let known = try await found(1, besides: Set(deliveries[..<2].map(\.id)))

            try expectEqual(one.deliveries.map(\.event), Array(events[..<1]))
            try expectEqual(one.nextDue, world.now - .seconds(8))
            try expectEqual(exact.deliveries.map(\.event), Array(events[..<2]))
            try expectEqual(exact.nextDue, world.now - .seconds(7))
            try expectEqual(more.deliveries.map(\.event), Array(events[..<3]))
            try expectEqual(known.deliveries.map(\.event), [events[2]])
            try expectEqual(known.nextDue, world.now - .seconds(6))
        },
        StoreConformance("only an endpoint's own scheduled deliveries are due") { world in
            let event = world.event()
            let scheduled = world.delivery(of: event)
            let others: [DeliveryState] = [
                .succeeded(at: world.now), .failed(at: world.now, reason: .gone),
                .cancelled(at: world.now, reason: .requested),
            ]
            try await world.accept(
                event,
                [scheduled, world.delivery(of: event, to: world.otherEndpoint)]
                    + others.map { world.delivery(of: event, state: $0) })

            let found = try await world.store.due(world.endpoint.id, by: world.now, limit: 10)
            let unknown = try await world.store.due(world.id(), by: world.now, limit: 10)

            try expectEqual(found.deliveries.map(\.delivery), [scheduled])
            try expectEqual(found.nextDue, nil)
            try expect(unknown.deliveries.isEmpty && unknown.nextDue == nil, "An unknown endpoint has nothing due.")
        },
        StoreConformance("a delivery that was rescheduled is due at its new time") { world in
            let delivery = try await world.acceptDelivery()
            _ = try await world.settle(
                world.settlement(
                    of: delivery, attempt: world.attempt(of: delivery), state: .scheduled(due: world.now + .seconds(5)))
            )

            let now = try await world.store.due(world.endpoint.id, by: world.now, limit: 10)
            let later = try await world.store.due(world.endpoint.id, by: world.now + .seconds(5), limit: 10)

            try expect(now.deliveries.isEmpty, "It is not due any more.")
            try expectEqual(now.nextDue, world.now + .seconds(5))
            try expectEqual(later.deliveries.map(\.delivery), [try await world.stored(delivery)])
        },
        StoreConformance("every endpoint that waits is told with its earliest due time, deleted ones too") { world in
            _ = try await world.acceptDelivery(due: world.now + .seconds(5))
            _ = try await world.acceptDelivery(due: world.now + .seconds(2))
            _ = try await world.acceptDelivery(to: world.otherEndpoint, due: world.now + .seconds(8))
            _ = try await world.acceptDelivery(to: world.sandboxEndpoint, due: world.now - .seconds(1))
            let idle = try await world.addEndpoint()
            let done = try await world.acceptDelivery(to: idle)
            _ = try await world.settle(
                world.settlement(of: done, attempt: world.attempt(of: done), state: .succeeded(at: world.now)))
            try await world.store.apply([
                .deleteEndpoint(environment: world.live.id, id: world.otherEndpoint.id, at: world.now)
            ])

            let earliest = try await world.store.earliestDue()
            let ofDeleted = try await world.store.due(world.otherEndpoint.id, by: world.now + .seconds(8), limit: 5)

            try expectEqual(
                earliest,
                [
                    world.endpoint.id: world.now + .seconds(2), world.otherEndpoint.id: world.now + .seconds(8),
                    world.sandboxEndpoint.id: world.now - .seconds(1),
                ])
            try expectEqual(ofDeleted.deliveries.count, 1)
        },
        StoreConformance("the backlog counts what is scheduled, by endpoint and all in all") { world in
            try expectEqual(try await world.store.backlog(), Backlog(count: 0, earliestDue: nil))
            for offset in 0..<3 {
                _ = try await world.acceptDelivery(due: world.now + .seconds(Int64(offset)))
            }
            let other = try await world.acceptDelivery(to: world.sandboxEndpoint, due: world.now - .seconds(7))
            let before = try await world.store.backlog()
            let byEndpoint = try await world.store.backlogs()
            _ = try await world.store.move(other, to: .cancelled(at: world.now, reason: .requested))

            let after = try await world.store.backlog()

            try expectEqual(before, Backlog(count: 4, earliestDue: world.now - .seconds(7)))
            try expectEqual(after, Backlog(count: 3, earliestDue: world.now))
            try expectEqual(
                Set(byEndpoint),
                [
                    EndpointBacklog(endpoint: world.endpoint.id, application: world.application.id, count: 3),
                    EndpointBacklog(
                        endpoint: world.sandboxEndpoint.id, application: world.sandboxApplication.id, count: 1),
                ])
            try expectEqual(
                try await world.store.backlogs(),
                [EndpointBacklog(endpoint: world.endpoint.id, application: world.application.id, count: 3)])
            try expectEqual(try await world.store.backlog(of: world.endpoint.id), 3)
            try expectEqual(try await world.store.backlog(of: world.sandboxEndpoint.id), 0)
            try expectEqual(try await world.store.backlog(of: world.id()), 0)
        },
    ]
}
