import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct MigrationTests {
    private func connection(_ directory: TemporaryDirectory) throws -> Connection {
        try Connection(path: directory.file(), access: .write)
    }

    private let steps = [
        Migration(number: 1, summary: "creates a", sql: "CREATE TABLE a (x)"),
        Migration(number: 2, summary: "creates b and fills it", sql: "CREATE TABLE b (x); INSERT INTO b VALUES (7)"),
    ]

    @Test func aFileThatIsNotThereHasEveryStepPending() throws {
        let directory = try TemporaryDirectory()

        let pending = try SQLiteMigrations.pending(at: directory.file())

        #expect(pending == SQLiteMigrations.all)
        #expect(pending.map(\.number) == Array(1...pending.count))
    }

    @Test func aFileOfThisVersionHasNoStepPending() async throws {
        let directory = try TemporaryDirectory()
        await (try SQLiteStore.open(path: directory.file())).close()

        #expect(try SQLiteMigrations.pending(at: directory.file()) == [])
        await (try SQLiteStore.open(path: directory.file(), migrate: false)).close()
    }

    @Test func aNewFileIsSetUpWithoutLeaveToMigrate() async throws {
        let directory = try TemporaryDirectory()

        let store = try await SQLiteStore.open(path: directory.file(), migrate: false)

        #expect(try await store.backlog().count == 0)
        await store.close()
    }

    @Test func pendingStepsAreTakenInOrderEachOnce() throws {
        let directory = try TemporaryDirectory()
        let connection = try connection(directory)
        try SQLiteMigrations.run(on: connection, among: [steps[0]])

        let pending = try SQLiteMigrations.pending(on: connection, among: steps)
        try SQLiteMigrations.run(on: connection, among: steps)
        try SQLiteMigrations.run(on: connection, among: steps)

        #expect(pending == [steps[1]])
        #expect(try connection.integer("SELECT sum(x) FROM b") == 7)
        #expect(try connection.integer("PRAGMA user_version") == 2)
    }

    @Test func aStepThatFailsLeavesNothingAndTheStepsBeforeItStay() throws {
        let directory = try TemporaryDirectory()
        let connection = try connection(directory)
        let failing = Migration(number: 2, summary: "fails", sql: "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)")

        #expect(throws: StoreError.self) { try SQLiteMigrations.run(on: connection, among: [steps[0], failing]) }

        #expect(try connection.integer("PRAGMA user_version") == 1)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0)
        try SQLiteMigrations.run(on: connection, among: steps)
        #expect(try connection.integer("SELECT x FROM b") == 7)
    }

    @Test func aFileOfANewerVersionIsRefusedAndStaysAsItIs() async throws {
        let directory = try TemporaryDirectory()
        await (try SQLiteStore.open(path: directory.file())).close()
        do {
            let connection = try connection(directory)
            try connection.execute("PRAGMA user_version = 99")
        }

        let opening = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: directory.file()) }
        let looking = #expect(throws: StoreError.self) { try SQLiteMigrations.pending(at: directory.file()) }

        #expect(opening?.isConflict == true)
        #expect(opening?.description.contains("newer version") == true)
        #expect(opening?.description.contains("99") == true)
        #expect(looking?.description == opening?.description)
        #expect(try connection(directory).integer("PRAGMA user_version") == 99)
    }

    @Test func anOlderFileIsRefusedWithoutLeaveToMigrateAndStaysAsItIs() async throws {
        let directory = try TemporaryDirectory()
        do {
            // As if a version had set up the file without taking a step yet.
            let connection = try connection(directory)
            try connection.execute("PRAGMA application_id = 0x4D52544C")
        }

        let error = await #expect(throws: StoreError.self) {
            try await SQLiteStore.open(path: directory.file(), migrate: false)
        }

        #expect(error?.isConflict == true)
        #expect(error?.description.contains("martlet migrate") == true)
        #expect(try connection(directory).integer("SELECT count(*) FROM sqlite_schema") == 0)
        await (try SQLiteStore.open(path: directory.file(), migrate: true)).close()
    }

    @Test func anotherProgramsDatabaseIsRefused() async throws {
        let directory = try TemporaryDirectory()
        do {
            let connection = try connection(directory)
            try connection.execute("CREATE TABLE bookmarks (url TEXT)")
        }

        let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: directory.file()) }

        #expect(error?.isConflict == true)
        #expect(error?.description.contains("another program") == true)
        #expect(try connection(directory).integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    /// Number 7 and number 3, of environment 1; the id of all three is 0.
    private static let oneEndpointAndOneEvent = """
        INSERT INTO environments (number, id, name, record) VALUES (1, zeroblob(16), 'live', '{}');
        INSERT INTO endpoints (
            number, id, environment, application, record, secret, created_at, updated_at
        ) VALUES (7, zeroblob(16), 1, zeroblob(16), '{}', x'01', 0, 0);
        INSERT INTO events (
            number, environment, id, type, created, accepted_at, is_test, delivery_count, data_start, data_end, body
        ) VALUES (3, 1, zeroblob(16), 'a', 0, 0, 0, 1, 0, 0, x'');
        """

    @Test func whatWaitedBeforeThereWereTurnsIsDueWithoutOne() async throws {
        let directory = try TemporaryDirectory()
        do {
            let connection = try connection(directory)
            try SQLiteMigrations.run(on: connection, among: [.initial])
            try connection.execute(Self.oneEndpointAndOneEvent)
            try connection.execute(
                """
                INSERT INTO deliveries (
                    environment, id, event, endpoint, cause, created_at, state, state_at, attempts
                ) VALUES (1, zeroblob(16), 3, 7, 0, 0, 0, 5, 2);
                """)
        }

        let store = try await SQLiteStore.open(path: directory.file())
        let due = try await store.due(EndpointID(high: 0, low: 0), by: Timestamp(milliseconds: 5), limit: 10)
        let inOrder = try await store.dueInOrder(
            EndpointID(high: 0, low: 0), by: Timestamp(milliseconds: 5), after: nil, limit: 10)

        #expect(due.deliveries.map(\.delivery.attemptCount) == [2])
        #expect(due.deliveries.map(\.delivery.turn) == [nil])
        #expect(inOrder.deliveries.isEmpty)
        #expect(try await store.structuralProblems() == [])
        await store.close()
    }

    @Test func whatWasInTroubleBeforeItsIndexesWereJoinedIsFound() async throws {
        let directory = try TemporaryDirectory()
        do {
            let connection = try connection(directory)
            try SQLiteMigrations.run(on: connection, among: SQLiteMigrations.all.filter { $0.number < 9 })
            try connection.execute(Self.oneEndpointAndOneEvent)
            // In turns: not tried yet, tried and waiting, succeeded, failed, cancelled before it was tried.
            try connection.execute(
                """
                INSERT INTO deliveries (
                    environment, id, event, endpoint, cause, created_at, state, state_at, reason, attempts
                ) VALUES
                    (1, x'00000000000000000000000000000001', 3, 7, 0, 0, 0, 5, NULL, 0),
                    (1, x'00000000000000000000000000000002', 3, 7, 0, 0, 0, 5, NULL, 1),
                    (1, x'00000000000000000000000000000003', 3, 7, 0, 0, 1, 5, NULL, 1),
                    (1, x'00000000000000000000000000000004', 3, 7, 0, 0, 2, 5, 'exhausted', 9),
                    (1, x'00000000000000000000000000000005', 3, 7, 0, 0, 3, 5, 'endpoint_deleted', 0);
                INSERT INTO attempts (
                    delivery, number, id, started_at, url, request_headers, total_time, failure, failure_message
                ) VALUES
                    (x'00000000000000000000000000000002', 1, zeroblob(16), 4, 'http://a', x'', 1, 'timeout', ''),
                    (x'00000000000000000000000000000004', 9, zeroblob(16), 4, 'http://a', x'', 1, 'timeout', '');
                """)
        }

        let store = try await SQLiteStore.open(path: directory.file())
        let environment = EnvironmentID(high: 0, low: 0)
        for endpoint in [nil, EndpointID(high: 0, low: 0)] {
            var query = DeliveryQuery(environment: environment, limit: 10)
            query.endpoint = endpoint
            query.status = .failed
            #expect(try await store.deliveries(query).items.map(\.id.low) == [4])
            query.status = .cancelled
            #expect(try await store.deliveries(query).items.map(\.id.low) == [5])
        }
        let failures = try await store.failures(
            FailureQuery(environment: environment, since: Timestamp(milliseconds: 0)))

        #expect(failures.groups.values.map(\.failed) == [1])
        #expect(failures.groups.values.map(\.waiting) == [1])
        #expect(try await store.structuralProblems() == [])
        await store.close()
    }
}
