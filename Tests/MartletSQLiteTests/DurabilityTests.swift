import Foundation
import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct DurabilityTests {
    @Test func commitsAreWrittenAheadAndSyncedInFull() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())

        let (journal, synchronous) = try await store.write { (writer) throws(StoreError) in
            (
                try writer.connection.text("PRAGMA journal_mode"), try writer.connection.integer("PRAGMA synchronous")
            )
        }

        #expect(journal == "wal")
        #expect(synchronous == 2)
        await store.close()
    }

    @Test func commitsAreSyncedInFullAfterAReopeningToo() async throws {
        let directory = try TemporaryDirectory()
        await (try SQLiteStore.open(path: directory.file())).close()
        let store = try await SQLiteStore.open(path: directory.file())

        let synchronous = try await store.write { (writer) throws(StoreError) in
            try writer.connection.integer("PRAGMA synchronous")
        }

        #expect(synchronous == 2)
        await store.close()
    }

    @Test func whatWasCommittedIsThereAfterAReopening() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let (event, delivery) = try await scene.accept()
        await store.close()

        let reopened = try await SQLiteStore.open(path: directory.file())

        #expect(try await reopened.event(event.id, in: scene.environment) == event)
        #expect(
            try await reopened.due(delivery.endpoint, by: scene.now, limit: 5).deliveries.map(\.delivery) == [delivery])
        await reopened.close()
    }

    @Test func aClosedStoreLeavesOneFileAlone() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        _ = try await Scene(store).accept()

        await store.close()

        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["martlet.db"])
    }

    @Test func whatWasReportedCommittedSurvivesTheProcessBeingKilled() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file()
        let ledger = directory.file("ledger")

        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, ledger = ledger as String] in
            let store = try await SQLiteStore.open(path: path)
            let scene = try await Scene(store)
            let file = open(ledger, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        while true {
                            let (event, delivery) = try await scene.accept()
                            let line = "\(scene.environment) \(event.id) \(delivery.id)\n"
                            _ = line.withCString { write(file, $0, strlen($0)) }
                        }
                    }
                }
                group.addTask {
                    // Commits are under way when it strikes: the four others never pause.
                    while try await store.backlog().count < 150 { await Task.yield() }
                    kill(getpid(), SIGKILL)
                }
                try await group.waitForAll()
            }
        }

        let store = try await SQLiteStore.open(path: path)
        let reported = try String(contentsOfFile: ledger, encoding: .utf8).split(separator: "\n")
        #expect(reported.count >= 100)
        for line in reported {
            let ids = line.split(separator: " ").map(String.init)
            let environment = try #require(EnvironmentID(ids[0]))
            let event = try #require(EventID(ids[1]))
            let delivery = try #require(DeliveryID(ids[2]))
            #expect(try await store.event(event, in: environment) != nil)
            #expect(try await store.delivery(delivery, in: environment) != nil)
        }
        // An event never comes without its delivery, also where the kill came before the report.
        let counts = try await store.read { (reader) throws(StoreError) in
            [
                try reader.connection.integer("SELECT count(*) FROM events"),
                try reader.connection.integer("SELECT count(*) FROM deliveries"),
            ]
        }
        #expect(counts[0] == counts[1])
        await store.close()
    }

    @Test func theWriteAheadLogIsCutBack() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        let filler = Array(repeating: UInt8(ascii: "x"), count: 60_000_000)
        try await store.putSetting("filler", filler)
        let longest = try directory.size(of: "martlet.db-wal")

        // The next commit starts the log anew, and so cuts it.
        for _ in 0..<3 { _ = try await scene.accept() }

        #expect(longest > 60_000_000)
        #expect(try directory.size(of: "martlet.db-wal") <= 16 << 20)
        await store.close()
    }
}
