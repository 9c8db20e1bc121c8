import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct ListenNodeTests {
    private func listen(to id: EndpointID, at node: TestNode, _ scene: NodeScene) async throws -> ListenSubscription {
        let service = ListenService(node.context)
        try await service.prepare(id, session: "a", for: scene.principal)
        return try service.connect(to: id, session: "a")
    }

    private func answer(
        _ subscription: ListenSubscription, _ count: Int, of id: EndpointID, at node: TestNode, _ scene: NodeScene
    ) async throws -> Set<DeliveryID> {
        var answered: Set<DeliveryID> = []
        for await item in subscription.items {
            guard case .attempt(let attempt) = item else { continue }
            let response = AttemptResponse(status: 200, headers: [], body: [], isTruncated: false)
            try await ListenService(node.context).answer(
                attempt.key, of: id, with: ListenAnswer(result: .response(response)), by: scene.principal)
            answered.insert(attempt.key.delivery)
            if answered.count == count { break }
        }
        return answered
    }

    @Test func whateverNodeAcceptsGoesToTheOneThatIsListenedAt() async throws {
        let scene = try await NodeScene()
        let nodes = [try await scene.node("a"), try await scene.node("b")]
        let endpoint = try await scene.webhook(through: nodes[0]) { $0.url = "listen:laptop" }
        try await scene.known(endpoint.id, at: nodes[1]) { $0 != nil }
        for node in nodes { await node.membership.beat() }

        // One after the other: wherever the lease was, it goes to the listener.
        for (index, node) in nodes.enumerated() {
            let listener = try await listen(to: endpoint.id, at: node, scene)
            var deliveries: Set<DeliveryID> = []
            for number in 0..<6 {
                let through = nodes[number % 2]
                deliveries.formUnion(try await scene.publish(number, through: through).map(\.id))
            }

            let answered = try await answer(listener, 6, of: endpoint.id, at: node, scene)

            #expect(answered == deliveries, "\(index)")
        }
        #expect(scene.receiver.attempts.isEmpty)
        for node in nodes { try await node.stop() }
    }

    @Test func aListenerIsToldWhenAnotherNodeHasTaken() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) { $0.url = "listen:laptop" }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        let first = try await listen(to: endpoint.id, at: a, scene)

        _ = try await listen(to: endpoint.id, at: b, scene)
        await a.membership.beat()

        var ends: [ListenEnd] = []
        for await item in first.items { if case .end(let reason) = item { ends.append(reason) } }
        #expect(ends == [.lost])
        #expect(!a.context.listeners.isAttended(endpoint.id))
        #expect(b.context.listeners.isAttended(endpoint.id))
        try await a.stop()
        try await b.stop()
    }
}
