import MartletCore
import MartletStore

extension StoreConformance {
    static let deliveryListings: [StoreConformance] = [
        StoreConformance("deliveries are listed newest first, page by page, each once") { world in
            let event = world.event()
            let deliveries = (0..<7).map { _ in world.delivery(of: event) }
            try await world.accept(event, deliveries.shuffled(by: 5))

            for limit in 1...8 { try await world.expectDeliveries(deliveries) { $0.limit = limit } }
            let exact = try await world.store.deliveries(DeliveryQuery(environment: world.live.id, limit: 7))
            let none = try await world.store.deliveries(DeliveryQuery(environment: world.id(), limit: 7))

            try expectEqual(exact.next, nil)
            try expect(none.items.isEmpty && none.next == nil, "An unknown environment has no deliveries.")
        },
        StoreConformance("deliveries are listed by endpoint, application and event, alone and together") { world in
            let second = try await world.addEndpoint()
            let events = [world.event(), world.event()]
            var all: [Delivery] = []
            for event in events {
                let deliveries = [world.endpoint, second, world.otherEndpoint].map { world.delivery(of: event, to: $0) }
                try await world.accept(event, deliveries)
                all += deliveries
            }
            func wanted(_ isWanted: (Delivery) -> Bool) -> [Delivery] { all.filter(isWanted) }
            let application = world.application.id

            for limit in [1, 2, 50] {
                try await world.expectDeliveries(wanted { $0.endpoint == second.id }) {
                    $0.endpoint = second.id
                    $0.limit = limit
                }
                try await world.expectDeliveries(wanted { $0.application == application }) {
                    $0.application = application
                    $0.limit = limit
                }
                try await world.expectDeliveries(wanted { $0.event == events[0].id }) {
                    $0.event = events[0].id
                    $0.limit = limit
                }
            }
            try await world.expectDeliveries(
                wanted { $0.event == events[1].id && $0.application == application }
            ) {
                $0.event = events[1].id
                $0.application = application
            }
            try await world.expectDeliveries(wanted { $0.event == events[1].id && $0.endpoint == second.id }) {
                $0.event = events[1].id
                $0.endpoint = second.id
            }
            try await world.expectDeliveries([]) {
                $0.endpoint = second.id
                $0.application = world.otherApplication.id
            }
            try await world.expectDeliveries([]) { $0.endpoint = world.id() }
            try await world.expectDeliveries([]) { $0.event = world.id() }
            try await world.expectDeliveries([]) { $0.application = world.id() }
        },
        StoreConformance("an application with many endpoints has its deliveries listed all the same") { world in
            var deliveries: [Delivery] = []
            for _ in 0..<40 {
                let endpoint = try await world.addEndpoint()
                let event = world.event()
                let mine = world.delivery(of: event, to: endpoint)
                try await world.accept(event, [mine, world.delivery(of: event, to: world.otherEndpoint)])
                deliveries.append(mine)
            }

            for limit in [7, 50] {
                try await world.expectDeliveries(deliveries) {
                    $0.application = world.application.id
                    $0.limit = limit
                }
            }
        },
        StoreConformance("deliveries are listed by when they were made") { world in
            let event = world.event()
            let instants = [-2, -1, 0, 1, 2].map { world.now + .milliseconds($0) }
            let deliveries = instants.map { world.delivery(of: event, at: $0) }
            try await world.accept(event, deliveries)

            for endpoint in [nil, world.endpoint.id] {
                try await world.expectDeliveries(Array(deliveries[2...])) {
                    $0.endpoint = endpoint
                    $0.since = world.now
                }
                try await world.expectDeliveries([deliveries[1]]) {
                    $0.endpoint = endpoint
                    $0.since = world.now - .milliseconds(1)
                    $0.until = world.now
                }
            }
            try await world.expectDeliveries([deliveries[2]]) {
                $0.application = world.application.id
                $0.since = world.now
                $0.before = deliveries[3].id
            }
        },
        StoreConformance("deliveries are listed by status, whatever else is asked for") { world in
            let event = world.event()
            let states: [DeliveryStatus: DeliveryState] = [
                .scheduled: .scheduled(due: world.now + .seconds(9)), .succeeded: .succeeded(at: world.now),
                .failed: .failed(at: world.now, reason: .exhausted),
                .cancelled: .cancelled(at: world.now, reason: .requested),
            ]
            var all: [DeliveryStatus: [Delivery]] = [:]
            for (status, state) in states {
                all[status] = (0..<3).map { _ in world.delivery(of: event, state: state) }
            }
            let others = states.values.map { world.delivery(of: event, to: world.otherEndpoint, state: $0) }
            try await world.accept(event, all.values.flatMap(\.self) + others)

            for (status, deliveries) in all {
                let others = others.filter { $0.state.status == status }
                for limit in [1, 2, 50] {
                    try await world.expectDeliveries(deliveries + others) {
                        $0.status = status
                        $0.limit = limit
                    }
                    try await world.expectDeliveries(deliveries) {
                        $0.status = status
                        $0.endpoint = world.endpoint.id
                        $0.limit = limit
                    }
                    try await world.expectDeliveries(deliveries) {
                        $0.status = status
                        $0.application = world.application.id
                        $0.limit = limit
                    }
                    try await world.expectDeliveries(deliveries + others) {
                        $0.status = status
                        $0.event = event.id
                        $0.limit = limit
                    }
                }
            }
            let oldest = (all[.failed] ?? []).min { $0.id < $1.id }
            try await world.expectDeliveries([]) {
                $0.status = .failed
                $0.before = oldest?.id
                $0.endpoint = world.endpoint.id
            }
        },
        StoreConformance("what is scheduled at an inactive endpoint is listed as held, until it is active again") {
            world in
            var paused = try await world.addEndpoint(inactivity: .paused)
            let held = try await world.acceptDelivery(to: paused)
            let scheduled = try await world.acceptDelivery()
            let done = try await world.acceptDelivery(to: paused)
            _ = try await world.settle(
                world.settlement(of: done, attempt: world.attempt(of: done), state: .succeeded(at: world.now)))

            try await world.expectDeliveries([held]) { $0.status = .held }
            try await world.expectDeliveries([scheduled]) { $0.status = .scheduled }
            try await world.expectDeliveries([scheduled]) { $0.status = .inFlight }
            try await world.expectDeliveries([held]) {
                $0.status = .held
                $0.endpoint = paused.id
            }
            try await world.expectDeliveries([]) {
                $0.status = .scheduled
                $0.endpoint = paused.id
            }
            try await world.expectDeliveries([held]) {
                $0.status = .held
                $0.application = world.application.id
            }
            paused.activate(at: world.now)
            try await world.store.apply([.putEndpoint(paused)])

            try await world.expectDeliveries([]) { $0.status = .held }
            try await world.expectDeliveries([held, scheduled]) { $0.status = .scheduled }
        },
        StoreConformance("an event's deliveries are listed oldest first, replays among them") { world in
            let event = world.event()
            let deliveries = (0..<5).map { _ in world.delivery(of: event) }
            try await world.accept(event, deliveries.shuffled(by: 7))
            _ = try await world.acceptDelivery()

            let all = try await world.store.deliveries(of: event.id, in: world.live.id, limit: 10)
            let some = try await world.store.deliveries(of: event.id, in: world.live.id, limit: 2)

            try expectEqual(all, deliveries)
            try expectEqual(some, Array(deliveries[..<2]))
            try expectEqual(try await world.store.deliveries(of: world.id(), in: world.live.id, limit: 2), [])
        },
        StoreConformance("the history of a deleted endpoint stays") { world in
            let delivery = try await world.acceptDelivery(to: world.otherEndpoint)
            let attempt = world.attempt(of: delivery)
            _ = try await world.settle(
                world.settlement(of: delivery, attempt: attempt, state: .succeeded(at: world.now)))
            let before = try await world.stored(delivery)
            try await world.store.apply([
                .deleteApplication(environment: world.live.id, id: world.otherApplication.id, at: world.now)
            ])

            try expectEqual(try await world.stored(delivery), before)
            try expectEqual(try await world.store.attempts(of: delivery.id), [attempt])
            try await world.expectDeliveries([before]) { $0.endpoint = world.otherEndpoint.id }
            try await world.expectDeliveries([before]) { $0.application = world.otherApplication.id }
            try await world.expectDeliveries([before]) { $0.event = delivery.event }
        },
    ]

    static let isolation: [StoreConformance] = [
        StoreConformance("an environment never sees another's events and deliveries") { world in
            let event = world.event(in: world.sandbox, chosenID: "a")
            let delivery = world.delivery(of: event, to: world.sandboxEndpoint)
            try await world.accept(event, [delivery])
            let live = world.live.id

            try expectEqual(try await world.store.event(event.id, in: live), nil)
            try expectEqual(try await world.store.event(chosenID: "a", in: live), nil)
            try expectEqual(try await world.store.delivery(delivery.id, in: live), nil)
            try expectEqual(try await world.store.deliveries(of: event.id, in: live, limit: 5), [])
            try await world.expectEvents([]) { _ in }
            try await world.expectEvents([]) { $0.application = world.sandboxApplication.id }
            try await world.expectEvents([]) { $0.status = .scheduled }
            try await world.expectDeliveries([]) { _ in }
            try await world.expectDeliveries([]) { $0.endpoint = world.sandboxEndpoint.id }
            try await world.expectDeliveries([]) { $0.application = world.sandboxApplication.id }
            try await world.expectDeliveries([]) { $0.event = event.id }
            for status in DeliveryStatus.allCases { try await world.expectDeliveries([]) { $0.status = status } }
            for status in DeliveryStatus.allCases {
                try await world.expectDeliveries([]) {
                    $0.status = status
                    $0.endpoint = world.sandboxEndpoint.id
                }
            }
        },
        StoreConformance("an environment never sees or deletes another's configuration") { world in
            let type = EventType(
                environment: world.sandbox.id, name: "a", description: "", createdAt: world.now, updatedAt: world.now)
            let key = APIKey(
                id: world.id(), environment: world.sandbox.id, name: "k", role: .admin, application: nil,
                hash: Array(repeating: 1, count: 32), hint: "mk", createdAt: world.now, expiresAt: nil)
            let profile = CustomProfile(
                environment: world.sandbox.id, profile: .standard, createdAt: world.now, updatedAt: world.now)
            try await world.store.apply([.createEventType(type), .putKey(key), .putProfile(profile)])
            let live = world.live.id

            try await world.store.apply([
                .deleteEventType(environment: live, name: "a"), .deleteKey(environment: live, id: key.id),
                .deleteProfile(environment: live, name: profile.profile.name),
                .deleteEndpoint(environment: live, id: world.sandboxEndpoint.id, at: world.now),
                .deleteApplication(environment: live, id: world.sandboxApplication.id, at: world.now),
            ])

            let store = world.store
            try expectEqual(try await store.eventType("a", in: live), nil)
            try expectEqual(try await store.eventTypes(in: live, before: nil, limit: 9), [])
            try expectEqual(try await store.keys(in: live, before: nil, limit: 9), [])
            try expectEqual(
                try await store.endpoints(
                    in: live, application: world.sandboxApplication.id, before: nil, limit: 9), [])
            try expectEqual(try await store.eventType("a", in: world.sandbox.id), type)
            try expectEqual(try await store.keys(in: world.sandbox.id, before: nil, limit: 9), [key])
            try expectEqual(
                try await store.endpoints(in: world.sandbox.id, application: nil, before: nil, limit: 9),
                [world.sandboxEndpoint])
            try expectEqual(
                try await store.applications(in: world.sandbox.id, before: nil, limit: 9), [world.sandboxApplication])
            try expectEqual(try await store.configuration().profiles, [profile])
        },
        StoreConformance("an endpoint does not change its environment or application") { world in
            let moved = ConformanceWorld.endpoint(world.endpoint.id, of: world.sandboxApplication, at: world.now)
            let given = ConformanceWorld.endpoint(world.endpoint.id, of: world.otherApplication, at: world.now)

            for endpoint in [moved, given] {
                try await world.expectConflict("Another owner") {
                    try await world.store.apply([.putEndpoint(endpoint)])
                }
            }

            try expectEqual(
                try await world.store.endpoints(
                    in: world.live.id, application: world.application.id, before: nil, limit: 9), [world.endpoint])
        },
    ]
}
