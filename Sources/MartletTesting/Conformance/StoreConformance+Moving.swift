import MartletCore
import MartletStore

extension StoreConformance {
    static let moving: [StoreConformance] = [
        StoreConformance("a delivery moves where it still stands where it was seen") { world in
            let delivery = try await world.acceptDelivery()
            let cancelled = DeliveryState.cancelled(at: world.now, reason: .requested)

            let moved = try await world.store.move(delivery, to: cancelled)

            var wanted = delivery
            wanted.state = cancelled
            try expectEqual(moved, true)
            try expectEqual(try await world.stored(delivery), wanted)
            try expectEqual(try await world.store.backlog(of: delivery.endpoint), 0)
        },
        StoreConformance("a failed delivery can be scheduled again, its attempts kept") { world in
            let delivery = try await world.acceptDelivery()
            _ = try await world.settle(
                world.settlement(
                    of: delivery, attempt: world.attempt(of: delivery),
                    state: .failed(at: world.now, reason: .exhausted)))
            let failed = try await world.stored(delivery)

            let moved = try await world.store.move(failed, to: .scheduled(due: world.now + .seconds(1)))

            var wanted = failed
            wanted.state = .scheduled(due: world.now + .seconds(1))
            try expectEqual(moved, true)
            try expectEqual(try await world.stored(delivery), wanted)
            try expectEqual(try await world.store.earliestDue(), [delivery.endpoint: world.now + .seconds(1)])
        },
        StoreConformance("a delivery seen as held or in flight moves as the scheduled one it is") { world in
            let first = try await world.acceptDelivery()
            let second = try await world.acceptDelivery()
            var held = first
            held.state = .held(due: world.now)
            var inFlight = second
            inFlight.state = .inFlight(since: world.now)

            let moved = [
                try await world.store.move(held, to: .cancelled(at: world.now, reason: .requested)),
                try await world.store.move(inFlight, to: .held(due: world.now + .seconds(7))),
            ]

            try expectEqual(moved, [true, true])
            try expectEqual(try await world.stored(first).state, .cancelled(at: world.now, reason: .requested))
            try expectEqual(try await world.stored(second).state, .scheduled(due: world.now + .seconds(7)))
        },
        StoreConformance("a delivery that was moved meanwhile stays where it is") { world in
            let delivery = try await world.acceptDelivery()
            _ = try await world.settle(
                world.settlement(
                    of: delivery, attempt: world.attempt(of: delivery), state: .scheduled(due: world.now + .seconds(9)))
            )
            let attempted = try await world.stored(delivery)
            var failed = attempted
            failed.state = .failed(at: world.now, reason: .gone)

            let withOldCount = try await world.store.move(delivery, to: .cancelled(at: world.now, reason: .requested))
            let withOtherState = try await world.store.move(failed, to: .scheduled(due: world.now))

            try expectEqual(withOldCount, false)
            try expectEqual(withOtherState, false)
            try expectEqual(try await world.stored(delivery), attempted)
        },
        StoreConformance("a delivery that is not there, or in another environment, does not move") { world in
            let unknown = world.delivery(of: world.event())
            let foreign = try await world.acceptDelivery(to: world.sandboxEndpoint)
            let disguised = Delivery(
                id: foreign.id, environment: world.live.id, event: foreign.event, endpoint: foreign.endpoint,
                application: foreign.application, cause: foreign.cause, createdAt: foreign.createdAt,
                state: foreign.state)
            let cancelled = DeliveryState.cancelled(at: world.now, reason: .requested)

            let moved = [
                try await world.store.move(unknown, to: cancelled),
                try await world.store.move(disguised, to: cancelled),
            ]

            try expectEqual(moved, [false, false])
            try expectEqual(try await world.stored(foreign), foreign)
        },
        StoreConformance("an endpoint's scheduled deliveries are cancelled in steps") { world in
            var waiting: [Delivery] = []
            for offset in 0..<5 {
                waiting.append(try await world.acceptDelivery(due: world.now + .seconds(Int64(offset))))
            }
            let done = try await world.acceptDelivery()
            _ = try await world.settle(
                world.settlement(of: done, attempt: world.attempt(of: done), state: .succeeded(at: world.now)))
            let other = try await world.acceptDelivery(to: world.otherEndpoint)
            try await world.store.apply([
                .deleteEndpoint(environment: world.live.id, id: world.endpoint.id, at: world.now)
            ])
            let later = world.now + .seconds(100)

            var counts: [Int] = []
            for _ in 0..<4 {
                counts.append(try await world.store.cancelDeliveries(of: world.endpoint.id, at: later, limit: 2))
            }

            try expectEqual(counts, [2, 2, 1, 0])
            for delivery in waiting {
                try expectEqual(
                    try await world.stored(delivery).state, .cancelled(at: later, reason: .endpointDeleted))
            }
            try expectEqual(try await world.stored(done).state, .succeeded(at: world.now))
            try expectEqual(try await world.stored(other), other)
            try expectEqual(try await world.store.cancelDeliveries(of: world.id(), at: later, limit: 2), 0)
        },
    ]
}
