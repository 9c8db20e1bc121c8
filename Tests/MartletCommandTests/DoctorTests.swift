import Foundation
import MartletCore
import NIOHTTP1
import Testing

@testable import martlet

/// `martlet doctor` and `martlet migrate`, run as a user runs them.
@Suite(.timeLimit(.minutes(10))) struct DoctorTests {
    private func examined(
        _ flags: [String] = [], variables: [String: String] = [:], in directory: TemporaryDirectory
    ) async throws -> (status: Int32, report: JSONValue) {
        let ended = try await MartletProcess.run(
            ["doctor", "--json", "--listen", "127.0.0.1:0"] + flags, variables: variables, in: directory)
        return (ended.status, try JSONValue(parsing: ended.output))
    }

    private struct Check {
        var status: String?
        var detail: String?
        var remedy: String?

        init(_ value: JSONValue) {
            status = value["status"]?.string
            detail = value["detail"]?.string
            remedy = value["remedy"]?.string
        }
    }

    private func check(_ subject: String, in report: JSONValue) -> Check? {
        report["checks"]?.array?.first { $0["subject"]?.string == subject }.map(Check.init)
    }

    @Test func aNewMachineIsFine() async throws {
        let directory = try TemporaryDirectory()

        let (status, report) = try await examined(in: directory)

        #expect(status == 0)
        #expect(report["status"]?.string == "warn")
        #expect(check("data directory", in: report)?.detail == "./martlet-data is not there")
        #expect(check("data directory", in: report)?.remedy?.contains("martlet serve") == true)
        #expect(check("store", in: report)?.status == "ok")
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data")))
    }

    @Test func aServerThatRunsIsFine() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)

        let ended = try await MartletProcess.run(
            // Bounds that any limit of open files holds.
            [
                "doctor", "--json", "--listen", server.url.authority, "--max-clients", "50", "--max-connections", "50",
                "--max-in-flight", "50",
            ], in: directory)
        let report = try JSONValue(parsing: ended.output)

        #expect(ended.status == 0)
        #expect(report["status"]?.string == "ok", "\(ended.output)")
        #expect(
            check("listening", in: report)?.detail?
                .hasPrefix("martlet (pid \(server.process.pid)) serves \(server.url.authority)") == true)
        #expect(check("store", in: report)?.detail?.contains("synchronous=FULL") == true)
        #expect(check("schema", in: report)?.detail == "up to date")
        #expect(check("master key", in: report)?.status == "ok")
        #expect(await server.stop().status == 0)
    }

    @Test func anotherProgramOnThePortFails() async throws {
        let directory = try TemporaryDirectory()
        let sink = try MartletProcess(["sink", "--listen", "127.0.0.1:0"], in: directory)
        let address = try await sink.url().dropFirst("http://".count)

        let ended = try await MartletProcess.run(["doctor", "--json", "--listen", String(address)], in: directory)
        let report = try JSONValue(parsing: ended.output)

        #expect(ended.status == 1)
        #expect(check("listening", in: report)?.status == "fail")
    }

    @Test func everyValueIsShownWithItsSourceAndSecretsAreNot() async throws {
        let directory = try TemporaryDirectory()
        let key = MasterKey.make().revealed
        try directory.write("max_queued: 1000\n", to: "martlet.yaml")

        let (_, report) = try await examined(
            ["--max-in-flight", "10"], variables: ["MARTLET_MASTER_KEY": key, "MARTLET_LOG_LEVEL": "debug"],
            in: directory)

        let settings = report["settings"]?.array ?? []
        func shown(_ name: String) -> [String?] {
            let setting = settings.first { $0["name"]?.string == name }
            return [setting?["value"]?.string, setting?["source"]?.string]
        }
        #expect(settings.count == SettingTable.serving.count)
        #expect(shown("max_in_flight") == ["10", "flag"])
        #expect(shown("log_level") == ["debug", "environment"])
        #expect(shown("max_queued") == ["1000", "file"])
        #expect(shown("drain_timeout") == ["30s", "default"])
        #expect(shown("master_key") == ["(set)", "environment"])
        #expect(!String(decoding: report.bytes, as: UTF8.self).contains(key))
    }

    @Test func aVariableThatIsMisspeltIsNoticed() async throws {
        let directory = try TemporaryDirectory()

        let (status, report) = try await examined(variables: ["MARTLET_LOG_LEVL": "debug"], in: directory)

        let found = check("configuration", in: report)
        #expect(status == 0)
        #expect(found?.status == "warn")
        #expect(found?.remedy?.hasSuffix("Did you mean MARTLET_LOG_LEVEL?") == true)
    }

    @Test func aConfigurationThatCannotBeReadFails() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("listn: x\n", to: "martlet.yaml")

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("configuration", in: report)?.detail?.contains("unknown key listn") == true)
    }

    @Test func aWrongValueFails() async throws {
        let directory = try TemporaryDirectory()

        let (status, report) = try await examined(["--max-in-flight", "many"], in: directory)

        #expect(status == 1)
        #expect(check("settings", in: report)?.detail?.hasPrefix("--max-in-flight many:") == true)
    }

    @Test func aProfileThatCannotSignFails() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "profiles:\n  sharmo:\n    timeout: 1s\n  acme:\n    signature: {scheme: body}\n  fine:\n    timeout: 1s\n",
            to: "martlet.yaml")

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("profile sharmo", in: report)?.detail == "a built-in profile has this name")
        #expect(check("profile acme", in: report)?.detail?.hasPrefix("signature.") == true)
        #expect(check("profile fine", in: report) == nil)
    }

    @Test func aDataDirectoryThatIsNoneFails() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "martlet-data")

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("data directory", in: report)?.detail == "./martlet-data is not a directory")
    }

    @Test func modesThatLetOthersInAreWarnedOf() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.file("martlet-data"))
        try manager.setAttributes([.posixPermissions: 0o644], ofItemAtPath: directory.file("martlet-data/master.key"))

        let (status, report) = try await examined(in: directory)

        #expect(status == 0)
        #expect(check("data directory", in: report)?.remedy == "chmod 700 ./martlet-data")
        let key = report["checks"]?.array?.first { $0["remedy"]?.string == "chmod 600 ./martlet-data/master.key" }
        #expect(key?["status"]?.string == "warn")
    }

    @Test func aDamagedStoreFails() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        let file = try #require(FileHandle(forUpdatingAtPath: directory.file("martlet-data/martlet.db")))
        try file.seek(toOffset: 4096)
        file.write(Data(repeating: 0xA5, count: 4096 * 4))
        try file.close()

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("store", in: report)?.status == "fail")
        #expect(check("store", in: report)?.remedy == "Stop the server and restore a backup.")
    }

    @Test func aStoreThatIsNoneFails() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("this is no database, and it is long enough to be looked at as one", to: "text.db")

        let (status, report) = try await examined(["--store", "sqlite:text.db"], in: directory)

        #expect(status == 1)
        #expect(check("store", in: report)?.status == "fail")
    }

    @Test func aWrongMasterKeyFails() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)

        let (status, report) = try await examined(
            variables: ["MARTLET_MASTER_KEY": MasterKey.make().revealed], in: directory)

        #expect(status == 1)
        #expect(check("master key", in: report)?.detail == "it is not the one that the store was made with")
    }

    @Test func aMissingMasterKeyFails() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        try FileManager.default.removeItem(atPath: directory.file("martlet-data/master.key"))

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("master key", in: report)?.status == "fail")
    }

    @Test func aStoreFromTheFutureMeansThatTheClockIsWrong() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: 3600)],
            ofItemAtPath: directory.file("martlet-data/martlet.db"))

        let (status, report) = try await examined(in: directory)

        #expect(status == 1)
        #expect(check("clock", in: report)?.status == "fail")
    }

    @Test func webhooksThatCannotBeDeliveredToAreCounted() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(["--allow-private-networks"], in: directory)
        let body = #"{"url":"http://10.0.0.7/hook","events":["*"]}"#
        _ = try await server.client(server.keys?.sandbox).send(.POST, "/v1/webhooks", body: Array(body.utf8))
        _ = await server.stop()

        let (strictStatus, strict) = try await examined(in: directory)
        let (_, open) = try await examined(["--allow-private-networks"], in: directory)

        #expect(strictStatus == 0)
        #expect(check("egress", in: strict)?.status == "warn")
        #expect(check("egress", in: strict)?.detail?.contains("1 of 1 webhooks cannot be delivered to") == true)
        #expect(check("egress", in: open)?.status == "ok")
    }

    @Test func migrateSaysThatNothingIsPending() async throws {
        let directory = try TemporaryDirectory()
        _ = try await MartletProcess.run(["init"], in: directory)

        let dry = try await MartletProcess.run(["migrate", "--dry-run"], in: directory)
        let wet = try await MartletProcess.run(["migrate"], in: directory)

        #expect(dry.status == 0)
        #expect(dry.output == "./martlet-data/martlet.db is up to date.\n")
        #expect(wet.output == dry.output)
    }

    @Test func migrateMakesNoStore() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(["migrate"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("There is no store at ./martlet-data/martlet.db."))
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data")))
    }
}
