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
        let oldest = scene.entry(size: 33, state: .succeeded(at: scene.now))
        let others = (0..<EventQuery.scanLimit + 10).map { _ in scene.entry() }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var events = EventQuery(environment: scene.environment, limit: 5)
        events.text = String(repeating: "x", count: 33)
        var delivered = DeliveryQuery(environment: scene.environment, limit: 5)
        delivered.status = .succeeded
        var waiting = DeliveryQuery(environment: scene.environment, limit: 5)
        waiting.status = .scheduled
        waiting.endpoint = scene.endpoint.id

        let firstEvents = try await store.events(events)
        events.before = firstEvents.next
        let secondEvents = try await store.events(events)
        let firstDelivered = try await store.deliveries(delivered)
        delivered.before = firstDelivered.next
        let secondDelivered = try await store.deliveries(delivered)
        let firstWaiting = try await store.deliveries(waiting)
        waiting.application = scene.application.id
        waiting.endpoint = nil
        let applicationsWaiting = try await store.deliveries(waiting)

        #expect(firstEvents.items == [])
        #expect(firstEvents.next == others[10].event.id)
        #expect(secondEvents.items == [oldest.event])
        #expect(secondEvents.next == nil)
        #expect(firstDelivered.items == [])
        #expect(firstDelivered.next == others[10].deliveries[0].id)
        #expect(secondDelivered.items == oldest.deliveries)
        #expect(secondDelivered.next == nil)
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
        let oldest = scene.entry(state: .succeeded(at: scene.now))
        let others = (0..<EventQuery.scanLimit + 10).map { _ in
            scene.entry(state: .cancelled(at: scene.now, reason: .requested), to: busy.id)
        }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var query = DeliveryQuery(environment: scene.environment, limit: 5)
        query.application = scene.application.id
        query.status = .succeeded

        let first = try await store.deliveries(query)
        query.before = first.next
        let second = try await store.deliveries(query)

        #expect(first.items == [])
        #expect(first.next == others[10].deliveries[0].id)
        #expect(second.items == oldest.deliveries)
        #expect(second.next == nil)
        await store.close()
    }

    @Test(arguments: [
        DeliveryState.failed(at: Timestamp(milliseconds: 1), reason: .exhausted),
        .cancelled(at: Timestamp(milliseconds: 1), reason: .requested),
    ])
    func whatFailedOrWasCancelledIsFoundAtOnceHoweverOld(_ state: DeliveryState) async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let oldest = scene.entry(state: state)
        let others = (0..<EventQuery.scanLimit + 10).map { _ in scene.entry(state: .succeeded(at: scene.now)) }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var events = EventQuery(environment: scene.environment, limit: 5)
        events.status = state.status
        var deliveries = DeliveryQuery(environment: scene.environment, limit: 5)
        deliveries.status = state.status

        let foundEvents = try await store.events(events)
        let found = try await store.deliveries(deliveries)
        deliveries.endpoint = scene.endpoint.id
        let foundOfEndpoint = try await store.deliveries(deliveries)

        #expect(foundEvents.items == [oldest.event] && foundEvents.next == nil)
        #expect(found.items == oldest.deliveries && found.next == nil)
        #expect(foundOfEndpoint.items == oldest.deliveries && foundOfEndpoint.next == nil)
        await store.close()
    }

    @Test func theDeliveriesOfSoManyEventsAreLookedAt() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let oldest = scene.entry(state: .succeeded(at: scene.now))
        let others = (0..<EventQuery.deliveryLimit + 10).map { _ in scene.entry() }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [oldest] + others)]))
        var query = EventQuery(environment: scene.environment, limit: 5)
        query.status = .succeeded

        let first = try await store.events(query)
        query.before = first.next
        let second = try await store.events(query)

        #expect(first.items == [])
        #expect(first.next == others[10].event.id)
        #expect(second.items == [oldest.event] && second.next == nil)
        await store.close()
    }

    @Test func moreDeliveriesThanAreGatheredAreLookedForAlongTheEvents() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let failed = (0...EventQuery.gatherLimit).map { _ in
            scene.entry(state: .failed(at: scene.now, reason: .exhausted))
        }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: failed)]))
        var query = EventQuery(environment: scene.environment, limit: 2)
        query.application = scene.application.id
        query.status = .failed

        let first = try await store.events(query)
        query.before = failed[2].event.id
        let last = try await store.events(query)

        #expect(first.items == failed.suffix(2).reversed().map(\.event))
        #expect(first.next == first.items.last?.id)
        #expect(last.items == [failed[1].event, failed[0].event] && last.next == nil)
        await store.close()
    }

    @Test func textIsLookedForInSoManyBytes() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let oldest = scene.entry(size: 33)
        let others = (0..<3).map { _ in scene.entry(size: EventQuery.textLimit / 2) }
        for entry in [oldest] + others {
            _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
        }
        var query = EventQuery(environment: scene.environment, limit: 5)
        query.text = "y"

        let first = try await store.events(query)
        query.before = first.next
        query.text = String(repeating: "x", count: 33)
        query.limit = 1
        let second = try await store.events(query)

        #expect(first.items == [])
        #expect(first.next == others[1].event.id)
        #expect(second.items == [others[0].event])
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

    @Test func whatCannotBeToldOfManyFailuresIsNotAllThereIs() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        // Their attempts have gone with their age.
        let failed = (0..<FailureQuery.scanLimit).map { _ in
            scene.entry(state: .failed(at: scene.now, reason: .exhausted))
        }
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: failed.dropLast())]))
        let query = FailureQuery(environment: scene.environment, since: scene.now - .seconds(60))

        let fewer = try await store.failures(query)
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: failed.suffix(1))]))
        let many = try await store.failures(query)

        #expect(fewer.groups.isEmpty && !fewer.isPartial)
        #expect(many.groups.isEmpty && many.isPartial)
        await store.close()
    }
}
