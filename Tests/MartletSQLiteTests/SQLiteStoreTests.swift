import MartletSQLite
import MartletTesting
import Testing

struct SQLiteStoreTests {
    @Test(arguments: StoreConformance.all)
    func theStoreInAFileKeepsTheContract(_ check: StoreConformance) async throws {
        let directory = try TemporaryDirectory()

        try await check.run { try await SQLiteStore.open(path: directory.file()) }

        withExtendedLifetime(directory) {}
    }
}
