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
}
