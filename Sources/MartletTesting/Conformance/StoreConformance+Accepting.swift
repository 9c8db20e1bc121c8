import MartletCore
import MartletStore

extension StoreConformance {
    static let accepting: [StoreConformance] = [
        StoreConformance("an accepted event comes back as it went in") { world in
            let bytes = Array(0...255).map(UInt8.init) + Array("{}".utf8)
            let full = Event(
                id: world.id(), environment: world.live.id, chosenID: "order-17 ✓", type: "a.b_c-d.E",
                application: world.application.id, created: world.now - .seconds(5), acceptedAt: world.now,
                orderingKey: "tenant/\u{0}4", deliverAt: world.now + .seconds(60), isTest: true, deliveryCount: 12,
                body: EventBody(bytes: bytes, data: 256..<258))
            let bare = Event(
                id: world.id(), environment: world.live.id, chosenID: nil, type: "a", application: nil,
                created: Timestamp(milliseconds: -1), acceptedAt: world.now, deliveryCount: 0,
                body: EventBody(bytes: [], data: 0..<0))

            try await world.accept(full)
            try await world.accept(bare)

            try expectEqual(try await world.store.event(full.id, in: world.live.id), full)
            try expectEqual(try await world.store.event(bare.id, in: world.live.id), bare)
            try expectEqual(try await world.store.event(chosenID: "order-17 ✓", in: world.live.id), full)
            try expectEqual(try await world.store.event(world.id(), in: world.live.id), nil)
            try expectEqual(try await world.store.event(chosenID: "other", in: world.live.id), nil)
        },
        StoreConformance("a large body comes back to the byte") { world in
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let event = Event(
                id: world.id(), environment: world.live.id, chosenID: nil, type: "a", application: nil,
                created: world.now, acceptedAt: world.now, deliveryCount: 0,
                body: EventBody(bytes: bytes, data: 10..<299_990))

            try await world.accept(event)

            try expectEqual(try await world.store.event(event.id, in: world.live.id), event)
        },
        StoreConformance("each of many in a batch comes back as it went in, large or small") { world in
            let entries = (0..<37).map { index in
                let size = index % 5 == 3 ? 70_000 + index : 240 * index
                let event = world.event(
                    in: index % 7 == 6 ? world.sandbox : world.live, type: "a.number_\(index)",
                    chosenID: index % 3 == 0 ? "order-\(index)" : nil,
                    body: String(repeating: "\(index)", count: size))
                let endpoint = index % 7 == 6 ? world.sandboxEndpoint : world.endpoint
                let deliveries = (0..<index % 3).map { place in
                    world.delivery(of: event, to: endpoint, due: world.now + .seconds(Int64(index * 10 + place)))
                }
                return Acceptance.Entry(event: event, deliveries: deliveries)
            }

            // One by itself, the rest together.
            let results = try await world.accept(
                Acceptance(entries: Array(entries[..<1])), Acceptance(entries: Array(entries[1...])))

            try expectEqual(
                try results.flatMap { try world.entries($0) }, Array(repeating: .stored, count: entries.count))
            for entry in entries {
                let event = entry.event
                try expectEqual(try await world.store.event(event.id, in: event.environment), event)
                try expectEqual(
                    try await world.store.deliveries(of: event.id, in: event.environment, limit: 10), entry.deliveries)
            }
        },
        StoreConformance("an accepted delivery comes back as it went in, whatever its state") { world in
            let event = world.event()
            let states: [DeliveryState] =
                [.scheduled(due: world.now), .succeeded(at: world.now)]
                + DeliveryState.FailureReason.allCases.map { .failed(at: world.now, reason: $0) }
                + DeliveryState.CancelReason.allCases.map { .cancelled(at: world.now, reason: $0) }
            var deliveries = states.map { world.delivery(of: event, state: $0) }
            deliveries += Delivery.Cause.allCases.map { world.delivery(of: event, cause: $0) }
            deliveries[0].attemptCount = 3
            deliveries[0].firstAttemptAt = world.now - .seconds(9)

            try await world.accept(event, deliveries)

            for delivery in deliveries { try expectEqual(try await world.stored(delivery), delivery) }
            try expectEqual(try await world.store.delivery(world.id(), in: world.live.id), nil)
        },
        StoreConformance("what is held or in flight is kept as scheduled") { world in
            let event = world.event()
            let held = world.delivery(of: event, state: .held(due: world.now + .seconds(5)))
            let inFlight = world.delivery(of: event, state: .inFlight(since: world.now))

            try await world.accept(event, [held, inFlight])

            try expectEqual(try await world.stored(held).state, .scheduled(due: world.now + .seconds(5)))
            try expectEqual(try await world.stored(inFlight).state, .scheduled(due: world.now))
        },
        StoreConformance("results stand in the order of the batch") { world in
            let first = world.event(chosenID: "a")
            let second = world.event(chosenID: "a")
            let third = world.event()
            let fourth = world.event(chosenID: "a")

            let results = try await world.accept(
                Acceptance(entries: [.init(event: first, deliveries: []), .init(event: second, deliveries: [])]),
                Acceptance(entries: [.init(event: third, deliveries: [])]),
                Acceptance(entries: []),
                Acceptance(entries: [.init(event: fourth, deliveries: [])]))

            try expectEqual(try world.entries(results[0]), [.stored, .taken(by: first.id)])
            try expectEqual(try world.entries(results[1]), [.stored])
            try expectEqual(try world.entries(results[2]), [])
            try expectEqual(try world.entries(results[3]), [.taken(by: first.id)])
        },
        StoreConformance("an empty batch is nothing special") { world in
            let result = try await world.store.commit(CommitBatch())

            try expect(result.acceptances.isEmpty && result.settled.isEmpty, "An empty batch has no results.")
        },
        StoreConformance("nothing is kept of an entry whose chosen id is taken, its neighbours are") { world in
            let owner = world.event(chosenID: "a")
            try await world.accept(owner)
            let late = world.event(chosenID: "a")
            let neighbour = world.event(chosenID: "b")
            let lost = world.delivery(of: late)
            let kept = world.delivery(of: neighbour)

            let results = try await world.accept(
                Acceptance(entries: [
                    .init(event: late, deliveries: [lost]), .init(event: neighbour, deliveries: [kept]),
                ]))

            try expectEqual(try world.entries(results[0]), [.taken(by: owner.id), .stored])
            try expectEqual(try await world.store.event(late.id, in: world.live.id), nil)
            try expectEqual(try await world.store.delivery(lost.id, in: world.live.id), nil)
            try expectEqual(try await world.store.event(chosenID: "a", in: world.live.id)?.id, owner.id)
            try expectEqual(try await world.stored(kept), kept)
        },
        StoreConformance("a chosen id is taken in its own environment alone") { world in
            let live = world.event(chosenID: "a")
            let sandbox = world.event(in: world.sandbox, chosenID: "a")

            try await world.accept(live)
            try await world.accept(sandbox)

            try expectEqual(try await world.store.event(chosenID: "a", in: world.live.id)?.id, live.id)
            try expectEqual(try await world.store.event(chosenID: "a", in: world.sandbox.id)?.id, sandbox.id)
        },
        StoreConformance("a replay adds deliveries to an event that stays as it is") { world in
            let event = world.event(chosenID: "a")
            let first = world.delivery(of: event)
            try await world.accept(event, [first])
            let again = world.delivery(of: event, cause: .replay)

            let results = try await world.accept(
                Acceptance(entries: [.init(event: event, deliveries: [again], isReplay: true)]))

            try expectEqual(try world.entries(results[0]), [.stored])
            try expectEqual(try await world.store.event(event.id, in: world.live.id), event)
            try expectEqual(
                try await world.store.deliveries(of: event.id, in: world.live.id, limit: 10), [first, again])
        },
        StoreConformance("a replay of an event of the same batch finds it") { world in
            let event = world.event()
            let again = world.delivery(of: event, cause: .replay)

            let results = try await world.accept(
                Acceptance(entries: [.init(event: event, deliveries: [])]),
                Acceptance(entries: [.init(event: event, deliveries: [again], isReplay: true)]))

            try expectEqual(try world.entries(results[1]), [.stored])
            try expectEqual(try await world.stored(again), again)
        },
        StoreConformance("a replay of an event that is not there, or in another environment, is missing") { world in
            let unknown = world.event()
            let foreign = world.event(in: world.sandbox)
            try await world.accept(foreign)
            let disguised = Event(
                id: foreign.id, environment: world.live.id, chosenID: nil, type: foreign.type, application: nil,
                created: world.now, acceptedAt: world.now, deliveryCount: 0, body: foreign.body)
            let lost = [world.delivery(of: unknown), world.delivery(of: disguised)]
            let neighbour = world.event()

            let results = try await world.accept(
                Acceptance(entries: [
                    .init(event: unknown, deliveries: [lost[0]], isReplay: true),
                    .init(event: disguised, deliveries: [lost[1]], isReplay: true),
                    .init(event: neighbour, deliveries: []),
                ]))

            try expectEqual(try world.entries(results[0]), [.missing, .missing, .stored])
            for delivery in lost {
                try expectEqual(try await world.store.delivery(delivery.id, in: world.live.id), nil)
            }
            try expectEqual(try await world.store.event(neighbour.id, in: world.live.id), neighbour)
        },
        StoreConformance("a batch with an endpoint that was never there is refused as a whole") { world in
            let kept = world.event()
            let settled = try await world.acceptDelivery()
            let event = world.event()
            let stranger = ConformanceWorld.endpoint(world.id(), of: world.application, at: world.now)
            let batch = CommitBatch(
                acceptances: [
                    Acceptance(
                        entries: [.init(event: kept, deliveries: [world.delivery(of: kept)])], stamp: world.stamp("k")),
                    Acceptance(entries: [.init(event: event, deliveries: [world.delivery(of: event, to: stranger)])]),
                ],
                settlements: [
                    world.settlement(
                        of: settled, attempt: world.attempt(of: settled), state: .succeeded(at: world.now))
                ])

            try await world.expectConflict("A delivery to an unknown endpoint") {
                _ = try await world.store.commit(batch)
            }

            try expectEqual(try await world.store.event(kept.id, in: world.live.id), nil)
            try expectEqual(try await world.stored(settled), settled)
            try expectEqual(try await world.store.attempts(of: settled.id), [])
            try expectEqual(try await world.store.reserve(world.stamp("k"), at: world.now), .reserved)
            try await world.accept(kept, [world.delivery(of: kept)])
        },
        StoreConformance("a batch with an environment that was never there is refused") { world in
            let nowhere = Environment(
                id: world.id(), name: "x", profile: "standard", requiresHTTPS: true, defaultApplication: world.id())
            let event = world.event(in: nowhere)

            try await world.expectConflict("An event in an unknown environment") { try await world.accept(event) }
        },
        StoreConformance("a batch whose delivery crosses environments is refused") { world in
            let event = world.event()
            let delivery = Delivery(
                id: world.id(), environment: world.live.id, event: event.id, endpoint: world.sandboxEndpoint.id,
                application: world.sandboxApplication.id, cause: .publish, createdAt: world.now,
                state: .scheduled(due: world.now))

            try await world.expectConflict("A delivery to another environment's endpoint") {
                try await world.accept(event, [delivery])
            }

            try expectEqual(try await world.store.event(event.id, in: world.live.id), nil)
        },
        StoreConformance("an id that was used before is refused, and what has it stays") { world in
            let event = world.event()
            let delivery = world.delivery(of: event)
            try await world.accept(event, [delivery])
            let other = world.event()
            let same = Event(
                id: event.id, environment: world.live.id, chosenID: nil, type: "other", application: nil,
                created: world.now, acceptedAt: world.now, deliveryCount: 0, body: event.body)

            try await world.expectConflict("A second event with one id") { try await world.accept(same) }
            try await world.expectConflict("A second delivery with one id") {
                try await world.accept(other, [delivery])
            }

            try expectEqual(try await world.store.event(event.id, in: world.live.id), event)
            try expectEqual(try await world.store.event(other.id, in: world.live.id), nil)
        },
        StoreConformance("batches committed at the same time are all kept") { world in
            let store = world.store
            let entries = (0..<200).map { _ in
                let event = world.event()
                return Acceptance.Entry(event: event, deliveries: [world.delivery(of: event)])
            }

            try await withThrowingTaskGroup { group in
                for entry in entries {
                    group.addTask {
                        let result = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
                        guard case .accepted([.stored]) = result.acceptances.first else {
                            throw ConformanceFailure(message: "Found \(result).", file: #fileID, line: #line)
                        }
                    }
                }
                try await group.waitForAll()
            }

            for entry in entries {
                try expectEqual(try await store.event(entry.event.id, in: world.live.id), entry.event)
                try expectEqual(try await world.stored(entry.deliveries[0]), entry.deliveries[0])
            }
            try expectEqual(try await store.backlog(of: world.endpoint.id), 200)
        },
        StoreConformance("a commit whose task was cancelled still says what became of it") { world in
            let store = world.store
            let event = world.event()

            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.commit(
                    CommitBatch(acceptances: [Acceptance(entries: [.init(event: event, deliveries: [])])]))
            }
            let result = try await task.value

            try expectEqual(try world.entries(result.acceptances[0]), [.stored])
            try expectEqual(try await store.event(event.id, in: world.live.id), event)
        },
        StoreConformance("a closed store is unavailable") { world in
            await world.store.close()
            await world.store.close()

            do {
                _ = try await world.store.commit(CommitBatch())
                throw ConformanceFailure(message: "A closed store committed.", file: #fileID, line: #line)
            } catch let error as StoreError {
                try expect(error.isUnavailable, "A closed store should be unavailable, not \(error)")
            }
            do {
                _ = try await world.store.backlog()
                throw ConformanceFailure(message: "A closed store answered.", file: #fileID, line: #line)
            } catch let error as StoreError {
                try expect(error.isUnavailable, "A closed store should be unavailable, not \(error)")
            }
        },
    ]
}
