import MartletCore
import MartletStore

extension StoreConformance {
    static let stamping: [StoreConformance] = [
        StoreConformance("the same request under the same key is answered with its events, and kept once") { world in
            let events = [world.event(), world.event()]
            let entries = events.map { Acceptance.Entry(event: $0, deliveries: [world.delivery(of: $0)]) }
            try await world.accept(Acceptance(entries: entries, stamp: world.stamp("k")))
            let again = [world.event(), world.event()]
            let lost = world.delivery(of: again[0])

            let results = try await world.accept(
                Acceptance(
                    entries: [.init(event: again[0], deliveries: [lost]), .init(event: again[1], deliveries: [])],
                    stamp: world.stamp("k", at: world.now + .seconds(5))))

            guard case .answeredBefore(let answered) = results[0] else {
                throw ConformanceFailure(message: "Found \(results[0]).", file: #fileID, line: #line)
            }
            try expectEqual(answered, events.map(\.id))
            try expectEqual(try await world.store.event(again[0].id, in: world.live.id), nil)
            try expectEqual(try await world.store.delivery(lost.id, in: world.live.id), nil)
        },
        StoreConformance("another request under the same key is refused, and nothing of it kept") { world in
            try await world.accept(
                Acceptance(entries: [.init(event: world.event(), deliveries: [])], stamp: world.stamp("k")))
            let other = world.event(chosenID: "a")

            let results = try await world.accept(
                Acceptance(
                    entries: [.init(event: other, deliveries: [])], stamp: world.stamp("k", fingerprint: [2])))

            guard case .keyReused = results[0] else {
                throw ConformanceFailure(message: "Found \(results[0]).", file: #fileID, line: #line)
            }
            try expectEqual(try await world.store.event(other.id, in: world.live.id), nil)
            try expectEqual(try await world.store.event(chosenID: "a", in: world.live.id), nil)
        },
        StoreConformance("a key used twice in one batch is used once") { world in
            let first = world.event()
            let second = world.event()
            let third = world.event()

            let results = try await world.accept(
                Acceptance(entries: [.init(event: first, deliveries: [])], stamp: world.stamp("k")),
                Acceptance(entries: [.init(event: second, deliveries: [])], stamp: world.stamp("k")),
                Acceptance(
                    entries: [.init(event: third, deliveries: [])], stamp: world.stamp("k", fingerprint: [2])))

            guard case .accepted = results[0], case .answeredBefore([first.id]) = results[1],
                case .keyReused = results[2]
            else { throw ConformanceFailure(message: "Found \(results).", file: #fileID, line: #line) }
            try expectEqual(try await world.store.event(first.id, in: world.live.id), first)
            try expectEqual(try await world.store.event(second.id, in: world.live.id), nil)
            try expectEqual(try await world.store.event(third.id, in: world.live.id), nil)
        },
        StoreConformance("a key is free again 24 hours later, to the millisecond") { world in
            let first = world.event()
            try await world.accept(Acceptance(entries: [.init(event: first, deliveries: [])], stamp: world.stamp("k")))
            let early = world.event()
            let late = world.event()
            let last = world.event()
            let day = IdempotencyStamp.lifetime

            let atTheEnd = try await world.accept(
                Acceptance(
                    entries: [.init(event: early, deliveries: [])],
                    stamp: world.stamp("k", at: world.now + day - .milliseconds(1))))
            let after = try await world.accept(
                Acceptance(
                    entries: [.init(event: late, deliveries: [])],
                    stamp: world.stamp("k", fingerprint: [2], at: world.now + day)))
            let afterThat = try await world.accept(
                Acceptance(
                    entries: [.init(event: last, deliveries: [])],
                    stamp: world.stamp("k", fingerprint: [2], at: world.now + day + .seconds(1))))

            guard case .answeredBefore([first.id]) = atTheEnd[0], case .accepted = after[0],
                case .answeredBefore([late.id]) = afterThat[0]
            else {
                throw ConformanceFailure(
                    message: "Found \(atTheEnd), \(after), \(afterThat).", file: #fileID, line: #line)
            }
        },
        StoreConformance("a key belongs to its environment") { world in
            try await world.accept(
                Acceptance(entries: [.init(event: world.event(), deliveries: [])], stamp: world.stamp("k")))

            let results = try await world.accept(
                Acceptance(
                    entries: [.init(event: world.event(in: world.sandbox), deliveries: [])],
                    stamp: world.stamp("k", fingerprint: [2], in: world.sandbox)))

            try expectEqual(try world.entries(results[0]), [.stored])
        },
        StoreConformance("an answer before names one event an entry, the taker where a chosen id was taken") { world in
            let owner = world.event(chosenID: "a")
            try await world.accept(owner)
            let first = world.event()
            let late = world.event(chosenID: "a")
            let entries = [first, late].map { Acceptance.Entry(event: $0, deliveries: []) }
            try await world.accept(Acceptance(entries: entries, stamp: world.stamp("k")))

            let results = try await world.accept(Acceptance(entries: entries, stamp: world.stamp("k")))

            guard case .answeredBefore([first.id, owner.id]) = results[0] else {
                throw ConformanceFailure(message: "Found \(results).", file: #fileID, line: #line)
            }
        },
        StoreConformance("a key that another kind of request took is not a publisher's, nor the other way round") {
            world in
            _ = try await world.store.reserve(world.stamp("reserved"), at: world.now)
            try await world.accept(
                Acceptance(entries: [.init(event: world.event(), deliveries: [])], stamp: world.stamp("published")))

            let results = try await world.accept(
                Acceptance(entries: [.init(event: world.event(), deliveries: [])], stamp: world.stamp("reserved")))
            let reservation = try await world.store.reserve(world.stamp("published"), at: world.now)

            guard case .keyReused = results[0] else {
                throw ConformanceFailure(message: "Found \(results).", file: #fileID, line: #line)
            }
            try expectEqual(reservation, .reused)
        },
    ]
}
