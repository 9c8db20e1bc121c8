import Foundation
import MartletCore
import NIOHTTP1
import Testing

@testable import martlet

/// `martlet backup`, while a server works with the store.
@Suite(.timeLimit(.minutes(10))) struct BackupTests {
    @Test func aCopyTakenWhileTheServerRunsHasAllThatWasAccepted() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)
        let client = server.client(server.keys?.sandbox)
        for _ in 0..<3 {
            let published = try await client.send(.POST, "/v1/events", body: Array(#"{"type":"a.b","data":{}}"#.utf8))
            #expect(published.status == 202)
        }

        let ended = try await MartletProcess.run(["backup", "--to", "copy.db"], in: directory)
        _ = await server.stop()
        try FileManager.default.removeItem(atPath: directory.file("martlet-data/martlet.db"))
        for rest in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: directory.file("martlet-data/martlet.db" + rest))
        }
        try FileManager.default.moveItem(
            atPath: directory.file("copy.db"), toPath: directory.file("martlet-data/martlet.db"))
        let restored = try await ServerProcess(in: directory)
        let listed = try await restored.client(server.keys?.sandbox).send(.GET, "/v1/events")

        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.contains("was copied to copy.db"))
        #expect(try JSONValue(parsing: listed.body)["data"]?.array?.count == 3)
    }

    @Test func aCopyIsItsOwnersAlone() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)

        let ended = try await MartletProcess.run(["backup", "--to", "copy.db"], in: directory)
        let mode = try FileManager.default.attributesOfItem(atPath: directory.file("copy.db"))[.posixPermissions]

        #expect(ended.status == 0, "\(ended.errors)")
        #expect(mode as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: directory.file("copy.db.part")))
    }

    @Test func nothingIsWrittenOver() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        try Data("mine".utf8).write(to: URL(filePath: directory.file("copy.db")))

        let ended = try await MartletProcess.run(["backup", "--to", "copy.db"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("copy.db is there already"))
        #expect(try String(contentsOfFile: directory.file("copy.db"), encoding: .utf8) == "mine")
    }

    @Test func whatIsLeftOfABackupThatWasCutShortIsReplaced() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        try Data(repeating: 1, count: 100_000).write(to: URL(filePath: directory.file("copy.db.part")))

        let ended = try await MartletProcess.run(["backup", "--to", "copy.db"], in: directory)

        #expect(ended.status == 0, "\(ended.errors)")
        #expect(!FileManager.default.fileExists(atPath: directory.file("copy.db.part")))
    }

    @Test func aStoreThatIsNotThereIsNotMade() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(["backup", "--to", "copy.db"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("There is no store at"))
        #expect(!FileManager.default.fileExists(atPath: directory.file("copy.db")))
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)

        let ended = try await MartletProcess.run(["backup", "--to", "nowhere/copy.db"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("nowhere/copy.db.part cannot be opened or created"))
    }
}
