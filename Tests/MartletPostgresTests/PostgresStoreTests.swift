import MartletTesting
import Testing

struct PostgresStoreTests {
    @Test(arguments: StoreConformance.all)
    func theStoreInPostgreSQLKeepsTheContract(_ check: StoreConformance) async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            try await check.run { try await openStore(address) }
        }
    }
}
