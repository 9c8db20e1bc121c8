import MartletCore
import MartletStore

extension ConformanceWorld {
    /// What happened to ``endpoint``, or another, at an instant.
    func operational(
        _ endpoint: Endpoint? = nil, _ kind: OperationalEvent.Kind = .endpointFailing, at instant: Timestamp? = nil,
        data: String = #"{"failures":5}"#
    ) -> OperationalEvent {
        let endpoint = endpoint ?? self.endpoint
        return OperationalEvent(
            id: id(at: instant), environment: endpoint.environment, application: endpoint.application,
            endpoint: endpoint.id, kind: kind, createdAt: instant ?? now, data: Array(data.utf8))
    }

    fileprivate func operationalIDs(
        _ change: (inout OperationalEventQuery) -> Void = { _ in }
    ) async throws -> (ids: [OperationalEventID], next: OperationalEventID?) {
        var query = OperationalEventQuery(environment: live.id, limit: 10)
        change(&query)
        let found = try await store.operationalEvents(query)
        return (found.items.map(\.id), found.next)
    }
}

extension StoreConformance {
    static let operationalEvents: [StoreConformance] = [
        StoreConformance("operational events are kept as they are, and listed newest first") { world in
            let first = world.operational(data: #"{"text":"ü","n":[1]}"#)
            let second = world.operational(world.otherEndpoint, .endpointDisabled)
            let ofNothing = OperationalEvent(
                id: world.id(), environment: world.live.id, application: world.application.id, endpoint: nil,
                kind: OperationalEvent.Kind(rawValue: "something.new"), createdAt: world.now, data: [0x7B, 0x7D])

            try await world.store.record([second, first])
            try await world.store.record([ofNothing])
            try await world.store.record([])

            let found = try await world.store.operationalEvents(
                OperationalEventQuery(environment: world.live.id, limit: 10))
            try expectEqual(found.items, [ofNothing, second, first])
            try expectEqual(found.next, nil)
        },
        StoreConformance("an operational event that is recorded again stays as it is") { world in
            let event = world.operational()
            let other = OperationalEvent(
                id: event.id, environment: event.environment, application: event.application,
                endpoint: event.endpoint, kind: .endpointRecovered, createdAt: world.now, data: [0x7B, 0x7D])
            let next = world.operational()
            try await world.store.record([event])

            try await world.store.record([other, next])

            let found = try await world.store.operationalEvents(
                OperationalEventQuery(environment: world.live.id, limit: 10))
            try expectEqual(found.items, [next, event])
        },
        StoreConformance("an operational event of an unknown environment is a conflict, and nothing of it is kept") {
            world in
            let stray = OperationalEvent(
                id: world.id(), environment: world.id(), application: world.id(), endpoint: nil,
                kind: .endpointFailing, createdAt: world.now, data: [0x7B, 0x7D])

            try await world.expectConflict("An event of no environment") {
                try await world.store.record([world.operational(), stray])
            }

            try expectEqual(try await world.operationalIDs().ids, [])
        },
        StoreConformance("operational events are told by environment, application and endpoint") { world in
            let second = try await world.addEndpoint()
            let events = [
                world.operational(), world.operational(second), world.operational(world.otherEndpoint),
                world.operational(world.sandboxEndpoint),
            ]
            try await world.store.record(events)
            let ids = events.map(\.id)

            try expectEqual(try await world.operationalIDs().ids, [ids[2], ids[1], ids[0]])
            try expectEqual(try await world.operationalIDs { $0.environment = world.sandbox.id }.ids, [ids[3]])
            try expectEqual(try await world.operationalIDs { $0.environment = world.id() }.ids, [])
            try expectEqual(
                try await world.operationalIDs { $0.application = world.application.id }.ids, [ids[1], ids[0]])
            try expectEqual(try await world.operationalIDs { $0.endpoint = second.id }.ids, [ids[1]])
            try expectEqual(
                try await world.operationalIDs {
                    $0.endpoint = second.id
                    $0.application = world.application.id
                }.ids, [ids[1]])
            try expectEqual(
                try await world.operationalIDs {
                    $0.endpoint = second.id
                    $0.application = world.otherApplication.id
                }.ids, [])
            try expectEqual(
                try await world.operationalIDs { $0.endpoint = world.sandboxEndpoint.id }.ids, [],
                "Another environment's endpoint.")
        },
        StoreConformance("operational events come page by page, each once") { world in
            let events = (0..<5).map { _ in world.operational() }
            try await world.store.record(events)

            var ids: [OperationalEventID] = []
            var sizes: [Int] = []
            var before: OperationalEventID?
            repeat {
                let page = try await world.operationalIDs {
                    $0.limit = 2
                    $0.before = before
                }
                ids += page.ids
                sizes.append(page.ids.count)
                before = page.next
            } while before != nil && sizes.count < 9

            try expectEqual(ids, events.reversed().map(\.id))
            try expectEqual(sizes, [2, 2, 1])
            try expectEqual(try await world.operationalIDs { $0.limit = 5 }.next, nil)
            try expectEqual(try await world.operationalIDs { $0.limit = 0 }.ids, [])
        },
        StoreConformance("old operational events are forgotten in steps, the oldest first") { world in
            let old = (1...5).map { world.operational(at: world.now - .seconds(Int64(100 - $0))) }
            let new = [world.operational(at: world.now), world.operational(world.sandboxEndpoint, at: world.now)]
            try await world.store.record(old.reversed() + new)

            var counts: [Int] = []
            counts.append(try await world.store.forgetOperationalEvents(createdBefore: world.now, limit: 2))
            let left = try await world.operationalIDs().ids
            for _ in 0..<3 {
                counts.append(try await world.store.forgetOperationalEvents(createdBefore: world.now, limit: 2))
            }

            try expectEqual(left, [new[0].id] + old[2...].reversed().map(\.id))
            try expectEqual(counts, [2, 2, 1, 0])
            try expectEqual(try await world.operationalIDs().ids, [new[0].id])
            try expectEqual(try await world.operationalIDs { $0.environment = world.sandbox.id }.ids, [new[1].id])
            try expectEqual(
                try await world.store.forgetOperationalEvents(createdBefore: world.now + .seconds(9), limit: 0), 0)
        },
    ]
}
