import MartletCore
import MartletSQLite
import MartletStore
import MartletTesting
import Testing

/// Random histories, on which the store in a file and the one in memory must agree wherever an order is read.
@Suite struct OrderAgreementTests {
    @Test(arguments: UInt64(0)..<8)
    func theStoresReadTheSameOrderAfterAnyHistory(seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let file = try await Scene(try await SQLiteStore.open(path: directory.file()))
        let memory = InMemoryStore()
        try await memory.apply(file.changes)
        let stores: [any Store] = [file.store, memory]
        var history = History(scene: file, random: SeededRandom(seed: seed))

        for step in 0..<150 {
            try await history.advance(stores)
            let question = history.question()
            let answers = try await [question.answer(of: file.store), question.answer(of: memory)]
            #expect(answers[0] == answers[1], "seed \(seed), step \(step): \(question)")
        }

        #expect(try await file.store.backlog(of: file.endpoint.id) > 0)
        #expect(try await (file.store as? SQLiteStore)?.structuralProblems() == [])
        for store in stores { await store.close() }
    }

    /// What is asked of a store.
    private struct Question {
        var endpoint: EndpointID
        var now: Timestamp
        var after: String?
        var key: String
        var limit: Int

        func answer(of store: any Store) async throws -> Answer {
            let inOrder = try await store.dueInOrder(endpoint, by: now, after: after, limit: limit)
            let due = try await store.due(endpoint, by: now, limit: limit)
            return Answer(
                inOrder: inOrder.deliveries.map(\.delivery), nextInOrder: inOrder.nextDue,
                resumeAfter: inOrder.resumeAfter, due: due.deliveries.map(\.delivery), nextDue: due.nextDue,
                earliest: try await store.earliestDue(), head: try await store.head(of: key, at: endpoint),
                blocked: try await store.blockedKeys(of: endpoint, limit: limit), backlog: try await store.backlog())
        }
    }

    private struct Answer: Equatable {
        var inOrder: [Delivery]
        var nextInOrder: Timestamp?
        var resumeAfter: String?
        var due: [Delivery]
        var nextDue: Timestamp?
        var earliest: [EndpointID: Timestamp]
        var head: DeliveryID?
        var blocked: [BlockedKey]
        var backlog: Backlog
    }

    /// Deliveries that come, are attempted, given up and asked for again.
    private struct History {
        let scene: Scene
        var random: SeededRandom
        private var deliveries: [Delivery] = []
        private static let keys: [String?] = [nil, "", "a", "a ", "b", "\u{E9}", "e\u{301}"]

        init(scene: Scene, random: SeededRandom) {
            self.scene = scene
            self.random = random
        }

        private mutating func instant() -> Timestamp {
            scene.now + .seconds(Int64.random(in: -30...30, using: &random))
        }

        mutating func question() -> Question {
            Question(
                endpoint: scene.endpoint.id, now: instant(), after: Self.keys.randomElement(using: &random) ?? nil,
                key: (Self.keys.randomElement(using: &random) ?? nil) ?? "a",
                limit: Int.random(in: 0...8, using: &random))
        }

        mutating func advance(_ stores: [any Store]) async throws {
            if Bool.random(using: &random) || deliveries.isEmpty {
                try await accept(stores)
            } else {
                try await moveOne(stores)
            }
        }

        private mutating func accept(_ stores: [any Store]) async throws {
            var entry = scene.entry()
            entry.deliveries = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                let at = instant()
                let turn = (Self.keys.randomElement(using: &random) ?? nil).map { Turn(key: $0, at: at) }
                return Delivery(
                    id: scene.id(), environment: scene.environment, event: entry.event.id, endpoint: scene.endpoint.id,
                    application: scene.application.id, cause: .publish, createdAt: scene.now, turn: turn,
                    state: .scheduled(due: at))
            }
            deliveries += entry.deliveries
            for store in stores {
                _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
            }
        }

        private mutating func moveOne(_ stores: [any Store]) async throws {
            let index = Int.random(in: 0..<deliveries.count, using: &random)
            let at = instant()
            let states: [DeliveryState] = [
                .scheduled(due: at), .scheduled(due: at), .succeeded(at: at), .failed(at: at, reason: .exhausted),
                .cancelled(at: at, reason: .requested),
            ]
            let state = states.randomElement(using: &random) ?? states[0]
            var delivery = deliveries[index]
            if case .scheduled = delivery.state, Bool.random(using: &random) {
                delivery.attemptCount += 1
                delivery.firstAttemptAt = delivery.firstAttemptAt ?? at
                let attempt = Attempt(
                    id: scene.id(), delivery: delivery.id, number: delivery.attemptCount, startedAt: at,
                    request: AttemptRequest(url: "https://example.com", headers: []),
                    outcome: AttemptOutcome(
                        result: .failure(AttemptFailure(.timeout, "No answer.")), timing: AttemptTiming(total: 1),
                        address: nil))
                let settlement = Settlement(
                    environment: delivery.environment, endpoint: delivery.endpoint, attempt: attempt,
                    firstAttemptAt: delivery.firstAttemptAt ?? at, state: state)
                for store in stores {
                    #expect(try await store.commit(CommitBatch(settlements: [settlement])).settled == [true])
                }
            } else {
                for store in stores { #expect(try await store.move(delivery, to: state)) }
            }
            delivery.state = state
            deliveries[index] = delivery
        }
    }
}
