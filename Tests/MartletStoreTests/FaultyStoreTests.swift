import MartletCore
import MartletStore
import MartletTesting
import Testing

struct FaultyStoreTests {
    @Test(arguments: StoreConformance.all)
    func aFaultyStoreWithoutFaultsKeepsTheContract(_ check: StoreConformance) async throws {
        try await check.run { FaultyStore(InMemoryStore()) }
    }

    @Test func aFaultBeforeLeavesTheCallUndone() async throws {
        let store = FaultyStore(InMemoryStore(), failing: [2: .before])
        try await store.putSetting("a", [1])

        let error = await #expect(throws: StoreError.self) { try await store.putSetting("a", [2]) }

        #expect(error?.isUnavailable == true)
        #expect(try await store.setting("a") == [1])
        #expect(store.callCount == 3)
        #expect(store.faultCount == 1)
    }

    @Test func aFaultAfterLeavesTheCallDone() async throws {
        let store = FaultyStore(InMemoryStore(), failing: [1: .after])

        let error = await #expect(throws: StoreError.self) { try await store.putSetting("a", [2]) }

        #expect(error?.isUnavailable == true)
        #expect(try await store.setting("a") == [2])
    }

    @Test func theNextCallCanBeMadeToFailAndTheStoreRecovers() async throws {
        let store = FaultyStore(InMemoryStore())
        _ = try await store.setting("a")

        store.failNext(.before)
        await #expect(throws: StoreError.self) { try await store.setting("a") }
        #expect(try await store.setting("a") == nil)
        store.failNext(.after)
        store.recover()

        #expect(try await store.setting("a") == nil)
        #expect(store.faultCount == 1)
    }

    @Test func theSameSeedFailsTheSameCalls() async throws {
        func failures(seed: UInt64) async -> [Int] {
            let store = FaultyStore(InMemoryStore(), failing: 0.3, seed: seed)
            var failures: [Int] = []
            for call in 0..<200 {
                do { try await store.putSetting("a", []) } catch { failures.append(call) }
            }
            return failures
        }

        let first = await failures(seed: 1)
        let again = await failures(seed: 1)
        let other = await failures(seed: 2)

        #expect(first == again)
        #expect(first != other)
        #expect((30...90).contains(first.count))
    }
}
