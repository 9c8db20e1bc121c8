import MartletTesting
import Testing

struct InMemoryStoreTests {
    @Test(arguments: StoreConformance.all)
    func theStoreInMemoryKeepsTheContract(_ check: StoreConformance) async throws {
        try await check.run { InMemoryStore() }
    }

    @Test(arguments: StoreConformance.all)
    func theOnlyNodeOfASharedStoreFindsTheContractKept(_ check: StoreConformance) async throws {
        try await check.run {
            let store = InMemoryStore(sharing: SharedMemory(time: ManualTimeSource()))
            _ = try await store.join(as: "only", lease: .seconds(10))
            return store
        }
    }

    @Test(arguments: StoreConformance.nodes)
    func theSharedStoreInMemoryKeepsTheContractWithItsNodes(_ check: NodeConformance) async throws {
        try await check.run(on: MemoryStage(SharedMemory(time: ManualTimeSource())))
    }
}
