import MartletCore
import MartletStore

extension StoreConformance {
    static let configurationListings: [StoreConformance] = [
        StoreConformance("applications are listed newest first, page by page") { world in
            let applications = (0..<5).map { _ in
                ConformanceWorld.application(world.id(), in: world.live.id, at: world.now)
            }
            try await world.store.apply(applications.shuffled(by: 2).map(ConfigurationChange.putApplication))
            let all = (applications + [world.application, world.otherApplication]).sorted { $0.id > $1.id }

            let first = try await world.store.applications(in: world.live.id, before: nil, limit: 3)
            let second = try await world.store.applications(in: world.live.id, before: first.last?.id, limit: 3)
            let third = try await world.store.applications(in: world.live.id, before: second.last?.id, limit: 3)

            try expectEqual(first + second + third, all)
            try expectEqual(third.count, 1)
            try expectEqual(try await world.store.applications(in: world.id(), before: nil, limit: 3), [])
        },
        StoreConformance("endpoints are listed newest first, an environment's or an application's") { world in
            var mine: [Endpoint] = [world.endpoint]
            var all: [Endpoint] = [world.endpoint, world.otherEndpoint]
            for number in 0..<6 {
                let owner = number.isMultiple(of: 2) ? world.application : world.otherApplication
                let endpoint = try await world.addEndpoint(of: owner, inactivity: number == 4 ? .paused : nil)
                all.append(endpoint)
                if owner.id == world.application.id { mine.append(endpoint) }
            }
            let store = world.store
            let live = world.live.id

            let first = try await store.endpoints(in: live, application: nil, before: nil, limit: 5)
            let rest = try await store.endpoints(in: live, application: nil, before: first.last?.id, limit: 5)
            let myFirst = try await store.endpoints(
                in: live, application: world.application.id, before: nil, limit: 3)
            let myRest = try await store.endpoints(
                in: live, application: world.application.id, before: myFirst.last?.id, limit: 3)

            try expectEqual(first + rest, all.sorted { $0.id > $1.id })
            try expectEqual(rest.count, 3)
            try expectEqual(myFirst + myRest, mine.sorted { $0.id > $1.id })
            try expectEqual(try await store.endpoints(in: live, application: world.id(), before: nil, limit: 3), [])
        },
        StoreConformance("keys are listed newest first, page by page") { world in
            let keys = (0..<4).map { number in
                APIKey(
                    id: world.id(), environment: world.live.id, name: "k", role: .reader, application: nil,
                    hash: Array(repeating: UInt8(number), count: 32), hint: "mk", createdAt: world.now, expiresAt: nil)
            }
            try await world.store.apply(keys.map(ConfigurationChange.putKey))

            let first = try await world.store.keys(in: world.live.id, before: nil, limit: 3)
            let rest = try await world.store.keys(in: world.live.id, before: first.last?.id, limit: 3)

            try expectEqual(first + rest, keys.reversed())
            try expectEqual(rest.count, 1)
        },
        StoreConformance("event types are listed by when they were made, then by name, page by page") { world in
            let names = ["b", "a", "c", "B"]
            var types = names.map { name in
                EventType(
                    environment: world.live.id, name: name, description: "", createdAt: world.now, updatedAt: world.now)
            }
            types.append(
                EventType(
                    environment: world.live.id, name: "aa", description: "", createdAt: world.now + .milliseconds(1),
                    updatedAt: world.now))
            types.append(
                EventType(
                    environment: world.live.id, name: "z", description: "", createdAt: world.now - .milliseconds(1),
                    updatedAt: world.now))
            try await world.store.apply(types.map(ConfigurationChange.createEventType))

            var found: [String] = []
            var cursor: EventTypePosition?
            for _ in 0..<3 {
                let page = try await world.store.eventTypes(in: world.live.id, before: cursor, limit: 2)
                found += page.map(\.name)
                cursor = page.last.map { EventTypePosition(createdAt: $0.createdAt, name: $0.name) }
            }
            let past = try await world.store.eventTypes(in: world.live.id, before: cursor, limit: 2)

            try expectEqual(found, ["aa", "c", "b", "a", "B", "z"])
            try expectEqual(past, [])
        },
    ]
}
