import MartletCore
import MartletStore

extension ConformanceWorld {
    /// A source with every setting that there is.
    func source(
        in environment: Environment? = nil, application: ApplicationID? = nil, preset: String = "github"
    ) -> Source {
        Source(
            id: id(), environment: (environment ?? live).id, application: application, name: "Pushes é",
            description: "Of the repositories", isActive: false, token: SourceToken(using: &random),
            preset: PresetChoice(name: preset, parameters: ["token": "/a", "hash": "sha1"]),
            secrets: SealedSecrets(
                current: [1, 2], previous: [3], overlapEnds: now + .seconds(5), cutOverAt: now + .seconds(5)),
            tolerance: .seconds(60), addresses: ["192.0.2.0/24"],
            limits: SourceLimits(
                rate: RateLimit(count: 5, per: .seconds(1), burst: 10),
                ratePerAddress: RateLimit(count: 1, per: .seconds(60), burst: 1), maxBodySize: 4096),
            typing: EventTyping(prefix: "github", fallback: "github.event"), duplicateWindow: .seconds(60),
            keptHeaders: ["x-github-event"], metadata: [Metadata(name: "team", value: "a")], createdAt: now,
            updatedAt: now + .seconds(1))
    }

    func request(
        to source: Source, verdict: RequestVerdict = .inactive, body: [UInt8] = [], at instant: Timestamp? = nil
    ) -> StoredRequest {
        StoredRequest(
            id: id(at: instant), environment: source.environment, source: source.id, application: source.application,
            receivedAt: instant ?? now, method: "POST", url: "https://hooks.example/in/a?x=\u{0}1",
            address: IPAddress(v4: 0xCB00_7107), headers: [HeaderField(name: "x-a", value: "é")],
            sealed: [9, 8], sentID: "id\u{0}1", sentType: "push", verdict: verdict, size: 77, body: body)
    }

    fileprivate func log(_ requests: [StoredRequest]) async throws {
        _ = try await store.commit(CommitBatch(requests: requests))
    }

    fileprivate func listed(
        of source: Source, _ change: (inout RequestQuery) -> Void = { _ in }
    ) async throws -> (ids: [RequestID], next: RequestID?) {
        var query = RequestQuery(environment: source.environment, source: source.id, limit: 10)
        change(&query)
        let found = try await store.requests(query)
        return (found.items.map(\.id), found.next)
    }

    fileprivate func stamp(_ source: Source, _ sentID: String, at instant: Timestamp? = nil) -> IdempotencyStamp {
        IdempotencyStamp(
            source: source.id, environment: source.environment, sentID: sentID, window: .seconds(60),
            at: instant ?? now)
    }

    /// An inbound request that becomes an event.
    fileprivate func acceptance(
        to source: Source, sentID: String, at instant: Timestamp? = nil
    ) -> (Acceptance, StoredRequest, Event) {
        let event = event(body: #"{"zen":1}"#)
        let request = request(to: source, verdict: .accepted(event.id))
        return (
            Acceptance(
                entries: [.init(event: event, deliveries: [delivery(of: event)])],
                stamp: stamp(source, sentID, at: instant), request: request), request, event
        )
    }
}

extension StoreConformance {
    static let sources: [StoreConformance] = [
        StoreConformance("a source is kept with all that it has, put again and deleted") { world in
            var source = world.source(application: world.application.id)
            let plain = Source(
                id: world.id(), environment: world.live.id, name: "", token: source.token,
                preset: PresetChoice(name: "rapture"), createdAt: world.now, updatedAt: world.now)
            let foreign = world.source(in: world.sandbox)
            try await world.store.apply([.putSource(source), .putSource(plain), .putSource(foreign)])

            source.name = "Renamed"
            source.isActive = true
            source.secrets = nil
            try await world.store.apply([.putSource(source)])

            try expectEqual(Set(try await world.store.configuration().sources), [source, plain, foreign])
            let page = try await world.store.sources(in: world.live.id, before: nil, limit: 1)
            try expectEqual(page, [plain])
            try expectEqual(
                try await world.store.sources(in: world.live.id, before: plain.id, limit: 9), [source])
            try await world.store.apply([
                .deleteSource(environment: world.live.id, id: plain.id),
                .deleteSource(environment: world.live.id, id: foreign.id),
            ])
            try expectEqual(Set(try await world.store.configuration().sources), [source, foreign])
        },
        StoreConformance("a source of an unknown environment is a conflict") { world in
            let source = world.source()
            let stray = Source(
                id: source.id, environment: world.id(), name: "", token: source.token, preset: source.preset,
                createdAt: world.now, updatedAt: world.now)

            try await world.expectConflict("A source of no environment") {
                try await world.store.apply([.putSource(stray)])
            }
        },
        StoreConformance("an application that is deleted takes its sources along") { world in
            let own = world.source(application: world.application.id)
            let other = world.source(application: world.otherApplication.id)
            let free = world.source()
            try await world.store.apply([.putSource(own), .putSource(other), .putSource(free)])

            try await world.store.apply([
                .deleteApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])

            try expectEqual(Set(try await world.store.configuration().sources), [other, free])
        },
        StoreConformance("requests of every verdict are kept as they are, with their bodies") { world in
            let source = world.source(application: world.application.id)
            var requests: [StoredRequest] = []
            let verdicts: [RequestVerdict] = [
                .accepted(world.id()), .duplicate(of: world.id()), .answered(status: 204),
                .refused(code: "wrong_secret", reason: "It is another \u{0} one."),
                .limited(.address, retryAfter: .milliseconds(1500)), .tooLarge(limit: 100), .inactive,
            ]
            for verdict in verdicts {
                requests.append(world.request(to: source, verdict: verdict, body: [0, 255, UInt8(requests.count)]))
            }
            var bare = world.request(to: source)
            bare.address = nil
            bare.sealed = nil
            bare.sentID = nil
            bare.sentType = nil
            bare.application = nil
            bare.headers = []
            requests.append(bare)

            try await world.log(requests)

            for request in requests {
                try expectEqual(try await world.store.request(request.id, in: world.live.id), request)
                try expectEqual(try await world.store.request(request.id, in: world.sandbox.id), nil)
            }
            let found = try await world.store.requests(
                RequestQuery(environment: world.live.id, source: source.id, limit: 10))
            try expectEqual(
                found.items,
                requests.reversed().map { request in
                    var listed = request
                    listed.body = []
                    return listed
                })
        },
        StoreConformance("requests are listed by source, verdict and time, page by page") { world in
            let source = world.source()
            let other = world.source()
            let foreign = world.source(in: world.sandbox)
            var ids: [RequestID] = []
            for second in 0..<5 {
                let request = world.request(
                    to: source, verdict: second % 2 == 0 ? .inactive : .refused(code: "stale", reason: "Late."),
                    at: world.now + .seconds(second))
                ids.append(request.id)
                try await world.log([request, world.request(to: other), world.request(to: foreign)])
            }

            let first = try await world.listed(of: source) { $0.limit = 2 }
            try expectEqual(first.ids, [ids[4], ids[3]])
            let rest = try await world.listed(of: source) { $0.before = first.next }
            try expectEqual(rest.ids, [ids[2], ids[1], ids[0]])
            try expectEqual(rest.next, nil)
            try expectEqual(try await world.listed(of: source) { $0.verdict = .refused }.ids, [ids[3], ids[1]])
            try expectEqual(try await world.listed(of: source) { $0.verdict = .accepted }.ids, [])
            try expectEqual(
                try await world.listed(of: source) {
                    $0.since = world.now + .seconds(1)
                    $0.until = world.now + .seconds(3)
                }.ids, [ids[2], ids[1]])
            try expectEqual(try await world.listed(of: source) { $0.environment = world.sandbox.id }.ids, [])
            try expectEqual(try await world.listed(of: source) { $0.limit = 0 }.ids, [])
        },
        StoreConformance("the requests of all sources of an environment are listed together") { world in
            let sources = [world.source(), world.source(application: world.application.id)]
            let foreign = world.source(in: world.sandbox)
            var ids: [RequestID] = []
            for second in 0..<4 {
                let request = world.request(
                    to: sources[second % 2], verdict: second < 2 ? .inactive : .refused(code: "stale", reason: "Late."),
                    at: world.now + .seconds(second))
                ids.append(request.id)
                try await world.log([request, world.request(to: foreign, at: world.now + .seconds(second))])
            }
            var query = RequestQuery(environment: world.live.id, limit: 3)

            let first = try await world.store.requests(query)
            query.before = first.next
            let rest = try await world.store.requests(query)
            query.before = nil
            query.verdict = .inactive
            query.since = world.now + .seconds(1)
            let narrowed = try await world.store.requests(query)

            try expectEqual(first.items.map(\.id), [ids[3], ids[2], ids[1]])
            try expectEqual(rest.items.map(\.id), [ids[0]])
            try expectEqual(rest.next, nil)
            try expectEqual(narrowed.items.map(\.id), [ids[1]])
        },
        StoreConformance("what a request became is stored with it, and the sender's id again is a duplicate") { world in
            let source = world.source()
            let (acceptance, request, event) = world.acceptance(to: source, sentID: "1")
            let (again, second, repeated) = world.acceptance(to: source, sentID: "1")
            let (later, third, _) = world.acceptance(to: source, sentID: "1", at: world.now + .seconds(59))
            let (other, fourth, _) = world.acceptance(to: world.source(), sentID: "1")

            let results = try await world.accept(acceptance, again)
            let more = try await world.accept(later, other)

            try expectEqual(try world.entries(results[0]), [.stored])
            guard case .answeredBefore([event.id]) = results[1], case .answeredBefore([event.id]) = more[0] else {
                throw ConformanceFailure(message: "No duplicates: \(results), \(more)", file: #fileID, line: #line)
            }
            try expectEqual(try world.entries(more[1]), [.stored])
            try expectEqual(
                try await world.store.request(request.id, in: world.live.id)?.verdict, .accepted(event.id))
            for duplicate in [second, third] {
                try expectEqual(
                    try await world.store.request(duplicate.id, in: world.live.id)?.verdict, .duplicate(of: event.id))
            }
            try expectEqual(try await world.store.request(fourth.id, in: world.live.id)?.verdict, fourth.verdict)
            try expectEqual(try await world.store.event(event.id, in: world.live.id), event)
            try expectEqual(try await world.store.event(repeated.id, in: world.live.id), nil)
        },
        StoreConformance("the sender's id counts from its first arrival until the window has passed") { world in
            let source = world.source()
            let (first, _, _) = world.acceptance(to: source, sentID: "1")
            let (late, request, event) = world.acceptance(to: source, sentID: "1", at: world.now + .seconds(60))
            try await world.accept(first)

            let results = try await world.accept(late)

            try expectEqual(try world.entries(results[0]), [.stored])
            try expectEqual(
                try await world.store.request(request.id, in: world.live.id)?.verdict, .accepted(event.id))
        },
        StoreConformance("a request that was refused becomes an event in its place in the log") { world in
            let source = world.source()
            var request = world.request(to: source, verdict: .refused(code: "stale", reason: "Late."), body: [1, 2])
            try await world.log([request])
            let event = world.event()
            request.verdict = .accepted(event.id)
            request.body = []

            try await world.accept(Acceptance(entries: [.init(event: event, deliveries: [])], request: request))

            try expectEqual(try await world.store.request(request.id, in: world.live.id), request)
            try expectEqual(try await world.listed(of: source).ids, [request.id])
        },
        StoreConformance("a request of an unknown environment is a conflict, and nothing of its batch is kept") {
            world in
            let source = world.source()
            let request = world.request(to: source)
            var stray = world.request(to: source)
            stray.environment = world.id()
            let event = world.event()

            try await world.expectConflict("A request of no environment") { [stray] in
                _ = try await world.store.commit(
                    CommitBatch(
                        acceptances: [Acceptance(entries: [.init(event: event, deliveries: [])])],
                        requests: [request, stray]))
            }

            try expectEqual(try await world.store.request(request.id, in: world.live.id), nil)
            try expectEqual(try await world.store.event(event.id, in: world.live.id), nil)
        },
        StoreConformance("old requests are dropped in steps, the oldest first, of one environment") { world in
            let source = world.source()
            let foreign = world.source(in: world.sandbox)
            var ids: [RequestID] = []
            for second in 0..<4 {
                let request = world.request(to: source, at: world.now + .seconds(second))
                ids.append(request.id)
                try await world.log([request, world.request(to: foreign, at: world.now)])
            }
            let instant = world.now + .seconds(3)

            let first = try await world.store.dropRequests(in: world.live.id, before: instant, limit: 2)
            let left = try await world.listed(of: source).ids
            let second = try await world.store.dropRequests(in: world.live.id, before: instant, limit: 2)
            let third = try await world.store.dropRequests(in: world.live.id, before: instant, limit: 2)

            try expectEqual([first, second, third], [2, 1, 0])
            try expectEqual(left, [ids[3], ids[2]])
            try expectEqual(try await world.listed(of: source).ids, [ids[3]])
            try expectEqual(try await world.listed(of: foreign).ids.count, 4)
        },
        StoreConformance("an erasure removes what an application's sources received, and no other's") { world in
            let own = world.source(application: world.application.id)
            let other = world.source(application: world.otherApplication.id)
            try await world.store.apply([.putSource(own), .putSource(other)])
            let kept = world.request(to: other)
            try await world.log([world.request(to: own), world.request(to: own), kept])
            try await world.store.apply([
                .eraseApplication(environment: world.live.id, id: world.application.id, at: world.now)
            ])

            for _ in 0..<50 {
                let step = try await world.store.erase(
                    world.application.id, in: world.live.id, limit: 1, settled: world.now + .seconds(9))
                if step.isOver { break }
            }

            try expectEqual(try await world.listed(of: own).ids, [])
            try expectEqual(try await world.listed(of: other).ids, [kept.id])
        },
    ]
}
