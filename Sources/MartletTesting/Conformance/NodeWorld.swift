import MartletCore
import MartletStore

/// What most tests of nodes begin with: two that have joined, and what ``ConformanceWorld`` has, made through the first.
final class NodeWorld {
    static let lease = Duration.seconds(10)

    let stage: any NodeStage
    /// Makes things, and does them through the first node.
    let world: ConformanceWorld
    let first: any Store
    let second: any Store
    let firstNumber: NodeNumber
    let secondNumber: NodeNumber

    var now: Timestamp { world.now }

    init(on stage: any NodeStage) async throws {
        self.stage = stage
        first = try await stage.open()
        second = try await stage.open()
        firstNumber = try await first.join(as: "first", lease: Self.lease)
        secondNumber = try await second.join(as: "second", lease: Self.lease)
        world = try await ConformanceWorld(first)
    }

    func close() async {
        await first.close()
        await second.close()
    }

    /// Another endpoint that one node alone delivers to.
    func addExclusive(ordered: Bool = true, rateLimit: RateLimit? = nil) async throws -> Endpoint {
        var endpoint = ConformanceWorld.endpoint(world.id(), of: world.application, at: now)
        endpoint.isOrdered = ordered
        endpoint.rateLimit = rateLimit
        try await first.apply([.putEndpoint(endpoint)])
        return endpoint
    }

    /// Another endpoint, which somebody listens to.
    func addListening() async throws -> Endpoint {
        var endpoint = ConformanceWorld.endpoint(world.id(), of: world.application, at: now)
        endpoint.url = "listen:laptop"
        try await first.apply([.putEndpoint(endpoint)])
        return endpoint
    }

    /// Has one event stored through a node with one delivery, and gives the delivery.
    func accept(
        through store: any Store, to endpoint: Endpoint? = nil, due: Timestamp? = nil,
        cause: Delivery.Cause = .publish, turn: Turn? = nil
    ) async throws -> Delivery {
        let event = world.event()
        let delivery = world.delivery(of: event, to: endpoint, due: due, cause: cause, turn: turn)
        let result = try await store.commit(
            CommitBatch(acceptances: [Acceptance(entries: [.init(event: event, deliveries: [delivery])])]))
        try expectEqual(try world.entries(result.acceptances[0]), [.stored])
        return delivery
    }

    /// Settles a delivery's attempt through a node, and says whether that moved it.
    func settle(
        _ delivery: Delivery, through store: any Store, number: Int = 1, as state: DeliveryState? = nil
    ) async throws -> Bool {
        let settlement = world.settlement(
            of: delivery, attempt: world.attempt(of: delivery, number: number), state: state ?? .succeeded(at: now))
        return try await store.commit(CommitBatch(settlements: [settlement])).settled[0]
    }

    /// What a node would deliver to an endpoint now.
    func due(at store: any Store, _ endpoint: Endpoint? = nil) async throws -> [DeliveryID] {
        let id = (endpoint ?? world.endpoint).id
        let due = try await store.due(id, by: now, limit: 100)
        let inOrder = try await store.dueInOrder(id, by: now, after: nil, limit: 100)
        return (due.deliveries + inOrder.deliveries).map(\.delivery.id)
    }

    /// Takes over until nothing is left, and gives all that was taken by endpoint.
    func takeOver(through store: any Store) async throws -> [EndpointID: Int] {
        var taken: [EndpointID: Int] = [:]
        for _ in 0..<100 {
            let step = try await store.takeOver(limit: 100)
            for (endpoint, share) in step.endpoints { taken[endpoint, default: 0] += share.count }
            if step.isOver { return taken }
        }
        throw ConformanceFailure(message: "The take-over does not end.", file: #fileID, line: #line)
    }

    /// Fails unless `work` throws that the node has lapsed.
    func expectLapsed(
        _ what: String, file: String = #fileID, line: UInt = #line, _ work: () async throws -> Void
    ) async throws {
        do {
            try await work()
        } catch let error as StoreError {
            try expect(error.isLapsed, "\(what) should fail as lapsed, not: \(error)", file: file, line: line)
            return
        }
        throw ConformanceFailure(message: "\(what) should fail as lapsed.", file: file, line: line)
    }

    /// Fails unless something that `isWanted` comes along. What else does is let pass.
    func expectNews(
        _ what: String, from news: AsyncStream<StoreNews>, file: String = #fileID, line: UInt = #line,
        _ isWanted: @escaping @Sendable (StoreNews) -> Bool
    ) async throws {
        let isHeard = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await news.contains(where: isWanted) }
            group.addTask {
                // Only a store that never tells comes to this.
                try? await Task.sleep(for: .seconds(20))
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        try expect(isHeard, "\(what) was not heard of.", file: file, line: line)
    }
}
