import MartletCore
import MartletStore

extension ConformanceWorld {
    /// A delivery to ``endpoint``, or another, that has a turn: `offset` seconds after ``now``, when it is due too unless
    /// `due` says otherwise.
    fileprivate func inTurn(
        _ key: String, _ offset: Int64, of event: Event, to endpoint: Endpoint? = nil, due: Timestamp? = nil,
        attempts: Int = 0
    ) -> Delivery {
        let at = now + .seconds(offset)
        var delivery = delivery(
            of: event, to: endpoint, cause: offset < 0 ? .publish : .replay, turn: Turn(key: key, at: at),
            state: .scheduled(due: due ?? at))
        delivery.attemptCount = attempts
        return delivery
    }

    /// What may go out in order, as of ``now`` unless told otherwise.
    fileprivate func inOrder(
        by instant: Timestamp? = nil, after key: String? = nil, limit: Int = 1000
    ) async throws -> OrderedDeliveries {
        try await store.dueInOrder(endpoint.id, by: instant ?? now, after: key, limit: limit)
    }
}

extension OrderedDeliveries {
    fileprivate var ids: [DeliveryID] { deliveries.map(\.delivery.id) }
    fileprivate var keys: [String?] { deliveries.map(\.delivery.turn?.key) }
}

extension StoreConformance {
    static let order: [StoreConformance] = [
        StoreConformance("a delivery keeps its turn through every move") { world in
            let event = world.event()
            let delivery = world.inTurn("customer ü\u{0}7", -5, of: event)
            let withoutKey = world.inTurn("", -5, of: event)
            let unordered = world.delivery(of: event)
            try await world.accept(event, [delivery, withoutKey, unordered])
            let due = world.now + .seconds(9)

            _ = try await world.settle(
                world.settlement(of: delivery, attempt: world.attempt(of: delivery), state: .scheduled(due: due)))
            let retried = try await world.stored(delivery)
            _ = try await world.store.move(retried, to: .cancelled(at: world.now, reason: .requested))

            try expectEqual(retried.turn, delivery.turn)
            try expectEqual(try await world.stored(delivery).turn, delivery.turn)
            try expectEqual(try await world.stored(withoutKey), withoutKey)
            try expectEqual(try await world.stored(unordered).turn, nil)
        },
        StoreConformance("what has a turn comes along its key's order, by its turn, then by id") { world in
            let event = world.event(body: #"{"data":"ordered"}"#)
            let late = world.inTurn("a", -1, of: event)
            let early = world.inTurn("a", -9, of: event)
            let tied = world.inTurn("a", -9, of: event)
            let other = world.inTurn("b", -20, of: event)
            try await world.accept(event, [other, late, tied, early])

            let found = try await world.inOrder()

            try expectEqual(found.deliveries.map(\.delivery), [early, tied, late, other])
            try expectEqual(found.deliveries.map(\.event), [event, event, event, event])
            try expectEqual(found.nextDue, nil)
            try expectEqual(found.resumeAfter, nil)
        },
        StoreConformance("keys are visited in the order of their bytes, each spelling a key of its own") { world in
            let event = world.event()
            // "é" in one code point and in two, which a comparison of texts takes for the same.
            let keys = ["", " ", "B", "a", "a\u{0}", "aa", "e\u{301}", "\u{E9}", "\u{FFFD}", "\u{1F600}"]
            let deliveries = keys.map { world.inTurn($0, -1, of: event) }
            try await world.accept(event, deliveries.reversed())

            let found = try await world.inOrder()
            let afterComposed = try await world.inOrder(after: "\u{E9}")
            let afterNone = try await world.inOrder(after: "")
            let head = try await world.store.head(of: "e\u{301}", at: world.endpoint.id)

            try expectEqual(found.ids, deliveries.map(\.id))
            try expectEqual(
                found.deliveries.map { Array(($0.delivery.turn?.key ?? "-").utf8) }, keys.map { Array($0.utf8) })
            try expectEqual(afterComposed.ids, deliveries[8...].map(\.id))
            try expectEqual(afterNone.ids, deliveries[1...].map(\.id))
            try expectEqual(head, deliveries[6].id)
        },
        StoreConformance("a head that waits for its next attempt holds back its own key alone") { world in
            let event = world.event()
            let failed = world.inTurn("a", -9, of: event)
            let behind = world.inTurn("a", -8, of: event)
            let free = world.inTurn("b", -1, of: event)
            try await world.accept(event, [failed, behind, free])
            let retryAt = world.now + .seconds(5)
            _ = try await world.settle(
                world.settlement(of: failed, attempt: world.attempt(of: failed), state: .scheduled(due: retryAt)))

            let before = try await world.inOrder()
            let after = try await world.inOrder(by: retryAt)

            try expectEqual(before.ids, [free.id])
            try expectEqual(before.nextDue, retryAt)
            try expectEqual(before.resumeAfter, nil)
            try expectEqual(after.ids, [failed.id, behind.id, free.id])
            try expectEqual(after.nextDue, nil)
        },
        StoreConformance("a head that ends lets the next one go: acknowledged, failed for good, or cancelled") {
            world in
            for state: DeliveryState in [
                .succeeded(at: world.now), .failed(at: world.now, reason: .exhausted),
                .cancelled(at: world.now, reason: .requested),
            ] {
                let event = world.event()
                let head = world.inTurn("a", -9, of: event)
                let next = world.inTurn("a", -8, of: event)
                try await world.accept(event, [head, next])

                _ = try await world.store.move(head, to: state)
                let found = try await world.inOrder()
                let newHead = try await world.store.head(of: "a", at: world.endpoint.id)
                _ = try await world.store.move(next, to: state)

                try expectEqual(found.ids, [next.id], "\(state)")
                try expectEqual(newHead, next.id)
                try expectEqual(try await world.store.head(of: "a", at: world.endpoint.id), nil)
            }
        },
        StoreConformance("a failed delivery that is scheduled again takes its old place") { world in
            let event = world.event()
            let first = world.inTurn("a", -9, of: event)
            let second = world.inTurn("a", -8, of: event)
            try await world.accept(event, [first, second])
            _ = try await world.settle(
                world.settlement(
                    of: first, attempt: world.attempt(of: first), state: .failed(at: world.now, reason: .exhausted)))
            let failed = try await world.stored(first)

            let meanwhile = try await world.inOrder()
            _ = try await world.store.move(failed, to: .scheduled(due: world.now))
            let again = try await world.inOrder()

            try expectEqual(meanwhile.ids, [second.id])
            try expectEqual(again.ids, [first.id, second.id])
        },
        StoreConformance("a replay of an older event goes behind what waits") { world in
            let old = world.event()
            let done = world.inTurn("a", -90, of: old)
            try await world.accept(old, [done])
            _ = try await world.store.move(done, to: .succeeded(at: world.now))
            let new = world.event()
            let waiting = world.inTurn("a", -5, of: new)
            try await world.accept(new, [waiting])

            let replay = world.inTurn("a", 0, of: old)
            try await world.accept(Acceptance(entries: [.init(event: old, deliveries: [replay], isReplay: true)]))
            let found = try await world.inOrder()

            try expectEqual(found.ids, [waiting.id, replay.id])
            try expectEqual(found.deliveries.map(\.event.id), [new.id, old.id])
        },
        StoreConformance("what follows a head comes as far as its turn has come") { world in
            let event = world.event()
            let head = world.inTurn("a", -9, of: event)
            let now = world.inTurn("a", 0, of: event)
            let later = world.inTurn("a", 5, of: event)
            let alone = world.inTurn("b", 7, of: event)
            try await world.accept(event, [head, now, later, alone])

            let found = try await world.inOrder()
            let then = try await world.inOrder(by: world.now + .seconds(5))

            try expectEqual(found.ids, [head.id, now.id])
            try expectEqual(found.nextDue, world.now + .seconds(7))
            try expectEqual(then.ids, [head.id, now.id, later.id])
        },
        StoreConformance("a head that was asked for before its turn goes out") { world in
            let event = world.event()
            let early = world.inTurn("a", 50, of: event, due: world.now)
            let next = world.inTurn("a", 51, of: event, due: world.now)
            try await world.accept(event, [early, next])

            try expectEqual(try await world.inOrder().ids, [early.id])
        },
        StoreConformance("no key gives more than its share at once") { world in
            let event = world.event()
            let many = (0..<OrderedDeliveries.mostPerKey + 5).map { world.inTurn("a", Int64($0) - 100, of: event) }
            let other = world.inTurn("b", -1, of: event)
            try await world.accept(event, many + [other])

            let found = try await world.inOrder()

            try expectEqual(found.ids, many.prefix(OrderedDeliveries.mostPerKey).map(\.id) + [other.id])
            try expectEqual(found.resumeAfter, nil)
            try expectEqual(found.nextDue, nil)
        },
        StoreConformance("a limit cuts a key short, never out of order, and says where to go on") { world in
            let event = world.event()
            let a = (0..<3).map { world.inTurn("a", Int64($0) - 50, of: event) }
            let b = (0..<3).map { world.inTurn("b", Int64($0) - 90, of: event) }
            let c = world.inTurn("c", 3, of: event)
            try await world.accept(event, b + a + [c])

            let withinFirst = try await world.inOrder(limit: 2)
            let wholeFirst = try await world.inOrder(limit: 3)
            let withinSecond = try await world.inOrder(limit: 4)
            let rest = try await world.inOrder(after: "b", limit: 4)
            let noRoom = try await world.inOrder(limit: 0)

            try expectEqual(withinFirst.ids, a[..<2].map(\.id))
            try expectEqual(withinFirst.resumeAfter, "a")
            try expectEqual(withinFirst.nextDue, nil)
            try expectEqual(wholeFirst.ids, a.map(\.id))
            try expectEqual(wholeFirst.resumeAfter, "a")
            try expectEqual(withinSecond.ids, a.map(\.id) + [b[0].id])
            try expectEqual(withinSecond.resumeAfter, "b")
            try expectEqual(rest.ids, [])
            try expectEqual(rest.nextDue, world.now + .seconds(3))
            try expectEqual(rest.resumeAfter, nil)
            try expectEqual(noRoom.ids, [])
            try expectEqual(noRoom.nextDue, world.now - .seconds(90))
        },
        StoreConformance("bytes cut a key short, never out of order, and say where to go on") { world in
            let event = world.event()
            let a = (0..<3).map { world.inTurn("a", Int64($0) - 50, of: event) }
            let b = (0..<3).map { world.inTurn("b", Int64($0) - 90, of: event) }
            try await world.accept(event, b + a)
            let size = event.body.bytes.count
            func found(_ bytes: Int, after key: String? = nil) async throws -> OrderedDeliveries {
                try await world.store.dueInOrder(
                    world.endpoint.id, by: world.now, after: key, limit: 1000, bytes: bytes)
            }

            let one = try await found(1)
            let wholeFirst = try await found(3 * size)
            let withinSecond = try await found(3 * size + 1)
            let rest = try await found(2 * size, after: "a")

            try expectEqual(one.ids, [a[0].id])
            try expectEqual(one.resumeAfter, "a")
            try expectEqual(wholeFirst.ids, a.map(\.id))
            try expectEqual(wholeFirst.resumeAfter, "a")
            try expectEqual(withinSecond.ids, a.map(\.id) + [b[0].id])
            try expectEqual(withinSecond.resumeAfter, nil)
            try expectEqual(rest.ids, b[..<2].map(\.id))
            try expectEqual(rest.nextDue, nil)
        },
        StoreConformance("a limit that the last key fills leaves nothing to go on with") { world in
            let event = world.event()
            let deliveries = ["a", "b"].map { world.inTurn($0, -1, of: event) }
            try await world.accept(event, deliveries)

            let found = try await world.inOrder(limit: 2)

            try expectEqual(found.ids, deliveries.map(\.id))
            try expectEqual(found.resumeAfter, nil)
        },
        StoreConformance("many keys are visited in steps, none twice and none left out") { world in
            let event = world.event()
            let count = 2 * OrderedDeliveries.mostKeys + 10
            // Every third waits for a retry.
            let deliveries = (0..<count).map { index in
                world.inTurn(
                    "key \(10_000 + index)", -1, of: event,
                    due: index % 3 == 0 ? world.now + .seconds(Int64(index + 1)) : nil)
            }
            try await world.accept(event, deliveries.shuffled(using: &world.random))

            var found: [DeliveryID] = []
            var resume: [String?] = []
            var dues: [Timestamp?] = []
            var key: String?
            repeat {
                let step = try await world.inOrder(after: key, limit: count)
                found += step.ids
                dues.append(step.nextDue)
                key = step.resumeAfter
                resume.append(key)
            } while key != nil && resume.count < 5

            try expectEqual(found, deliveries.enumerated().filter { $0.offset % 3 != 0 }.map(\.element.id))
            try expectEqual(resume, ["key 11999", "key 13999", nil])
            // The first of each step that waits: the keys 0, 2001 and 4002.
            try expectEqual(dues, [1, 2002, 4003].map { world.now + .seconds($0) })
        },
        StoreConformance("what has a turn and what has none are looked for apart, and counted together") { world in
            let event = world.event()
            let unordered = world.delivery(of: event, due: world.now - .seconds(3))
            let later = world.delivery(of: event, due: world.now + .seconds(30))
            let ordered = world.inTurn("a", -7, of: event)
            let elsewhere = world.inTurn("a", -8, of: event, to: world.otherEndpoint)
            try await world.accept(event, [unordered, ordered, later, elsewhere])

            let due = try await world.store.due(world.endpoint.id, by: world.now, limit: 10)
            let inOrder = try await world.inOrder()
            let earliest = try await world.store.earliestDue()
            let elsewhereDue = try await world.store.due(world.otherEndpoint.id, by: world.now, limit: 10)

            try expectEqual(due.deliveries.map(\.delivery), [unordered])
            try expectEqual(due.nextDue, world.now + .seconds(30))
            try expectEqual(inOrder.ids, [ordered.id])
            try expectEqual(
                earliest,
                [
                    world.endpoint.id: world.now - .seconds(7), world.otherEndpoint.id: world.now - .seconds(8),
                ])
            try expect(elsewhereDue.deliveries.isEmpty, "What has a turn is not due without it.")
            try expectEqual(elsewhereDue.nextDue, nil)
            try expectEqual(try await world.store.backlog(of: world.endpoint.id), 3)
            try expectEqual(
                try await world.store.backlog(), Backlog(count: 4, earliestDue: world.now - .seconds(8)))
        },
        StoreConformance("the earliest due time is that without a turn where it comes first") { world in
            let event = world.event()
            let ordered = world.inTurn("a", 9, of: event)
            let unordered = world.delivery(of: event, due: world.now + .seconds(2))
            try await world.accept(event, [ordered, unordered])

            try expectEqual(try await world.store.earliestDue(), [world.endpoint.id: world.now + .seconds(2)])
        },
        StoreConformance("an unknown endpoint has no order, and a key that nobody waits with no head") { world in
            let event = world.event()
            try await world.accept(event, [world.inTurn("a", -1, of: event)])

            let found = try await world.store.dueInOrder(world.id(), by: world.now, after: nil, limit: 5)

            try expect(found.deliveries.isEmpty && found.nextDue == nil && found.resumeAfter == nil, "\(found)")
            try expectEqual(try await world.store.head(of: "a", at: world.id()), nil)
            try expectEqual(try await world.store.head(of: "b", at: world.endpoint.id), nil)
            try expectEqual(try await world.store.head(of: "a", at: world.otherEndpoint.id), nil)
            try expectEqual(try await world.store.blockedKeys(of: world.id(), limit: 5), [])
        },
        StoreConformance("the deliveries of a deleted endpoint are cancelled in steps, those with a turn too") {
            world in
            let event = world.event()
            let ordered = (0..<3).map { world.inTurn("key \($0)", -1, of: event) }
            let unordered = (0..<2).map { _ in world.delivery(of: event) }
            try await world.accept(event, ordered + unordered)
            try await world.store.apply([
                .deleteEndpoint(environment: world.live.id, id: world.endpoint.id, at: world.now)
            ])

            var counts: [Int] = []
            for _ in 0..<3 {
                counts.append(try await world.store.cancelDeliveries(of: world.endpoint.id, at: world.now, limit: 3))
            }

            try expectEqual(counts, [3, 2, 0])
            try expectEqual(try await world.inOrder().ids, [])
            for delivery in ordered + unordered {
                try expectEqual(
                    try await world.stored(delivery).state, .cancelled(at: world.now, reason: .endpointDeleted))
            }
        },
        StoreConformance("a key whose head has failed is told with what waits behind it") { world in
            let event = world.event()
            let retryAt = world.now + .seconds(60)
            let heads = ["a", "b", "c", "d"].enumerated().map { index, key in
                world.inTurn(key, -50, of: event, due: index == 2 ? nil : retryAt, attempts: index == 2 ? 0 : index + 1)
            }
            let behind = (0..<3).map { world.inTurn("a", Int64($0), of: event) }
            // It has failed too, but it is not the one that the others wait for.
            let afterHead = world.inTurn("c", 5, of: event, attempts: 4)
            try await world.accept(event, heads + behind + [afterHead])

            let blocked = try await world.store.blockedKeys(of: world.endpoint.id, limit: 10)
            let first = try await world.store.blockedKeys(of: world.endpoint.id, limit: 1)

            try expectEqual(
                blocked,
                [
                    BlockedKey(key: "a", head: heads[0].id, attempts: 1, due: retryAt, waiting: 3),
                    BlockedKey(key: "b", head: heads[1].id, attempts: 2, due: retryAt, waiting: 0),
                    BlockedKey(key: "d", head: heads[3].id, attempts: 4, due: retryAt, waiting: 0),
                ])
            try expectEqual(first, [blocked[0]])
            try expectEqual(try await world.store.blockedKeys(of: world.endpoint.id, limit: 0), [])
        },
        StoreConformance("what waits behind a head is counted up to a bound") { world in
            let event = world.event()
            let head = world.inTurn("a", -50, of: event, attempts: 1)
            let behind = (0..<BlockedKey.mostWaiting + 3).map { _ in world.inTurn("a", 0, of: event) }
            try await world.accept(event, [head] + behind)

            let blocked = try await world.store.blockedKeys(of: world.endpoint.id, limit: 10)

            try expectEqual(blocked.map(\.waiting), [BlockedKey.mostWaiting])
        },
    ]
}
