import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletPostgres

struct ConnectionLossTests {
    @Test func connectionsThatWereCutAreMadeAgain() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            let (before, _) = try await scene.accept()
            try await cluster.cutConnections(of: schema)

            let (after, delivery) = try await scene.accept()
            try await cluster.cutConnections(of: schema)
            let due = try await store.due(scene.endpoint.id, by: scene.now, limit: 10)

            #expect(due.deliveries.map(\.event.id) == [before.id, after.id])
            #expect(due.deliveries.last?.delivery == delivery)
            await store.close()
        }
    }

    @Test func aCommitThatIsCutInTheMiddleIsUnavailableAndLeavesNothing() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            try await cluster.execute(
                """
                CREATE FUNCTION \(schema).cut() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
                CREATE TRIGGER cut AFTER INSERT ON \(schema).deliveries FOR EACH ROW EXECUTE FUNCTION \(schema).cut();
                """)
            let entry = scene.entry()

            let error = await #expect(throws: StoreError.self) {
                _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
            }
            try await cluster.execute("DROP TRIGGER cut ON \(schema).deliveries")
            _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))

            #expect(error?.isUnavailable == true)
            #expect(try await store.backlog().count == 1)
            await store.close()
        }
    }

    @Test func anOutcomeWhoseAnswerWasLostCanBeKeptAgain() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            let (_, delivery) = try await scene.accept()
            let settlement = scene.settlement(of: delivery, state: .scheduled(due: scene.now + .seconds(5)))

            let first = try await store.commit(CommitBatch(settlements: [settlement])).settled
            let again = try await store.commit(CommitBatch(settlements: [settlement])).settled

            #expect(first == [true])
            #expect(again == [true])
            #expect(try await store.attempts(of: delivery.id).count == 1)
            await store.close()
        }
    }

    @Test func whatWasAcknowledgedOutlivesTheServersCrash() async throws {
        let cluster = try await Cluster()
        try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            var accepted: [DeliveryID] = []
            for _ in 0..<20 { accepted.append(try await scene.accept().1.id) }

            try await cluster.crash()
            let whileDown = await #expect(throws: StoreError.self) { _ = try await scene.accept() }
            let readWhileDown = await #expect(throws: StoreError.self) { _ = try await store.backlog() }
            try await cluster.start()
            let later = try await untilAvailable { try await scene.accept().1.id }

            let due = try await store.due(scene.endpoint.id, by: scene.now, limit: 100)
            #expect(whileDown?.isUnavailable == true)
            #expect(readWhileDown?.isUnavailable == true)
            #expect(due.deliveries.map(\.delivery.id) == accepted + [later])
            await store.close()
        }
    }

    /// Tries again as a caller does, since a store does not try to connect at every call.
    private func untilAvailable<Result>(_ body: () async throws -> Result) async throws -> Result {
        while true {
            do {
                return try await body()
            } catch let error as StoreError where error.isUnavailable {
                await Task.yield()
            }
        }
    }

    @Test(arguments: [
        "postgres://martlet:s3cret@/martlet?host=/nowhere", "postgres://martlet:s3cret@[::1/martlet",
        "postgres://martlet:s3cret@localhost:1/martlet?no_such=1", "host=/nowhere password=s3cret",
    ])
    func noErrorTellsThePassword(_ uri: String) async throws {
        let error = await #expect(throws: StoreError.self) {
            let address = try PostgresAddress(uri)
            #expect(!"\(address)".contains("s3cret"))
            #expect(!String(reflecting: address).contains("s3cret"))
            _ = try await PostgresStore.open(address, time: ManualTimeSource())
        }

        #expect(error.map { !$0.description.contains("s3cret") } == true)
    }
}
