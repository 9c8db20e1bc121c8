import Foundation
import Testing

@testable import martlet

/// What `martlet migrate-store` refuses; what it moves is tested beside PostgreSQL.
@Suite(.timeLimit(.minutes(10))) struct MigrateStoreTests {
    @Test(
        arguments: [
            (["--from", "sqlite:nothing.db", "--to", "postgres://127.0.0.1/x"], "--from: nothing.db"),
            (["--from", "postgres://a/b", "--to", "postgres://127.0.0.1/x"], "from the embedded store"),
            (["--from", "sqlite:martlet-data/martlet.db", "--to", "sqlite:b.db"], "--to: Give postgres://"),
            (["--from", "sqlite:martlet-data/martlet.db"], "Give one of --to and --to-file"),
        ])
    func whatCannotBeMovedIsNamed(arguments: [String], complaint: String) async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)

        let ended = try await MartletProcess.run(["migrate-store"] + arguments, in: directory)

        #expect(ended.status == 2)
        #expect(ended.errors.contains(complaint), "\(ended.errors)")
    }

    @Test func aStoreThatAServerWorksWithIsNotMoved() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)

        let ended = try await MartletProcess.run(
            ["migrate-store", "--from", "sqlite:martlet-data/martlet.db", "--to", "postgres://127.0.0.1:1/x"],
            in: directory)
        _ = await server.stop()

        #expect(ended.status == 1)
        #expect(ended.errors.contains("martlet-data"), "\(ended.errors)")
        #expect(!ended.errors.contains("127.0.0.1:1"), "it got as far as PostgreSQL")
    }
}
