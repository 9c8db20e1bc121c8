import MartletCore
import MartletStore

extension StoreConformance {
    static let answers: [StoreConformance] = [
        StoreConformance("a reserved key tells what became of its request") { world in
            let stamp = world.stamp("k")
            let other = world.stamp("k", fingerprint: [2])
            let store = world.store

            let first = try await store.reserve(stamp, at: world.now)
            let underWay = try await store.reserve(stamp, at: world.now)
            let otherMeanwhile = try await store.reserve(other, at: world.now)
            try await store.remember(Array(0...255), for: stamp)
            let answered = try await store.reserve(stamp, at: world.now)
            let otherAfter = try await store.reserve(other, at: world.now)

            try expectEqual(first, .reserved)
            try expectEqual(underWay, .unanswered)
            try expectEqual(otherMeanwhile, .reused)
            try expectEqual(answered, .answered(Array(0...255)))
            try expectEqual(otherAfter, .reused)
        },
        StoreConformance("a key that was given back is free, an answered one stays") { world in
            let store = world.store
            _ = try await store.reserve(world.stamp("given back"), at: world.now)
            _ = try await store.reserve(world.stamp("answered"), at: world.now)
            try await store.remember([], for: world.stamp("answered"))
            _ = try await store.reserve(world.stamp("other's"), at: world.now)

            try await store.release(world.stamp("given back"))
            try await store.release(world.stamp("answered"))
            try await store.release(world.stamp("other's", fingerprint: [2]))
            try await store.release(world.stamp("unknown"))

            try expectEqual(
                try await store.reserve(world.stamp("given back", fingerprint: [2]), at: world.now), .reserved)
            try expectEqual(try await store.reserve(world.stamp("answered"), at: world.now), .answered([]))
            try expectEqual(try await store.reserve(world.stamp("other's"), at: world.now), .unanswered)
        },
        StoreConformance("a reserved key is free once it expires") { world in
            let store = world.store
            let stamp = world.stamp("k")
            _ = try await store.reserve(stamp, at: world.now)
            try await store.remember([1], for: stamp)
            let later = world.stamp("k", fingerprint: [2], at: stamp.expiresAt)

            let before = try await store.reserve(later, at: stamp.expiresAt - .milliseconds(1))
            let after = try await store.reserve(later, at: stamp.expiresAt)
            let again = try await store.reserve(later, at: stamp.expiresAt)

            try expectEqual(before, .reused)
            try expectEqual(after, .reserved)
            try expectEqual(again, .unanswered)
        },
        StoreConformance("a reserved key belongs to its environment") { world in
            _ = try await world.store.reserve(world.stamp("k"), at: world.now)

            let reservation = try await world.store.reserve(
                world.stamp("k", fingerprint: [2], in: world.sandbox), at: world.now)

            try expectEqual(reservation, .reserved)
        },
        StoreConformance("expired keys are forgotten in steps, others are kept") { world in
            let store = world.store
            for number in 0..<5 { _ = try await store.reserve(world.stamp("old \(number)"), at: world.now) }
            try await world.accept(
                Acceptance(entries: [.init(event: world.event(), deliveries: [])], stamp: world.stamp("published")))
            let young = world.stamp("young", at: world.now + .seconds(1))
            _ = try await store.reserve(young, at: world.now + .seconds(1))
            let now = world.now + IdempotencyStamp.lifetime + .milliseconds(1)

            var counts: [Int] = []
            for _ in 0..<3 { counts.append(try await store.forgetAnswers(expiredBefore: now, limit: 4)) }

            try expectEqual(counts, [4, 2, 0])
            try expectEqual(try await store.reserve(young, at: world.now + .seconds(1)), .unanswered)
        },
    ]

    static let sums: [StoreConformance] = [
        StoreConformance("hourly sums add up, by endpoint and hour") { world in
            let hour = Timestamp(milliseconds: 1_686_823_200_000)
            let next = hour + .seconds(3600)
            func sum(_ endpoint: Endpoint, _ instant: Timestamp, _ succeeded: Int, _ failed: Int, _ times: [Int64])
                -> EndpointHour
            {
                var latency = LatencyHistogram()
                for time in times { latency.record(time) }
                return EndpointHour(
                    environment: endpoint.environment, endpoint: endpoint.id, hour: instant, succeeded: succeeded,
                    failed: failed, latency: latency)
            }

            try await world.store.add([
                sum(world.endpoint, next, 5, 0, []), sum(world.endpoint, hour, 1, 2, [900, 5_000_000]),
                sum(world.endpoint, hour, 10, 20, [900, .max]),
            ])
            try await world.store.add([
                sum(world.endpoint, hour + .seconds(3599), 100, 200, [40_000]),
                sum(world.sandboxEndpoint, hour, 7, 7, []),
            ])

            let wanted = [
                sum(world.endpoint, hour, 111, 222, [900, 900, 40_000, 5_000_000, .max]),
                sum(world.endpoint, next, 5, 0, []),
            ]
            let store = world.store
            try expectEqual(try await store.hours(of: world.endpoint.id, since: hour), wanted)
            try expectEqual(try await store.hours(of: world.endpoint.id, since: hour + .seconds(3599)), wanted)
            try expectEqual(try await store.hours(of: world.endpoint.id, since: next), [wanted[1]])
            try expectEqual(try await store.hours(of: world.endpoint.id, since: next + .seconds(3600)), [])
            try expectEqual(
                try await store.hours(of: world.sandboxEndpoint.id, since: hour),
                [sum(world.sandboxEndpoint, hour, 7, 7, [])])
            try expectEqual(try await store.hours(of: world.id(), since: hour), [])
        },
        StoreConformance("hourly sums are added all or none") { world in
            let known = EndpointHour(
                environment: world.live.id, endpoint: world.endpoint.id, hour: world.now.startOfHour, succeeded: 1)
            let unknown = EndpointHour(
                environment: world.live.id, endpoint: world.id(), hour: world.now.startOfHour, succeeded: 1)

            try await world.expectConflict("Sums of an unknown endpoint") {
                try await world.store.add([known, unknown])
            }

            try expectEqual(try await world.store.hours(of: world.endpoint.id, since: world.now), [])
        },
        StoreConformance("a setting is what was put last") { world in
            let before = try await world.store.setting("key check")
            try await world.store.putSetting("key check", [1, 0, 255])
            try await world.store.putSetting("other", [])
            let first = try await world.store.setting("key check")
            try await world.store.putSetting("key check", [2])

            try expectEqual(before, nil)
            try expectEqual(first, [1, 0, 255])
            try expectEqual(try await world.store.setting("key check"), [2])
            try expectEqual(try await world.store.setting("other"), [])
        },
    ]
}
