import Foundation
import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletSQLite

struct OpeningTests {
    @Test func theFilesAreTheirOwnersAlone() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        _ = try await Scene(store)

        for name in ["martlet.db", "martlet.db-wal", "martlet.db-shm"] {
            #expect(try directory.mode(of: name) == 0o600, "\(name)")
        }
        await store.close()
    }

    @Test func aNewFileHasPagesOfTheMeasuredSize() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())

        let size = try await store.write { (writer) throws(StoreError) in
            try writer.connection.integer("PRAGMA page_size")
        }

        #expect(size == 8192)
        await store.close()
    }

    @Test func aMissingDirectoryIsNamed() async throws {
        let error = await #expect(throws: StoreError.self) {
            try await SQLiteStore.open(path: "/nowhere/at/all/martlet.db")
        }

        #expect(error?.isUnavailable == true)
        #expect(error?.description.contains("/nowhere/at/all/martlet.db") == true)
    }

    @Test func aDirectoryIsNoDatabase() async throws {
        let directory = try TemporaryDirectory()

        let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: directory.path) }

        #expect(error?.isUnavailable == true)
    }

    @Test func aFileThatIsNoDatabaseIsCorruptAndStaysAsItIs() async throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "Dear diary, ", count: 1000)
        try text.write(toFile: directory.file(), atomically: false, encoding: .utf8)

        let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: directory.file()) }

        #expect(error?.isCorrupt == true)
        #expect(try String(contentsOfFile: directory.file(), encoding: .utf8) == text)
    }

    @Test func aRecordThatCannotBeReadIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)
        try await store.write { (writer) throws(StoreError) in
            try writer.connection.execute("UPDATE endpoints SET record = json_remove(record, '$.url')")
        }

        let error = await #expect(throws: StoreError.self) { try await store.configuration() }

        #expect(error?.isCorrupt == true)
        #expect(error?.description.contains(scene.endpoint.id.description) == true)
        #expect(error?.description.contains("\"url\"") == true)
        await store.close()
    }

    @Test func theSecretsOfADeletedEndpointAreGoneFromItsRow() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let scene = try await Scene(store)

        try await store.apply([.deleteEndpoint(environment: scene.environment, id: scene.endpoint.id, at: scene.now)])

        let left = try await store.read { (reader) throws(StoreError) in
            try reader.connection.integer(
                "SELECT length(secret) + (previous_secret IS NOT NULL) + (record <> '{}') FROM endpoints")
        }
        #expect(left == 0)
        await store.close()
    }
}
