import MartletCore
import MartletStore

extension StoreConformance {
    /// Every test of what a store does for several nodes.
    public static let nodes: [NodeConformance] = membership + ownership + takeOvers + leases + newsOfOthers

    private static let membership: [NodeConformance] = [
        NodeConformance("every node gets a number that nobody had before") { world in
            try await world.second.leave()
            let third = try await world.stage.open()
            let number = try await third.join(as: "third", lease: NodeWorld.lease)
            let again = try await world.second.join(as: "second", lease: NodeWorld.lease)

            let nodes = try await world.first.nodes()
            await third.close()

            try expect(world.firstNumber.rawValue > 0, "Zero is nobody's number.")
            try expectEqual(Set([world.firstNumber, world.secondNumber, number, again]).count, 4)
            try expectEqual(nodes.map(\.number), [world.firstNumber, number, again].sorted())
            try expectEqual(Set(nodes.map(\.name)), ["first", "second", "third"])
            try expect(world.first.isShared, "A store that others may open says so.")
        },
        NodeConformance("a node that was taken for dead can write nothing until it joins again") { world in
            let delivery = try await world.accept(through: world.first)
            try await world.stage.silence(world.firstNumber)
            _ = try await world.takeOver(through: world.second)

            try await world.expectLapsed("a beat") { try await world.first.beat() }
            try await world.expectLapsed("an acceptance") { _ = try await world.accept(through: world.first) }
            try await world.expectLapsed("a settlement") { _ = try await world.settle(delivery, through: world.first) }
            try await world.expectLapsed("a move") {
                _ = try await world.first.move(delivery, to: .cancelled(at: world.now, reason: .requested))
            }
            try await world.expectLapsed("a cancellation") {
                _ = try await world.first.cancelDeliveries(of: delivery.endpoint, at: world.now, limit: 10)
            }
            try await world.expectLapsed("a take-over") { _ = try await world.first.takeOver(limit: 10) }
            try await world.expectLapsed("a claim") { _ = try await world.first.claimEndpoints() }
            try await world.expectLapsed("a duty") { _ = try await world.first.claim(.jobs) }
            try await world.expectLapsed("a rehoming") { try await world.first.rehome(delivery.endpoint) }
            let stored = try await world.world.stored(delivery)
            let attempts = try await world.second.attempts(of: delivery.id)
            let living = try await world.second.nodes().map(\.number)
            let again = try await world.first.join(as: "first", lease: NodeWorld.lease)
            try await world.first.beat()
            let late = try await world.accept(through: world.first)

            try expectEqual(stored, delivery)
            try expectEqual(attempts, [])
            try expectEqual(living, [world.secondNumber])
            try expect(again > world.secondNumber, "Numbers are not used again.")
            try expectEqual(try await world.due(at: world.first), [late.id])
        },
        NodeConformance("a node that beats is not taken for dead, and one that others have not looked at goes on") {
            world in
            let delivery = try await world.accept(through: world.first)
            try await world.stage.silence(world.firstNumber)
            try await world.first.beat()

            let taken = try await world.takeOver(through: world.second)

            try expectEqual(taken, [:])
            try expect(
                try await world.settle(delivery, through: world.first), "The delivery is still the first node's.")
        },
    ]

    private static let ownership: [NodeConformance] = [
        NodeConformance("a delivery is due at the node that accepted it, and nowhere else") { world in
            let delivery = try await world.accept(through: world.first)

            let seen = try await world.second.delivery(delivery.id, in: delivery.environment)

            try expectEqual(try await world.due(at: world.first), [delivery.id])
            try expectEqual(try await world.due(at: world.second), [])
            try expectEqual(try await world.first.earliestDue(), [delivery.endpoint: world.now])
            try expectEqual(try await world.second.earliestDue(), [:])
            try expectEqual(try await world.first.backlogs().map(\.count), [1])
            try expectEqual(try await world.second.backlogs(), [])
            try expectEqual(try await world.second.backlog().count, 1)
            try expectEqual(try await world.second.backlog(of: delivery.endpoint), 1)
            try expectEqual(seen, delivery)
        },
        NodeConformance("an outcome moves a delivery at its own node alone, and is kept from any") { world in
            let delivery = try await world.accept(through: world.first)

            let moved = try await world.settle(delivery, through: world.second)
            let stored = try await world.world.stored(delivery)
            let movedByOwner = try await world.settle(delivery, through: world.first, number: 2)

            try expectEqual(moved, false)
            try expectEqual(stored.state, delivery.state)
            try expectEqual(stored.attemptCount, 1)
            try expectEqual(movedByOwner, true)
            try expectEqual(try await world.first.attempts(of: delivery.id).map(\.number), [1, 2])
        },
        NodeConformance("a delivery that had ended is whoever's that retries it; one that waits stays where it is") {
            world in
            let ended = try await world.accept(through: world.first)
            _ = try await world.settle(
                ended, through: world.first, as: .failed(at: world.now, reason: .exhausted))
            let failed = try await world.world.stored(ended)
            let waiting = try await world.accept(through: world.first, due: world.now + .seconds(60))

            let isResumed = try await world.second.move(failed, to: .scheduled(due: world.now))
            let isHastened = try await world.second.move(waiting, to: .scheduled(due: world.now))

            try expect(isResumed && isHastened, "Any node may move a delivery by hand.")
            try expectEqual(try await world.due(at: world.first), [waiting.id])
            try expectEqual(try await world.due(at: world.second), [ended.id])
        },
        NodeConformance("a deleted endpoint's deliveries are cancelled by whoever they belong to") { world in
            _ = try await world.accept(through: world.first)
            _ = try await world.accept(through: world.second)
            let exclusive = try await world.addExclusive()
            _ = try await world.accept(through: world.second, to: exclusive)
            try await world.first.apply([
                .deleteEndpoint(environment: exclusive.environment, id: exclusive.id, at: world.now),
                .deleteEndpoint(environment: exclusive.environment, id: world.world.endpoint.id, at: world.now),
            ])

            let nobodys = try await world.first.cancelDeliveries(of: exclusive.id, at: world.now, limit: 10)
            let own = try await world.first.cancelDeliveries(
                of: world.world.endpoint.id, at: world.now, limit: 10)
            let others = try await world.second.cancelDeliveries(
                of: world.world.endpoint.id, at: world.now, limit: 10)

            try expectEqual([nobodys, own, others], [1, 1, 1])
            try expectEqual(try await world.first.backlog().count, 0)
        },
    ]

    private static let takeOvers: [NodeConformance] = [
        NodeConformance("what a node left is taken over in steps, and told by endpoint") { world in
            let other = try await world.world.addEndpoint(of: world.world.otherApplication)
            var left: [DeliveryID] = []
            for offset in 0..<5 {
                left.append(
                    try await world.accept(through: world.first, due: world.now - .seconds(Int64(offset))).id)
            }
            _ = try await world.accept(through: world.first, to: other, due: world.now + .seconds(9))
            let done = try await world.accept(through: world.first)
            _ = try await world.settle(done, through: world.first)
            let own = try await world.accept(through: world.second, to: other)
            try await world.first.leave()

            let step = try await world.second.takeOver(limit: 2)
            var counts = step.endpoints.mapValues(\.count)
            var earliest = step.endpoints.mapValues(\.earliestDue)
            var applications = step.endpoints.mapValues(\.application)
            var isOver = step.isOver
            for _ in 0..<10 where !isOver {
                let next = try await world.second.takeOver(limit: 2)
                isOver = next.isOver
                for (endpoint, share) in next.endpoints {
                    counts[endpoint, default: 0] += share.count
                    earliest[endpoint] = min(earliest[endpoint] ?? share.earliestDue, share.earliestDue)
                    applications[endpoint] = share.application
                }
            }

            try expectEqual(step.endpoints.values.reduce(0) { $0 + $1.count }, 2)
            try expect(!step.isOver, "There was more than one step.")
            try expect(isOver, "A take-over ends.")
            try expectEqual(counts, [world.world.endpoint.id: 5, other.id: 1])
            try expectEqual(
                earliest, [world.world.endpoint.id: world.now - .seconds(4), other.id: world.now + .seconds(9)])
            try expectEqual(
                applications, [world.world.endpoint.id: world.world.application.id, other.id: other.application])
            try expectEqual(Set(try await world.due(at: world.second)), Set(left))
            try expectEqual(try await world.due(at: world.second, other), [own.id])
        },
        NodeConformance("nothing is taken from a node that is alive") { world in
            let delivery = try await world.accept(through: world.first)

            let taken = try await world.takeOver(through: world.second)

            try expectEqual(taken, [:])
            try expectEqual(try await world.due(at: world.first), [delivery.id])
        },
        NodeConformance("an outcome that comes after the take-over is kept, and moves nothing") { world in
            let delivery = try await world.accept(through: world.first)
            try await world.stage.silence(world.firstNumber)
            let taken = try await world.takeOver(through: world.second)
            let isMoved = try await world.settle(
                delivery, through: world.second, as: .scheduled(due: world.now + .seconds(5)))
            _ = try await world.first.join(as: "first", lease: NodeWorld.lease)

            let isMovedLate = try await world.settle(delivery, through: world.first)
            let late = try await world.settle(delivery, through: world.first, number: 2)

            let stored = try await world.world.stored(delivery)
            try expectEqual(taken, [delivery.endpoint: 1])
            try expectEqual([isMoved, isMovedLate, late], [true, false, false])
            try expectEqual(stored.state, .scheduled(due: world.now + .seconds(5)))
            try expectEqual(try await world.first.attempts(of: delivery.id).map(\.number), [1, 2])
        },
        NodeConformance("what a node left for an endpoint that has become exclusive goes to its lease") { world in
            let delivery = try await world.accept(through: world.first)
            var endpoint = world.world.endpoint
            endpoint.rateLimit = RateLimit(count: 1, per: .seconds(1), burst: 1)
            try await world.second.apply([.putEndpoint(endpoint)])
            try await world.first.leave()
            let taken = try await world.takeOver(through: world.second)
            let before = try await world.due(at: world.second)

            let leases = try await world.second.claimEndpoints()

            try expectEqual(taken, [:])
            try expectEqual(before, [])
            try expectEqual(leases, [endpoint.id])
            try expectEqual(try await world.due(at: world.second), [delivery.id])
        },
        NodeConformance("what waits for a lease that nobody takes any more is taken over") { world in
            var endpoint = try await world.addExclusive(
                ordered: false, rateLimit: RateLimit(count: 1, per: .seconds(1), burst: 1))
            _ = try await world.first.claimEndpoints()
            let delivery = try await world.accept(through: world.first, to: endpoint)
            endpoint.rateLimit = nil
            try await world.second.apply([.putEndpoint(endpoint)])
            try await world.first.leave()

            let taken = try await world.takeOver(through: world.second)

            try expectEqual(taken, [endpoint.id: 1])
            try expectEqual(try await world.due(at: world.second, endpoint), [delivery.id])
        },
    ]

    private static let leases: [NodeConformance] = [
        NodeConformance("exclusive endpoints are leased to one node at a time, in fair shares") { world in
            var endpoints: Set<EndpointID> = []
            for index in 0..<5 {
                let limit = index % 2 == 0 ? nil : RateLimit(count: 5, per: .seconds(1), burst: 5)
                endpoints.insert(try await world.addExclusive(ordered: index % 2 == 0, rateLimit: limit).id)
            }

            let first = try await world.first.claimEndpoints()
            let second = try await world.second.claimEndpoints()
            let again = try await world.first.claimEndpoints()

            try expectEqual(first.count, 3)
            try expectEqual(second.count, 2)
            try expectEqual(first.union(second), endpoints)
            try expectEqual(again, first)
        },
        NodeConformance("the lease of one endpoint can be taken from whoever holds it, and stays where it went") {
            world in
            let endpoint = try await world.addListening()
            _ = try await world.first.claimEndpoints()
            let delivery = try await world.accept(through: world.first, to: endpoint)

            try await world.second.claimEndpoint(endpoint.id)
            let first = try await world.first.claimEndpoints()
            let second = try await world.second.claimEndpoints()

            try expectEqual(first, [])
            try expectEqual(second, [endpoint.id])
            try expectEqual(try await world.due(at: world.first, endpoint), [])
            try expectEqual(try await world.due(at: world.second, endpoint), [delivery.id])
        },
        NodeConformance("there is no lease of an endpoint that everybody delivers to") { world in
            try await world.first.claimEndpoint(world.world.endpoint.id)

            try expectEqual(try await world.first.claimEndpoints(), [])
        },
        NodeConformance("the leases of a node that has gone are free") { world in
            let endpoints = [try await world.addExclusive(), try await world.addExclusive()].map(\.id)
            _ = try await world.first.claimEndpoints()
            _ = try await world.second.claimEndpoints()
            try await world.stage.silence(world.firstNumber)

            let leases = try await world.second.claimEndpoints()

            try expectEqual(leases, Set(endpoints))
            try await world.expectLapsed("a claim") { _ = try await world.first.claimEndpoints() }
        },
        NodeConformance("what is accepted for an exclusive endpoint waits for whoever holds its lease") { world in
            let endpoint = try await world.addExclusive()
            let paced = try await world.addExclusive(
                ordered: false, rateLimit: RateLimit(count: 5, per: .seconds(1), burst: 5))
            _ = try await world.first.claimEndpoints()
            _ = try await world.second.claimEndpoints()
            let holders = try await world.first.claimEndpoints()
            let turn = Turn(key: "a", at: world.now)
            let inTurn = try await world.accept(through: world.first, to: endpoint, turn: turn)
            let inTurnToo = try await world.accept(through: world.second, to: endpoint, turn: turn)
            let inPace = try await world.accept(through: world.second, to: paced)

            let (holder, other) =
                holders.contains(endpoint.id)
                ? (world.first, world.second) : (world.second, world.first)
            let (pacedHolder, pacedOther) =
                holders.contains(paced.id)
                ? (world.first, world.second) : (world.second, world.first)
            let found = try await world.due(at: holder, endpoint)
            let foundElsewhere = try await world.due(at: other, endpoint)
            let isMovedElsewhere = try await world.settle(inTurn, through: other)
            let isMoved = try await world.settle(inTurnToo, through: holder)

            try expectEqual(found, [inTurn.id, inTurnToo.id])
            try expectEqual(foundElsewhere, [])
            try expectEqual(try await other.earliestDue()[endpoint.id], nil)
            try expectEqual(try await other.backlogs().filter { $0.endpoint == endpoint.id }, [])
            try expectEqual(try await world.due(at: pacedHolder, paced), [inPace.id])
            try expectEqual(try await world.due(at: pacedOther, paced), [])
            try expectEqual([isMovedElsewhere, isMoved], [false, true])
        },
        NodeConformance("a test event goes out from where it was asked for, whoever holds the lease") { world in
            let endpoint = try await world.addExclusive()
            _ = try await world.first.claimEndpoints()

            let test = try await world.accept(through: world.second, to: endpoint, cause: .test)

            try expectEqual(try await world.due(at: world.second, endpoint), [test.id])
            try expectEqual(try await world.due(at: world.first, endpoint), [])
            try expect(try await world.settle(test, through: world.second), "It is the second node's own.")
        },
        NodeConformance("an endpoint that becomes exclusive is rehomed by each node, and back by who held it") {
            world in
            let before = try await world.accept(through: world.first)
            let beforeToo = try await world.accept(through: world.second)
            var endpoint = world.world.endpoint
            endpoint.isOrdered = true
            try await world.first.apply([.putEndpoint(endpoint)])
            let leases = try await world.first.claimEndpoints()
            let early = Set(try await world.due(at: world.first))

            try await world.first.rehome(endpoint.id)
            try await world.second.rehome(endpoint.id)
            let shared = Set(try await world.due(at: world.first))
            let elsewhere = try await world.due(at: world.second)
            endpoint.isOrdered = false
            try await world.first.apply([.putEndpoint(endpoint)])
            try await world.second.rehome(endpoint.id)
            try await world.first.rehome(endpoint.id)
            let after = try await world.accept(through: world.second)

            try expectEqual(leases, [endpoint.id])
            try expectEqual(early, [before.id])
            try expectEqual(shared, [before.id, beforeToo.id])
            try expectEqual(elsewhere, [])
            try expectEqual(Set(try await world.due(at: world.first)), [before.id, beforeToo.id])
            try expectEqual(try await world.due(at: world.second), [after.id])
            try expectEqual(try await world.first.claimEndpoints(), [])
        },
        NodeConformance("a duty is one node's at a time") { world in
            let first = try await world.first.claim(.jobs)
            let second = try await world.second.claim(.jobs)
            let other = try await world.second.claim(.housekeeping)
            let again = try await world.first.claim(.jobs)
            try await world.stage.silence(world.firstNumber)

            let inherited = try await world.second.claim(.jobs)

            try expectEqual([first, second, other, again, inherited], [true, false, true, true, true])
        },
    ]

    private static let newsOfOthers: [NodeConformance] = [
        NodeConformance("a node hears of what another one did") { world in
            let endpoint = try await world.addExclusive()
            _ = try await world.second.claimEndpoints()
            let news = world.second.news()
            let job = Job(
                id: world.world.id(), environment: world.world.live.id, application: nil, askedBy: .environment,
                work: .replay(ReplaySelection()), since: world.now - .seconds(60), until: world.now, rate: 10,
                total: nil, createdAt: world.now)
            let delivery = try await world.accept(through: world.second, due: world.now + .seconds(60))

            _ = try await world.accept(
                through: world.first, to: endpoint, turn: Turn(key: "", at: world.now))
            try await world.expectNews("what waits for the lease", from: news) { $0 == .due([endpoint.id]) }
            try await world.first.apply([.putEndpoint(endpoint)])
            try await world.expectNews("the change", from: news) { $0 == .configuration }
            try await world.first.createJob(job)
            try await world.expectNews("the job", from: news) { $0 == .jobs }
            _ = try await world.first.endJob(
                job.id, in: job.environment, as: .cancelled(at: world.now, reason: .requested))
            try await world.expectNews("the job's end", from: news) { $0 == .jobs }
            let (id, place, now) = (delivery.id, delivery.endpoint, world.now)
            _ = try await world.first.move(delivery, to: .scheduled(due: now))
            try await world.expectNews("the retry", from: news) { $0 == .moved(id, of: place, due: now) }
            let moved = try await world.world.stored(delivery)
            _ = try await world.first.move(moved, to: .cancelled(at: now, reason: .requested))
            try await world.expectNews("the cancellation", from: news) { $0 == .moved(id, of: place, due: nil) }
        },
        NodeConformance("the configuration's changes are told in order, as the store has them now") { world in
            let start = try await world.first.configurationChanges(after: nil)
            var endpoint = try await world.world.addEndpoint()
            let doomed = try await world.world.addEndpoint()
            endpoint.url = "https://example.com/elsewhere"
            try await world.second.apply([.putEndpoint(endpoint)])
            try await world.first.apply([
                .deleteEndpoint(environment: doomed.environment, id: doomed.id, at: world.now)
            ])

            let news = try await world.second.configurationChanges(after: start.last)
            let nothing = try await world.first.configurationChanges(after: news.last)

            try expectEqual(start.changes.count, 0)
            try expect(news.last > start.last, "The numbers go up.")
            try expectEqual(nothing.changes.count, 0)
            try expectEqual(nothing.last, news.last)
            var seen: [EndpointID: Endpoint?] = [:]
            for change in news.changes {
                switch change {
                case .putEndpoint(let endpoint): seen[endpoint.id] = .some(endpoint)
                case .deleteEndpoint(_, let id, _): seen[id] = .some(nil)
                default: throw ConformanceFailure(message: "Unexpected: \(change).", file: #fileID, line: #line)
                }
            }
            try expectEqual(seen, [endpoint.id: endpoint, doomed.id: nil])
        },
        NodeConformance("every kind of change is told") { world in
            let live = world.world.live
            let application = ConformanceWorld.application(world.world.id(), in: live.id, at: world.now)
            let doomed = ConformanceWorld.application(world.world.id(), in: live.id, at: world.now)
            let type = EventType(
                environment: live.id, name: "a.b", description: "", createdAt: world.now, updatedAt: world.now)
            let key = APIKey(
                id: world.world.id(), environment: live.id, name: "k", role: .admin, application: nil,
                hash: Array(repeating: 7, count: 32), hint: "mk", createdAt: world.now, expiresAt: nil)
            let profile = CustomProfile(
                environment: live.id, profile: Self.named("own"), createdAt: world.now, updatedAt: world.now)
            var renamed = live
            renamed.requiresHTTPS = false
            let start = try await world.second.configurationChanges(after: nil)
            try await world.first.apply([
                .putEnvironment(renamed), .putApplication(application), .putApplication(doomed),
                .createEventType(type), .putKey(key), .putProfile(profile),
            ])
            let made = try await world.second.configurationChanges(after: start.last)
            try await world.first.apply([
                .deleteApplication(environment: live.id, id: doomed.id, at: world.now),
                .deleteEventType(environment: live.id, name: type.name), .deleteKey(environment: live.id, id: key.id),
                .deleteProfile(environment: live.id, name: "own"),
            ])

            let ended = try await world.second.configurationChanges(after: made.last)

            var found: Set<String> = []
            for change in made.changes {
                switch change {
                case .putEnvironment(renamed): found.insert("environment")
                case .putApplication(application), .putApplication(doomed): found.insert("application")
                case .createEventType(let entry) where entry.name == type.name,
                    .putEventType(let entry) where entry.name == type.name:
                    found.insert("event type")
                case .putKey(key): found.insert("key")
                case .putProfile(profile): found.insert("profile")
                default: throw ConformanceFailure(message: "Unexpected: \(change).", file: #fileID, line: #line)
                }
            }
            try expectEqual(found, ["environment", "application", "event type", "key", "profile"])
            var gone: Set<String> = []
            for change in ended.changes {
                switch change {
                case .deleteApplication(live.id, doomed.id, _): gone.insert("application")
                case .deleteEventType(live.id, type.name): gone.insert("event type")
                case .deleteKey(live.id, key.id): gone.insert("key")
                case .deleteProfile(live.id, "own"): gone.insert("profile")
                default: throw ConformanceFailure(message: "Unexpected: \(change).", file: #fileID, line: #line)
                }
            }
            try expectEqual(gone, ["application", "event type", "key", "profile"])
        },
    ]

    private static func named(_ name: String) -> Profile {
        var profile = Profile.standard
        profile.name = name
        return profile
    }
}
