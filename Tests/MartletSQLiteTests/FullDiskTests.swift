import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct FullDiskTests {
    @Test func aFullDiskIsUnavailableKeepsNothingByHalvesAndMendsItself() async throws {
        let directory = try TemporaryDirectory()
        var limits = SQLiteStore.Limits()
        limits.fileSize = 1 << 20
        let store = try await SQLiteStore.open(path: directory.file(), limits: limits)
        let scene = try await Scene(store)
        var kept: [Acceptance.Entry] = []
        var refused: [Acceptance.Entry] = []
        var refusal: StoreError?

        while refusal == nil {
            // Large and small ones, so that the disk is full in the middle of a batch.
            let entries = [scene.entry(size: 100), scene.entry(size: 50_000), scene.entry(size: 100)]
            do throws(StoreError) {
                _ = try await store.commit(CommitBatch(acceptances: entries.map { Acceptance(entries: [$0]) }))
                kept += entries
            } catch {
                refusal = error
                refused = entries
            }
        }

        #expect(refusal?.isFull == true)
        #expect(refusal?.description.contains(directory.file()) == true)
        for entry in kept { #expect(try await store.event(entry.event.id, in: scene.environment) == entry.event) }
        for entry in refused {
            #expect(try await store.event(entry.event.id, in: scene.environment) == nil)
            #expect(try await store.delivery(entry.deliveries[0].id, in: scene.environment) == nil)
        }
        #expect(try await store.backlog().count == kept.count)

        try await store.write { (writer) throws(StoreError) in
            _ = try writer.connection.integer("PRAGMA max_page_count = 1000000")
        }
        let result = try await store.commit(CommitBatch(acceptances: refused.map { Acceptance(entries: [$0]) }))

        #expect(result.acceptances.count == 3)
        for entry in refused { #expect(try await store.event(entry.event.id, in: scene.environment) == entry.event) }
        await store.close()
    }

    @Test func aDiskThatIsFullForASettlementTakesItLater() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let (_, delivery) = try await scene.accept()
        try await store.write { (writer) throws(StoreError) in
            let pages = try writer.connection.integer("PRAGMA page_count") ?? 0
            _ = try writer.connection.integer("PRAGMA max_page_count = \(pages)")
        }
        let attempt = Attempt(
            id: scene.id(), delivery: delivery.id, number: 1, startedAt: scene.now,
            request: AttemptRequest(url: "https://example.com", headers: []),
            outcome: AttemptOutcome(
                result: .response(
                    AttemptResponse(
                        status: 200, headers: [], body: Array(repeating: 0, count: 60_000), isTruncated: false)),
                timing: AttemptTiming(total: 1), address: nil))
        let batch = CommitBatch(settlements: [
            Settlement(
                environment: scene.environment, endpoint: scene.endpoint.id, attempt: attempt,
                firstAttemptAt: scene.now, state: .succeeded(at: scene.now))
        ])

        await #expect(throws: StoreError.self) { try await store.commit(batch) }
        let meanwhile = try await store.delivery(delivery.id, in: scene.environment)
        try await store.write { (writer) throws(StoreError) in
            _ = try writer.connection.integer("PRAGMA max_page_count = 1000000")
        }
        let settled = try await store.commit(batch).settled

        #expect(meanwhile == delivery)
        #expect(settled == [true])
        #expect(try await store.attempts(of: delivery.id) == [attempt])
        await store.close()
    }
}
