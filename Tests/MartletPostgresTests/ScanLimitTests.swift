import MartletCore
import MartletStore
import Testing

@testable import MartletPostgres

struct ScanLimitTests {
    @Test func theDeliveriesOfSoManyEventsAreLookedAt() async throws {
        try await withScene { scene in
            let oldest = scene.entry(state: .succeeded(at: scene.now))
            let others = (0..<EventQuery.deliveryLimit + 10).map { _ in scene.entry() }
            _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
            var query = EventQuery(environment: scene.environment, limit: 5)
            query.status = .succeeded

            let first = try await scene.store.events(query)
            query.before = first.next
            let second = try await scene.store.events(query)

            #expect(first.items == [])
            #expect(first.next == others[10].event.id)
            #expect(second.items == [oldest.event] && second.next == nil)
        }
    }

    @Test func whatFewDeliveriesAreLikeIsFoundAtOnceHoweverOld() async throws {
        try await withScene { scene in
            let oldest = scene.entry(state: .failed(at: scene.now, reason: .exhausted))
            let others = (0..<EventQuery.deliveryLimit + 10).map { _ in
                scene.entry(state: .succeeded(at: scene.now))
            }
            _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
            var query = EventQuery(environment: scene.environment, limit: 5)
            query.status = .failed

            let found = try await scene.store.events(query)
            query.application = scene.application.id
            let foundOfApplication = try await scene.store.events(query)

            #expect(found.items == [oldest.event] && found.next == nil)
            #expect(foundOfApplication.items == [oldest.event] && foundOfApplication.next == nil)
        }
    }

    @Test func moreDeliveriesThanAreGatheredAreLookedForAlongTheEvents() async throws {
        try await withScene { scene in
            let failed = (0...EventQuery.gatherLimit).map { _ in
                scene.entry(state: .failed(at: scene.now, reason: .exhausted))
            }
            _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: failed)]))
            var query = EventQuery(environment: scene.environment, limit: 2)
            query.status = .failed

            let first = try await scene.store.events(query)
            query.before = failed[2].event.id
            let last = try await scene.store.events(query)

            #expect(first.items == failed.suffix(2).reversed().map(\.event))
            #expect(first.next == first.items.last?.id)
            #expect(last.items == [failed[1].event, failed[0].event] && last.next == nil)
        }
    }

    @Test func textIsLookedForInSoManyBytes() async throws {
        try await withScene { scene in
            let oldest = scene.entry(size: 33)
            let others = (0..<3).map { _ in scene.entry(size: EventQuery.textLimit / 2) }
            for entry in [oldest] + others {
                _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
            }
            var query = EventQuery(environment: scene.environment, limit: 5)
            query.text = "y"

            let first = try await scene.store.events(query)
            query.before = first.next
            query.text = String(repeating: "x", count: 33)
            query.limit = 1
            let second = try await scene.store.events(query)

            #expect(first.items == [])
            #expect(first.next == others[1].event.id)
            #expect(second.items == [others[0].event])
        }
    }

    @Test func whatCannotBeToldOfManyFailuresIsNotAllThereIs() async throws {
        try await withScene { scene in
            // Their attempts have gone with their age.
            let failed = (0..<FailureQuery.scanLimit).map { _ in
                scene.entry(state: .failed(at: scene.now, reason: .exhausted))
            }
            _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: failed.dropLast())]))
            let query = FailureQuery(environment: scene.environment, since: scene.now - .seconds(60))

            let fewer = try await scene.store.failures(query)
            _ = try await scene.store.commit(CommitBatch(acceptances: [Acceptance(entries: failed.suffix(1))]))
            let many = try await scene.store.failures(query)

            #expect(fewer.groups.isEmpty && !fewer.isPartial)
            #expect(many.groups.isEmpty && many.isPartial)
        }
    }

    private func withScene(_ body: @Sendable (Scene) async throws -> Void) async throws {
        let cluster = try await Cluster.shared.value
        try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            try await body(Scene(store))
            await store.close()
        }
    }
}
