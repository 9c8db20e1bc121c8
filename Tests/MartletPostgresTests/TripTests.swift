import MartletCore
import MartletStore
import Testing

@testable import MartletPostgres

struct TripTests {
    @Test func aBatchGoesToTheServerInOneTripHoweverLarge() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            let first = (0..<100).map { _ in scene.entry() }
            let second = (0..<100).map { _ in scene.entry() }
            let outcomes = first.map {
                scene.settlement(of: $0.deliveries[0], state: .succeeded(at: scene.now))
            }
            _ = try await store.commit(CommitBatch(acceptances: first.map { Acceptance(entries: [$0]) }))
            let before = try await store.write { (writer) throws(StoreError) in try writer.session.connected().traffic }

            let result = try await store.commit(
                CommitBatch(acceptances: second.map { Acceptance(entries: [$0]) }, settlements: outcomes))

            let after = try await store.write { (writer) throws(StoreError) in try writer.session.connected().traffic }
            #expect(result.settled == Array(repeating: true, count: 100))
            #expect(after.trips - before.trips == 1)
            // The fence, the events, the deliveries, the outcomes; one more is prepared at its first use.
            #expect(after.statements - before.statements == 4)
            await store.close()
        }
    }

    @Test func chosenIdsAndStampsCostAFewTripsABatchAndNoneAnEvent() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            let scene = try await Scene(store)
            func batch(_ size: Int) -> CommitBatch {
                CommitBatch(
                    acceptances: (0..<size).map { _ in
                        let entry = scene.entry(chosenID: "\(scene.id(EventKind.self))")
                        let stamp = IdempotencyStamp(
                            environment: scene.environment, key: "\(scene.id(EventKind.self))", fingerprint: [1],
                            expiresAt: scene.now + IdempotencyStamp.lifetime)
                        return Acceptance(entries: [entry], stamp: stamp)
                    })
            }
            func trips(_ size: Int) async throws -> Int {
                let before = try await store.write { (writer) throws(StoreError) in
                    try writer.session.connected().traffic
                }
                _ = try await store.commit(batch(size))
                let after = try await store.write { (writer) throws(StoreError) in
                    try writer.session.connected().traffic
                }
                return after.trips - before.trips
            }
            _ = try await trips(1)

            let one = try await trips(1)
            let many = try await trips(100)

            #expect(one == many)
            #expect(many <= 8)
            await store.close()
        }
    }
}
