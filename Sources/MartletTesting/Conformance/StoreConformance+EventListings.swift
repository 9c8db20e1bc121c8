import MartletCore
import MartletStore

extension StoreConformance {
    static let eventListings: [StoreConformance] = [
        StoreConformance("events are listed newest first, page by page, each once") { world in
            let events = (0..<7).map { _ in world.event() }
            for event in events.shuffled(by: 3) { try await world.accept(event) }

            var pages: [[EventID]] = []
            var query = EventQuery(environment: world.live.id, limit: 3)
            repeat {
                let found = try await world.store.events(query)
                pages.append(found.items.map(\.id))
                query.before = found.next
            } while query.before != nil

            let newestFirst = events.map(\.id).reversed()
            try expectEqual(pages.flatMap(\.self), Array(newestFirst))
            try expectEqual(pages.filter { !$0.isEmpty }.map(\.count), [3, 3, 1])
        },
        StoreConformance("a page that holds the last event does not promise another") { world in
            let events = [world.event(), world.event()]
            for event in events { try await world.accept(event) }

            let exact = try await world.store.events(EventQuery(environment: world.live.id, limit: 2))
            let none = try await world.store.events(EventQuery(environment: world.id(), limit: 2))
            let noRoom = try await world.store.events(EventQuery(environment: world.live.id, limit: 0))

            try expectEqual(exact.items, events.reversed())
            try expectEqual(exact.next, nil)
            try expect(none.items.isEmpty && none.next == nil, "An unknown environment has no events.")
            try expect(noRoom.items.isEmpty, "A limit of 0 gives none.")
        },
        StoreConformance("events are listed by type, to the letter") { world in
            let wanted = world.event(type: "property.created")
            for event in [wanted, world.event(type: "property.created.x"), world.event(type: "Property.created")] {
                try await world.accept(event)
            }

            try await world.expectEvents([wanted]) { $0.type = "property.created" }
            try await world.expectEvents([]) { $0.type = "property.*" }
        },
        StoreConformance("events are listed by when they were accepted, from an instant up to another") { world in
            let instants = [-2, -1, 0, 1, 2].map { world.now + .milliseconds($0) }
            let events = instants.map { world.event(at: $0) }
            for event in events { try await world.accept(event) }

            try await world.expectEvents(Array(events[2...])) { $0.since = world.now }
            try await world.expectEvents(Array(events[..<2])) { $0.until = world.now }
            try await world.expectEvents([events[2]]) {
                $0.since = world.now
                $0.until = world.now + .milliseconds(1)
            }
            try await world.expectEvents([events[2]]) {
                $0.since = world.now
                $0.before = events[3].id
            }
            try await world.expectEvents(events) {
                $0.since = Timestamp(milliseconds: -5)
                $0.until = Timestamp(milliseconds: .max)
            }
        },
        StoreConformance("an application's events are those meant for it and those that went to its endpoints") {
            world in
            // Nobody wanted it, and it is the application's business all the same.
            let meant = world.event(application: world.application.id, deliveryCount: 0)
            let shared = world.event()
            let foreign = world.event(application: world.otherApplication.id)
            let toNobody = world.event()
            try await world.accept(meant)
            try await world.accept(
                shared, [world.delivery(of: shared), world.delivery(of: shared, to: world.otherEndpoint)])
            try await world.accept(foreign, [world.delivery(of: foreign, to: world.otherEndpoint)])
            try await world.accept(toNobody)

            try await world.expectEvents([meant, shared]) { $0.application = world.application.id }
            try await world.expectEvents([shared, foreign]) { $0.application = world.otherApplication.id }
            try await world.expectEvents([]) { $0.application = world.id() }
        },
        StoreConformance("events are listed by the state of a delivery") { world in
            let scheduled = world.event()
            let succeeded = world.event()
            let failed = world.event()
            let cancelled = world.event()
            let mixed = world.event()
            let bare = world.event()
            let success = DeliveryState.succeeded(at: world.now)
            let failure = DeliveryState.failed(at: world.now, reason: .exhausted)
            try await world.accept(scheduled, [world.delivery(of: scheduled)])
            try await world.accept(succeeded, [world.delivery(of: succeeded, state: success)])
            try await world.accept(failed, [world.delivery(of: failed, state: failure)])
            try await world.accept(
                cancelled,
                [world.delivery(of: cancelled, state: .cancelled(at: world.now, reason: .requested))])
            try await world.accept(
                mixed, [world.delivery(of: mixed, state: success), world.delivery(of: mixed, state: failure)])
            try await world.accept(bare)

            try await world.expectEvents([scheduled]) { $0.status = .scheduled }
            try await world.expectEvents([scheduled]) { $0.status = .held }
            try await world.expectEvents([scheduled]) { $0.status = .inFlight }
            try await world.expectEvents([succeeded, mixed]) { $0.status = .succeeded }
            try await world.expectEvents([failed, mixed]) { $0.status = .failed }
            try await world.expectEvents([cancelled]) { $0.status = .cancelled }
        },
        StoreConformance("a state asked for with an application is that of its own deliveries") { world in
            let mine = world.event()
            let theirs = world.event(application: world.application.id)
            let failure = DeliveryState.failed(at: world.now, reason: .exhausted)
            try await world.accept(mine, [world.delivery(of: mine, state: failure)])
            try await world.accept(
                theirs,
                [world.delivery(of: theirs), world.delivery(of: theirs, to: world.otherEndpoint, state: failure)])

            try await world.expectEvents([mine]) {
                $0.application = world.application.id
                $0.status = .failed
            }
            try await world.expectEvents([theirs]) {
                $0.application = world.otherApplication.id
                $0.status = .failed
            }
        },
        StoreConformance("events are listed by text in their bodies, to the byte") { world in
            let first = world.event(body: #"{"data":{"city":"Zürich"}}"#)
            let second = world.event(body: #"{"data":{"city":"Zurich","n":"aab"}}"#)
            try await world.accept(first)
            try await world.accept(second)
            try await world.accept(world.event(body: ""))

            try await world.expectEvents([first]) { $0.text = "Zürich" }
            try await world.expectEvents([first]) { $0.text = #"":"Zü"# }
            try await world.expectEvents([second]) { $0.text = "ab\"}}" }
            try await world.expectEvents([second]) { $0.text = #"{"data":{"city":"Zurich","n":"aab"}}"# }
            try await world.expectEvents([]) { $0.text = "zurich" }
            try await world.expectEvents([]) { $0.text = #"{"data":{"city":"Zurich","n":"aab"}} "# }
            try await world.expectEvents([]) { $0.text = "%" }
        },
        StoreConformance("filters of events narrow each other, across pages") { world in
            var wanted: [Event] = []
            for number in 0..<12 {
                let event = world.event(
                    type: number.isMultiple(of: 2) ? "a" : "b", body: number.isMultiple(of: 3) ? "x" : "y")
                try await world.accept(event)
                if number.isMultiple(of: 6) { wanted.append(event) }
            }

            try await world.expectEvents(wanted) {
                $0.type = "a"
                $0.text = "x"
                $0.limit = 1
            }
        },
    ]
}

extension Array {
    /// The elements in another order, the same for the same seed.
    func shuffled(by seed: UInt64) -> Self {
        var random = SeededRandom(seed: seed)
        return shuffled(using: &random)
    }
}

extension ConformanceWorld {
    /// Fails unless a listing in `live`, followed through all its pages, gives `wanted`, newest first.
    func expectEvents(
        _ wanted: [Event], file: String = #fileID, line: UInt = #line, where filter: (inout EventQuery) -> Void
    ) async throws {
        var query = EventQuery(environment: live.id, limit: 50)
        filter(&query)
        var found: [Event] = []
        repeat {
            let page = try await store.events(query)
            try expect(page.items.count <= query.limit, "A page is longer than its limit.", file: file, line: line)
            found += page.items
            query.before = page.next
        } while query.before != nil
        try expectEqual(
            found, wanted.sorted { $0.id > $1.id }, "The listing of events.", file: file, line: line)
    }

    /// Fails unless a listing in `live`, followed through all its pages, gives `wanted`, newest first.
    func expectDeliveries(
        _ wanted: [Delivery], file: String = #fileID, line: UInt = #line, where filter: (inout DeliveryQuery) -> Void
    ) async throws {
        var query = DeliveryQuery(environment: live.id, limit: 50)
        filter(&query)
        var found: [Delivery] = []
        repeat {
            let page = try await store.deliveries(query)
            try expect(page.items.count <= query.limit, "A page is longer than its limit.", file: file, line: line)
            found += page.items
            query.before = page.next
        } while query.before != nil
        try expectEqual(
            found, wanted.sorted { $0.id > $1.id }, "The listing of deliveries.", file: file, line: line)
    }
}
