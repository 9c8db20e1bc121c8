import Foundation
import MartletCore
import MartletService
import NIOHTTP1
import Testing

@testable import martlet

/// `martlet init`, run as a user runs it.
@Suite(.timeLimit(.minutes(10))) struct InitTests {
    @Test func jsonHasTheDirectoryTheKeysAndTheMasterKey() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(["init", "--json"], in: directory)

        #expect(ended.status == 0)
        let answer = try JSONValue(parsing: ended.output)
        #expect(answer.object?.map(\.key) == ["data_dir", "keys", "login_url", "master_key"])
        #expect(answer["keys"]?.object?.map(\.key) == ["live", "sandbox"])
        #expect(answer["keys"]?["live"]?.string?.hasPrefix("mk_live_") == true)
        #expect(answer["keys"]?["sandbox"]?.string?.hasPrefix("mk_test_") == true)
        let login = try #require(answer["login_url"]?.string)
        #expect(login.hasPrefix("http://127.0.0.1:8080/dashboard/sign-in/link?token="))
        let data = try #require(answer["data_dir"]?.string)
        #expect(data.hasPrefix("/"))
        #expect(FileManager.default.fileExists(atPath: data + "/martlet.db"))
        let kept = try String(contentsOfFile: data + "/master.key", encoding: .utf8)
        #expect(kept == (answer["master_key"]?.string ?? "") + "\n")
    }

    @Test func aSecondTimeIsRefusedAndChangesNothing() async throws {
        let directory = try TemporaryDirectory()
        let first = try await MartletProcess.run(["init"], in: directory)
        let key = try String(contentsOfFile: directory.file("martlet-data/master.key"), encoding: .utf8)

        let second = try await MartletProcess.run(["init", "--template", "sharmo"], in: directory)

        #expect(first.status == 0)
        #expect(second.status == 1)
        #expect(second.errors.hasPrefix("martlet: ./martlet-data is initialised already"))
        #expect(second.output.isEmpty)
        #expect(try String(contentsOfFile: directory.file("martlet-data/master.key"), encoding: .utf8) == key)
    }

    @Test(arguments: ["standard", "fractio", "real-estate", "sharmo", "getequity", "rapture"])
    func aTemplateSetsBothCatalogues(template: String) async throws {
        let directory = try TemporaryDirectory()
        let ended = try await MartletProcess.run(["init", "--json", "--template", template], in: directory)
        let keys = try JSONValue(parsing: ended.output)["keys"]
        let expected = try await ServerProcess(in: directory)

        for environment in ["live", "sandbox"] {
            let client = expected.client(keys?[environment]?.string)
            let types = try await client.send(.GET, "/v1/event-types?limit=250")

            let names = try JSONValue(parsing: types.body)["data"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names == (try SettingTable.template.parse([template])).eventTypes.map(\.name))
        }
        #expect(expected.keys == nil)
    }

    @Test func aKeyThatIsGivenIsNotKept() async throws {
        let directory = try TemporaryDirectory()
        let key = MasterKey.make().revealed

        let ended = try await MartletProcess.run(
            ["init", "--json"], variables: ["MARTLET_MASTER_KEY": key], in: directory)

        #expect(try JSONValue(parsing: ended.output)["master_key"]?.string == key)
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data/master.key")))
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "file")

        let inside = try await MartletProcess.run(["init", "--data-dir", "file/data"], in: directory)
        let itself = try await MartletProcess.run(["init", "--data-dir", "file"], in: directory)

        #expect(inside.status == 1)
        #expect(inside.errors == "martlet: file/data cannot be created: ./file/data: Not a directory.\n")
        #expect(itself.status == 1)
        #expect(itself.errors == "martlet: file is not a directory. Give another --data-dir.\n")
    }
}
