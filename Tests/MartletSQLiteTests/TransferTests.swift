import MartletCore
import MartletSQLite
import MartletStore
import MartletTesting
import Testing

@Suite struct TransferTests {
    @Test func allThatAStoreHoldsIsMovedRecordByRecord() async throws {
        let directory = try TemporaryDirectory()
        let source = try await SQLiteStore.open(path: directory.file("martlet.db"))

        try await TransferConformance.run(from: source, to: InMemoryStore())

        await source.close()
    }

    @Test func allThatAStoreHoldsIsMovedAtOnce() async throws {
        let directory = try TemporaryDirectory()
        let source = try await SQLiteStore.open(path: directory.file("martlet.db"))

        try await TransferConformance.runAtOnce(from: source, to: InMemoryStore())

        await source.close()
    }
}
