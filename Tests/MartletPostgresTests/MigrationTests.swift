import MartletStore
import MartletTesting
import Testing

@testable import MartletPostgres

struct MigrationTests {
    @Test func anEmptySchemaHasEveryStepBeforeItAndAStoreNone() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let before = try await PostgresMigrations.pending(at: address)
            try await openStore(address).close()
            let after = try await PostgresMigrations.pending(at: address)

            #expect(before == PostgresMigrations.all)
            #expect(before.map(\.number) == Array(1...before.count))
            #expect(after == [])
        }
    }

    @Test func nodesThatStartAtOnceTakeEachStepOnce() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await openStore(address).close() }
                }
                try await group.waitForAll()
            }

            let steps = try await cluster.number("SELECT count(*) FROM \(schema).schema_steps")
            #expect(steps == Int64(PostgresMigrations.all.count))
        }
    }

    @Test func aStoreOfTheNextVersionIsUsedAndOneBeyondItRefused() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            try await openStore(address).close()
            let known = PostgresMigrations.all.count
            try await cluster.execute("INSERT INTO \(schema).schema_steps VALUES (\(known + 1), 'adds something')")
            try await openStore(address).close()
            try await cluster.execute("INSERT INTO \(schema).schema_steps VALUES (\(known + 2), 'adds more')")

            let error = await #expect(throws: StoreError.self) { _ = try await openStore(address) }

            #expect(error?.isConflict == true)
            #expect(error?.description.contains("newer version") == true)
        }
    }

    @Test func aSchemaOfAnotherProgramIsLeftAlone() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            try await cluster.execute("CREATE TABLE \(schema).events (id integer)")

            let error = await #expect(throws: StoreError.self) { _ = try await openStore(address) }

            #expect(error?.isConflict == true)
            #expect(error?.description.contains("another program") == true)
        }
    }

    @Test func aSearchPathThatLeadsNowhereIsNamed() async throws {
        let cluster = try await Cluster.shared.value
        let address = try PostgresAddress(
            "postgres:///postgres?host=\(cluster.directory)&user=martlet&options=-csearch_path%3Dnowhere")

        let error = await #expect(throws: StoreError.self) { _ = try await openStore(address) }

        #expect(error?.description.contains("search path") == true)
    }
}
