import MartletCore
import MartletStore

extension StoreConformance {
    static let settling: [StoreConformance] = [
        StoreConformance("a settlement moves its delivery and records its attempt") { world in
            let delivery = try await world.acceptDelivery()
            let attempt = world.attempt(of: delivery, body: Array("OK".utf8))

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: attempt, state: .succeeded(at: world.now + .seconds(1))))

            var wanted = delivery
            wanted.state = .succeeded(at: world.now + .seconds(1))
            wanted.attemptCount = 1
            wanted.firstAttemptAt = world.now
            try expectEqual(moved, [true])
            try expectEqual(try await world.stored(delivery), wanted)
            try expectEqual(try await world.store.attempts(of: delivery.id), [attempt])
            try expectEqual(try await world.store.backlog(of: delivery.endpoint), 0)
        },
        StoreConformance("each of many settlements moves its own delivery and records its own attempt") { world in
            let event = world.event()
            let deliveries = (0..<37).map { _ in world.delivery(of: event) }
            // Every seventh is of a delivery that there is not, or that has been over for long.
            try await world.accept(
                event,
                deliveries.enumerated().filter { $0.offset % 7 != 3 }.map { index, delivery in
                    var delivery = delivery
                    if index % 7 == 5 { delivery.state = .cancelled(at: world.now, reason: .requested) }
                    return delivery
                })
            let settlements = deliveries.enumerated().map { index, delivery in
                let attempt =
                    index % 2 == 0
                    ? world.attempt(of: delivery, body: Array(repeating: UInt8(index), count: 500 * index))
                    : world.attempt(of: delivery, result: .failure(AttemptFailure(.timeout, "Late by \(index).")))
                return world.settlement(of: delivery, attempt: attempt, state: .succeeded(at: world.now))
            }

            let result = try await world.store.commit(CommitBatch(settlements: settlements))

            try expectEqual(result.settled, deliveries.indices.map { $0 % 7 != 3 && $0 % 7 != 5 })
            for (index, settlement) in settlements.enumerated() {
                try expectEqual(
                    try await world.store.attempts(of: settlement.attempt.delivery),
                    index % 7 == 3 ? [] : [settlement.attempt])
            }
        },
        StoreConformance("a delivery is settled attempt by attempt until it is over") { world in
            let delivery = try await world.acceptDelivery()
            let attempts = (1...3).map { world.attempt(of: delivery, number: $0) }
            let states: [DeliveryState] = [
                .scheduled(due: world.now + .seconds(5)), .scheduled(due: world.now + .seconds(300)),
                .failed(at: world.now, reason: .exhausted),
            ]

            for (attempt, state) in zip(attempts, states) {
                try expectEqual(
                    try await world.settle(world.settlement(of: delivery, attempt: attempt, state: state)), [true])
                let stored = try await world.stored(delivery)
                try expectEqual(stored.state, state)
                try expectEqual(stored.attemptCount, attempt.number)
                try expectEqual(stored.firstAttemptAt, world.now)
            }

            try expectEqual(try await world.store.attempts(of: delivery.id), attempts)
        },
        StoreConformance("a late settlement moves nothing and writes over nothing") { world in
            let delivery = try await world.acceptDelivery()
            let first = world.attempt(of: delivery)
            let late = world.attempt(of: delivery, result: .failure(AttemptFailure(.timeout, "Too late.")))
            _ = try await world.settle(
                world.settlement(of: delivery, attempt: first, state: .scheduled(due: world.now + .seconds(5))))
            let before = try await world.stored(delivery)

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: late, state: .failed(at: world.now, reason: .exhausted)))

            try expectEqual(moved, [false])
            try expectEqual(try await world.stored(delivery), before)
            try expectEqual(try await world.store.attempts(of: delivery.id), [first])
        },
        StoreConformance("the attempt of a delivery cancelled meanwhile is recorded and counted") { world in
            let delivery = try await world.acceptDelivery()
            let cancelled = DeliveryState.cancelled(at: world.now, reason: .requested)
            _ = try await world.store.move(delivery, to: cancelled)
            let attempt = world.attempt(of: delivery)

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: attempt, state: .succeeded(at: world.now)))

            let stored = try await world.stored(delivery)
            try expectEqual(moved, [false])
            try expectEqual(stored.state, cancelled)
            try expectEqual(stored.attemptCount, 1)
            try expectEqual(stored.firstAttemptAt, world.now)
            try expectEqual(try await world.store.attempts(of: delivery.id), [attempt])
        },
        StoreConformance("the attempt of a delivery retried by hand meanwhile settles it") { world in
            let delivery = try await world.acceptDelivery(due: world.now + .seconds(5))
            _ = try await world.store.move(delivery, to: .scheduled(due: world.now))

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: world.attempt(of: delivery), state: .succeeded(at: world.now)))

            try expectEqual(moved, [true])
            try expectEqual(try await world.stored(delivery).state, .succeeded(at: world.now))
        },
        StoreConformance("an attempt that skips a number moves nothing") { world in
            let delivery = try await world.acceptDelivery()
            let attempt = world.attempt(of: delivery, number: 2)

            let moved = try await world.settle(
                world.settlement(of: delivery, attempt: attempt, state: .succeeded(at: world.now)))

            try expectEqual(moved, [false])
            try expectEqual(try await world.stored(delivery).state, delivery.state)
            try expectEqual(try await world.store.attempts(of: delivery.id), [attempt])
        },
        StoreConformance("a delivery settled twice in one batch is settled once") { world in
            let delivery = try await world.acceptDelivery()
            let first = world.settlement(
                of: delivery, attempt: world.attempt(of: delivery), state: .succeeded(at: world.now))
            let second = world.settlement(
                of: delivery, attempt: world.attempt(of: delivery), state: .failed(at: world.now, reason: .gone))

            let moved = try await world.settle(first, second)

            try expectEqual(moved, [true, false])
            try expectEqual(try await world.stored(delivery).state, .succeeded(at: world.now))
            try expectEqual(try await world.store.attempts(of: delivery.id), [first.attempt])
        },
        StoreConformance("a settlement may come in the batch that accepts its delivery") { world in
            let event = world.event()
            let delivery = world.delivery(of: event, cause: .test)
            let earlier = try await world.acceptDelivery()

            let result = try await world.store.commit(
                CommitBatch(
                    acceptances: [Acceptance(entries: [.init(event: event, deliveries: [delivery])])],
                    settlements: [
                        world.settlement(
                            of: delivery, attempt: world.attempt(of: delivery), state: .succeeded(at: world.now)),
                        world.settlement(
                            of: earlier, attempt: world.attempt(of: earlier), state: .succeeded(at: world.now)),
                    ]))

            try expectEqual(result.acceptances.count, 1)
            try expectEqual(result.settled, [true, true])
            try expectEqual(try await world.stored(delivery).state, .succeeded(at: world.now))
            try expectEqual(try await world.stored(earlier).state, .succeeded(at: world.now))
        },
        StoreConformance("a settlement of nothing is told and leaves its neighbours alone") { world in
            let delivery = try await world.acceptDelivery()
            let unknown = world.delivery(of: world.event())
            let foreign = try await world.acceptDelivery(to: world.sandboxEndpoint)
            var disguised = world.settlement(
                of: foreign, attempt: world.attempt(of: foreign), state: .succeeded(at: world.now))
            disguised.environment = world.live.id

            let moved = try await world.settle(
                world.settlement(of: unknown, attempt: world.attempt(of: unknown), state: .succeeded(at: world.now)),
                disguised,
                world.settlement(of: delivery, attempt: world.attempt(of: delivery), state: .succeeded(at: world.now)))

            try expectEqual(moved, [false, false, true])
            try expectEqual(try await world.store.attempts(of: unknown.id), [])
            try expectEqual(try await world.stored(foreign), foreign)
            try expectEqual(try await world.store.attempts(of: foreign.id), [])
        },
        StoreConformance("an attempt comes back as it went in, whatever the receiver sent") { world in
            let delivery = try await world.acceptDelivery()
            let everyByte = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
            let headers = [
                HeaderField(name: "Set-Cookie", value: "a=1"), HeaderField(name: "Set-Cookie", value: "b=2"),
                HeaderField(name: "x-empty", value: ""), HeaderField(name: "", value: "é ✓ \u{0} \u{1F426}"),
                HeaderField(name: "x-long", value: String(repeating: "v", count: 20_000)),
            ]
            var attempts = [
                Attempt(
                    id: world.id(), delivery: delivery.id, number: 1, startedAt: world.now,
                    request: AttemptRequest(url: "https://example.com/ü?q=\u{0}", headers: headers),
                    outcome: AttemptOutcome(
                        result: .response(
                            AttemptResponse(status: 599, headers: headers, body: everyByte, isTruncated: true)),
                        timing: AttemptTiming(resolve: 1, connect: 2, tls: 3, firstByte: 4, total: 5),
                        address: IPAddress(v4: 0x5DB8_D822))),
                Attempt(
                    id: world.id(), delivery: delivery.id, number: 2, startedAt: world.now,
                    request: AttemptRequest(url: "", headers: []),
                    outcome: AttemptOutcome(
                        result: .response(AttemptResponse(status: 204, headers: [], body: [], isTruncated: false)),
                        timing: AttemptTiming(connect: 0, total: 0),
                        address: IPAddress(v6: 0x2001_0DB8_0000_0000, 1))),
            ]
            for code in AttemptFailure.Code.allCases {
                attempts.append(
                    world.attempt(
                        of: delivery, number: attempts.count + 1,
                        result: .failure(AttemptFailure(code, "It went \(code.rawValue): “ü”."))))
            }

            for attempt in attempts {
                _ = try await world.settle(
                    world.settlement(of: delivery, attempt: attempt, state: .scheduled(due: world.now)))
            }

            let stored = try await world.store.attempts(of: delivery.id)
            try expectEqual(stored.count, attempts.count)
            for (found, wanted) in zip(stored, attempts) { try expectEqual(found, wanted) }
            try expectEqual(try await world.store.attempts(of: world.id()), [])
        },
    ]
}
