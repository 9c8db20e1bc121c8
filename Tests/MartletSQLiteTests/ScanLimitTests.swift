import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct ScanLimitTests {
    @Test func aPageThatLookedAtEnoughIsShortAndSaysWhereToGoOn() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let oldest = scene.entry(size: 33, state: .cancelled(at: scene.now, reason: .requested))
        let others = (0..<EventQuery.scanLimit + 10).map { _ in scene.entry() }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var events = EventQuery(environment: scene.environment, limit: 5)
        events.text = String(repeating: "x", count: 33)
        var cancelled = DeliveryQuery(environment: scene.environment, limit: 5)
        cancelled.status = .cancelled
        var waiting = DeliveryQuery(environment: scene.environment, limit: 5)
        waiting.status = .scheduled
        waiting.endpoint = scene.endpoint.id

        let firstEvents = try await store.events(events)
        events.before = firstEvents.next
        let secondEvents = try await store.events(events)
        let firstCancelled = try await store.deliveries(cancelled)
        cancelled.before = firstCancelled.next
        let secondCancelled = try await store.deliveries(cancelled)
        let firstWaiting = try await store.deliveries(waiting)
        waiting.application = scene.application.id
        waiting.endpoint = nil
        let applicationsWaiting = try await store.deliveries(waiting)

        #expect(firstEvents.items == [])
        #expect(firstEvents.next == others[10].event.id)
        #expect(secondEvents.items == [oldest.event])
        #expect(secondEvents.next == nil)
        #expect(firstCancelled.items == [])
        #expect(firstCancelled.next == others[10].deliveries[0].id)
        #expect(secondCancelled.items == oldest.deliveries)
        #expect(secondCancelled.next == nil)
        #expect(firstWaiting.items == others.reversed().prefix(5).flatMap(\.deliveries))
        #expect(firstWaiting.next == firstWaiting.items.last?.id)
        #expect(applicationsWaiting.items == firstWaiting.items)
        await store.close()
    }

    @Test func aPageMergedFromEndpointsLeavesOutWhatLiesBelowTheShortestOfThem() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        var busy = scene.endpoint
        busy = Endpoint(
            id: scene.id(), environment: scene.environment, application: scene.application.id, url: busy.url,
            events: busy.events, secrets: busy.secrets, createdAt: scene.now, updatedAt: scene.now)
        try await store.apply([.putEndpoint(busy)])
        let oldest = scene.entry(state: .cancelled(at: scene.now, reason: .requested))
        let others = (0..<EventQuery.scanLimit + 10).map { _ in
            scene.entry(state: .succeeded(at: scene.now), to: busy.id)
        }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var query = DeliveryQuery(environment: scene.environment, limit: 5)
        query.application = scene.application.id
        query.status = .cancelled

        let first = try await store.deliveries(query)
        query.before = first.next
        let second = try await store.deliveries(query)

        #expect(first.items == [])
        #expect(first.next == others[10].deliveries[0].id)
        #expect(second.items == oldest.deliveries)
        #expect(second.next == nil)
        await store.close()
    }

    @Test func aJobsLookCountsTheDeliveriesOfEachEvent() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let entries = (0..<4).map { _ in
            var entry = scene.entry()
            entry.deliveries += (0..<29).map { _ in
                Delivery(
                    id: scene.id(), environment: scene.environment, event: entry.event.id,
                    endpoint: scene.endpoint.id, application: scene.application.id, cause: .replay,
                    createdAt: scene.now, state: .scheduled(due: scene.now))
            }
            return entry
        }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: entries)]))
        // An endpoint without deliveries: to know that, all of an event's have to be looked at.
        let query = ReplayableQuery(
            environment: scene.environment,
            path: .missed(by: scene.id(), patterns: ["*"], application: scene.application.id, after: nil),
            since: scene.now, until: scene.now + .seconds(60), limit: 100, scanLimit: 60)

        let page = try await store.replayable(query)

        #expect(page.items.map(\.event.id) == entries[..<2].map(\.event.id))
        #expect(page.cursor == .events(after: entries[1].event.id))
        #expect(page.scanned == 62)
        #expect(!page.isLast)
        await store.close()
    }
}
