import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct RetentionTests {
    @Test func aSweepFillsTheFileAgainInsteadOfGrowingIt() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        func fill() async throws {
            for _ in 0..<20 {
                let entries = (0..<50).map { _ in scene.entry(size: 2000, state: .succeeded(at: scene.now)) }
                _ = try await store.commit(CommitBatch(acceptances: entries.map { Acceptance(entries: [$0]) }))
            }
        }
        try await fill()
        let full = try await store.space()

        var cursor: EventID?
        repeat {
            cursor = try await store.dropHistory(
                in: scene.environment, before: scene.now + .seconds(1), after: cursor, limit: 100
            ).next
        } while cursor != nil
        let swept = try await store.space()
        try await fill()
        let again = try await store.space()

        #expect(swept.reusable > full.size / 2)
        #expect(swept.size == full.size)
        #expect(again.size < full.size + full.size / 10)
        await store.close()
    }

    @Test func aDroppedPayloadGivesItsPagesBack() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let entries = (0..<20).map { _ in scene.entry(size: 50_000, state: .succeeded(at: scene.now)) }
        _ = try await store.commit(CommitBatch(acceptances: entries.map { Acceptance(entries: [$0]) }))

        let step = try await store.dropPayloads(in: scene.environment, before: scene.now + .seconds(1), limit: 100)

        #expect(step.events == 20)
        #expect(try await store.space().reusable >= 20 * 48_000)
        await store.close()
    }

    @Test func whatIsErasedIsNotToBeFoundInTheFile() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let secret = Array("the customer's own words, which nobody else should read".utf8)
        let event = Event(
            id: scene.id(), environment: scene.environment, chosenID: nil, type: "a",
            application: scene.application.id, created: scene.now, acceptedAt: scene.now, deliveryCount: 0,
            body: EventBody(bytes: secret, data: 0..<secret.count))
        _ = try await store.commit(
            CommitBatch(acceptances: [Acceptance(entries: [.init(event: event, deliveries: [])])]))
        try await store.apply([
            .eraseApplication(environment: scene.environment, id: scene.application.id, at: scene.now)
        ])

        while try await store.erasure(of: scene.application.id, in: scene.environment)?.finishedAt == nil {
            _ = try await store.erase(
                scene.application.id, in: scene.environment, limit: 10, settled: scene.now + .seconds(90))
        }
        // The last connection to close moves the log into the file.
        await store.close()
        let bytes = try directory.bytes()

        #expect(bytes.count > 1000)
        #expect(bytes.firstRange(of: secret) == nil)
    }
}
