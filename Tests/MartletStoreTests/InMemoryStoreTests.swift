import MartletTesting
import Testing

struct InMemoryStoreTests {
    @Test(arguments: StoreConformance.all)
    func theStoreInMemoryKeepsTheContract(_ check: StoreConformance) async throws {
        try await check.run { InMemoryStore() }
    }
}
