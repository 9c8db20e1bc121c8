import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct InsertionTests {
    /// A table of two columns, and what inserts into it.
    private func table(_ directory: TemporaryDirectory, conflict: String = "") throws -> (Connection, Insertion) {
        let connection = try Connection(path: directory.file(), access: .write)
        try connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL)")
        return (connection, try Insertion(into: "t", ["a", "b"], conflict: conflict, on: connection))
    }

    private func insert(
        _ numbers: [Int64], by insertion: Insertion, areLarge: Bool = false
    ) throws(StoreError) {
        var rows = insertion.rows(numbers.count, areLarge: areLarge)
        for number in numbers {
            let row = try rows.next()
            row.bind(1, number)
            row.bind(2, "number \(number)")
        }
        try rows.finish()
    }

    @Test(arguments: [0, 1, 3, 4, 5, 15, 16, 17, 37, 64, 1000], [false, true])
    func asManyRowsAsAreAnnouncedAreThere(_ count: Int, _ areLarge: Bool) throws {
        let directory = try TemporaryDirectory()
        let (connection, insertion) = try table(directory)
        let numbers = (0..<Int64(count)).map { $0 * 3 }

        try connection.writing { () throws(StoreError) in
            try insert(numbers, by: insertion, areLarge: areLarge)
        }

        #expect(try connection.integer("SELECT count(*) FROM t WHERE b = 'number ' || a") == Int64(count))
        #expect(try connection.integer("SELECT coalesce(sum(a), 0) FROM t") == numbers.reduce(0, +))
    }

    @Test(arguments: [16, 18, 21])
    func whatBreaksAConstraintFailsAndTheNextRowsAreNotMixedWithItsOwn(_ count: Int64) throws {
        let directory = try TemporaryDirectory()
        let (connection, insertion) = try table(directory)

        let failure = #expect(throws: StoreError.self) {
            try connection.writing { () throws(StoreError) in
                try insert(Array(1..<count) + [7], by: insertion)
            }
        }
        // Left in the middle, as by whoever finds something wrong between two rows.
        var rows = insertion.rows(16)
        for _ in 0..<5 { try rows.next().bind(2, String(repeating: "x", count: 10_000)) }
        try insert(Array(100..<116), by: insertion)

        #expect(failure?.isConflict == true)
        #expect(try connection.integer("SELECT count(*) FROM t WHERE b = 'number ' || a") == 16)
        #expect(try connection.integer("SELECT min(a) FROM t") == 100)
    }

    @Test func whatIsThereAlreadyIsPassedOverWhereThatIsSaid() throws {
        let directory = try TemporaryDirectory()
        let (connection, insertion) = try table(directory, conflict: "ON CONFLICT DO NOTHING")

        try insert([1, 2, 3], by: insertion)
        try insert([3, 4, 4, 5, 6], by: insertion)

        #expect(try connection.integer("SELECT count(*) FROM t") == 6)
    }

    @Test func aBatchOfWhichOneRowBreaksAConstraintLeavesNothingAndTheNextIsTaken() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let entries = (0..<20).map { _ in scene.entry() }
        let twice = Acceptance.Entry(event: entries[2].event, deliveries: [])

        await #expect(throws: StoreError.self) {
            _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: entries + [twice])]))
        }
        let left = try await store.backlog().count
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: entries)]))

        #expect(left == 0)
        #expect(try await store.backlog().count == 20)
        for entry in entries { #expect(try await store.event(entry.event.id, in: scene.environment) == entry.event) }
        await store.close()
    }
}
