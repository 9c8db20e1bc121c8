import MartletCore
import MartletStore

extension StoreConformance {
    static let replayable: [StoreConformance] = [
        StoreConformance("what failed for good at an endpoint is found, oldest first, each once") { world in
            let failure = DeliveryState.failed(at: world.now, reason: .exhausted)
            let success = DeliveryState.succeeded(at: world.now)
            let requested = DeliveryState.cancelled(at: world.now, reason: .requested)
            let deleted = DeliveryState.cancelled(at: world.now, reason: .endpointDeleted)
            func event(_ states: DeliveryState...) async throws -> Event {
                let event = world.event()
                try await world.accept(event, states.map { world.delivery(of: event, state: $0) })
                return event
            }
            let first = try await event(failure)
            _ = try await event(success)
            _ = try await event(failure, success)
            _ = try await event(failure, .scheduled(due: world.now))
            _ = try await event(failure, requested)
            let second = try await event(failure, failure, deleted)
            _ = try await event(requested)
            let elsewhere = world.event()
            try await world.accept(
                elsewhere,
                [
                    world.delivery(of: elsewhere, state: success),
                    world.delivery(of: elsewhere, to: world.otherEndpoint, state: failure),
                ])
            let third = world.event()
            try await world.accept(
                third,
                [
                    world.delivery(of: third, state: failure),
                    world.delivery(of: third, to: world.otherEndpoint, state: success),
                ])

            try await world.expectReplayable([first, second, third], .failures(of: world.endpoint.id, after: nil))
            try await world.expectReplayable([elsewhere], .failures(of: world.otherEndpoint.id, after: nil))
            try await world.expectReplayable([], .failures(of: world.id(), after: nil))
        },
        StoreConformance("failures are those of the window's events, and of deliveries that were there") { world in
            let failure = DeliveryState.failed(at: world.now, reason: .exhausted)
            let early = world.event(at: world.now - .seconds(61))
            let late = world.event(at: world.now + .seconds(1))
            let inside = world.event(at: world.now - .seconds(60))
            let tooNew = world.event()
            for event in [early, late, inside] {
                try await world.accept(event, [world.delivery(of: event, state: failure, at: world.now)])
            }
            try await world.accept(
                tooNew, [world.delivery(of: tooNew, state: failure, at: world.now + .seconds(5))])

            try await world.expectReplayable([inside], .failures(of: world.endpoint.id, after: nil))
        },
        StoreConformance("what an endpoint missed is what it would have got and has no delivery of") { world in
            let missed = world.event(type: "a.b")
            let meant = world.event(type: "a.c", application: world.application.id)
            let theirs = world.event(type: "a.b", application: world.otherApplication.id)
            let otherType = world.event(type: "b.a")
            let got = world.event(type: "a.b")
            let elsewhere = world.event(type: "a.b")
            for event in [missed, meant, theirs, otherType] { try await world.accept(event) }
            try await world.accept(got, [world.delivery(of: got, cause: .replay)])
            try await world.accept(elsewhere, [world.delivery(of: elsewhere, to: world.otherEndpoint)])

            func covered(by patterns: String...) -> ReplayableQuery.Path {
                .missed(
                    by: world.endpoint.id, patterns: patterns, application: world.application.id, after: nil)
            }
            try await world.expectReplayable([missed, meant, elsewhere], covered(by: "a.*"))
            try await world.expectReplayable([missed, elsewhere], covered(by: "a.b", "c"))
            try await world.expectReplayable([missed, meant, otherType, elsewhere], covered(by: "*"))
            try await world.expectReplayable([], covered(by: "a"))
        },
        StoreConformance("a selection has the events that a listing with its filters has, oldest first") { world in
            let failure = DeliveryState.failed(at: world.now, reason: .exhausted)
            let meant = world.event(type: "a", application: world.application.id)
            let shared = world.event(type: "b")
            let toOther = world.event(type: "a")
            let bare = world.event(type: "a")
            try await world.accept(meant)
            try await world.accept(
                shared,
                [
                    world.delivery(of: shared, state: .succeeded(at: world.now)),
                    world.delivery(of: shared, to: world.otherEndpoint, state: failure),
                ])
            try await world.accept(toOther, [world.delivery(of: toOther, to: world.otherEndpoint)])
            try await world.accept(bare)

            func selection(
                _ type: String? = nil, _ application: Application? = nil, _ status: DeliveryStatus? = nil,
                _ endpoint: Endpoint? = nil
            ) -> ReplayableQuery.Path {
                .selection(
                    ReplaySelection(
                        type: type, application: application?.id, status: status, endpoint: endpoint?.id),
                    after: nil)
            }
            try await world.expectReplayable([meant, shared, toOther, bare], selection())
            try await world.expectReplayable([meant, toOther, bare], selection("a"))
            try await world.expectReplayable([meant, shared], selection(nil, world.application))
            try await world.expectReplayable([shared, toOther], selection(nil, world.otherApplication))
            try await world.expectReplayable([shared], selection(nil, nil, .failed))
            try await world.expectReplayable([], selection(nil, world.application, .failed))
            try await world.expectReplayable([shared], selection(nil, world.application, .succeeded))
            try await world.expectReplayable([], selection(nil, nil, .failed, world.endpoint))
            try await world.expectReplayable([shared], selection(nil, nil, .failed, world.otherEndpoint))
            try await world.expectReplayable([toOther], selection(nil, nil, .held))
            try await world.expectReplayable([meant, shared, toOther, bare], selection(nil, nil, nil, world.endpoint))
        },
        StoreConformance("nothing before, after or outside of a window, and no test, is delivered again") { world in
            let events = [-60_001, -60_000, 0, 999, 1000].map { world.event(at: world.now + .milliseconds($0)) }
            for event in events { try await world.accept(event) }
            try await world.accept(world.event(in: world.sandbox))
            let test = Event(
                id: world.id(), environment: world.live.id, chosenID: nil, type: "a", application: nil,
                created: world.now, acceptedAt: world.now, isTest: true, deliveryCount: 0,
                body: EventBody(bytes: [], data: 0..<0))
            try await world.accept(test)
            let failed = Event(
                id: world.id(), environment: world.live.id, chosenID: nil, type: "a", application: nil,
                created: world.now, acceptedAt: world.now, isTest: true, deliveryCount: 1,
                body: EventBody(bytes: [], data: 0..<0))
            try await world.accept(
                failed,
                [world.delivery(of: failed, cause: .test, state: .failed(at: world.now, reason: .single))])

            try await world.expectReplayable(Array(events[1...3]), .selection(ReplaySelection(), after: nil))
            try await world.expectReplayable([], .failures(of: world.endpoint.id, after: nil))
        },
        StoreConformance("a page ends where its bounds are, and says where to go on") { world in
            let events = (0..<6).map { world.event(type: $0.isMultiple(of: 2) ? "a" : "b", body: "12345678") }
            for event in events { try await world.accept(event) }
            var query = world.query(.selection(ReplaySelection(type: "a"), after: nil))

            query.limit = 2
            let limited = try await world.store.replayable(query)
            query.limit = 10
            query.bytes = 9
            let light = try await world.store.replayable(query)
            query.bytes = 1000
            query.scanLimit = 4
            let short = try await world.store.replayable(query)
            query.path = .selection(ReplaySelection(type: "a"), after: events[4].id)
            let rest = try await world.store.replayable(query)
            query.path = .selection(ReplaySelection(type: "a"), after: events[5].id)
            let nothing = try await world.store.replayable(query)

            try expectEqual(limited.items.map(\.event), [events[0], events[2]])
            try expectEqual(limited.items.map(\.examined), [1, 3])
            try expectEqual(limited.items.map(\.cursor), [0, 2].map { .events(after: events[$0].id) })
            try expectEqual(limited.cursor, .events(after: events[2].id))
            try expectEqual(limited.examined, 3)
            try expect(!limited.isLast, "There are more.")
            try expectEqual(light.items.map(\.event), [events[0], events[2]])
            try expect(!light.isLast, "There are more.")
            try expectEqual(short.items.map(\.event), [events[0], events[2]])
            try expectEqual(short.cursor, .events(after: events[3].id))
            try expectEqual(short.examined, 4)
            try expect(!short.isLast, "There are more.")
            try expectEqual(rest.items.map(\.event), [])
            try expectEqual(rest.cursor, .events(after: events[5].id))
            try expect(rest.isLast, "That was all.")
            try expectEqual(nothing.cursor, nil)
            try expect(nothing.isLast && nothing.examined == 0, "There is nothing beyond the last.")
        },
    ]
}

extension ReplayableQuery.Path {
    /// What failed at an endpoint and was there when the world's jobs are made.
    static func failures(of endpoint: EndpointID, after: DeliveryID?) -> Self {
        .failures(of: endpoint, after: after, before: Timestamp(milliseconds: 1_686_825_000_123) + .seconds(2))
    }

    /// The same, from where a page ended.
    fileprivate func continued(from cursor: JobCursor) -> Self {
        switch (self, cursor) {
        case (.failures(let endpoint, _, let before), .failures(let after)):
            .failures(of: endpoint, after: after, before: before)
        case (.missed(let endpoint, let patterns, let application, _), .events(let after)):
            .missed(by: endpoint, patterns: patterns, application: application, after: after)
        case (.selection(let selection, _), .events(let after)): .selection(selection, after: after)
        default: self
        }
    }
}

extension ConformanceWorld {
    /// A look into `live`, from a minute before ``now`` to a second after.
    func query(_ path: ReplayableQuery.Path) -> ReplayableQuery {
        ReplayableQuery(
            environment: live.id, path: path, since: now - .seconds(60), until: now + .seconds(1), limit: 100)
    }

    /// Fails unless `wanted` is found in that order, in one page and in pages of one.
    func expectReplayable(
        _ wanted: [Event], _ path: ReplayableQuery.Path, file: String = #fileID, line: UInt = #line
    ) async throws {
        for limit in [100, 1] {
            var query = query(path)
            query.limit = limit
            var found: [Event] = []
            while true {
                let page = try await store.replayable(query)
                found += page.items.map(\.event)
                guard !page.isLast, let cursor = page.cursor else { break }
                query.path = query.path.continued(from: cursor)
            }
            try expectEqual(
                found, wanted, "What is to be delivered again, \(limit) at a time.", file: file, line: line)
        }
    }
}
