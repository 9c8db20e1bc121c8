import Foundation
import MartletCore
import NIOHTTP1
import Testing

@testable import martlet

/// `martlet serve`, run as a user runs it.
@Suite(.timeLimit(.minutes(10))) struct ServeTests {
    @Test func theFirstStartShowsKeysOnceAndWhatToTry() async throws {
        let directory = try TemporaryDirectory()

        let server = try await ServerProcess(in: directory)
        _ = try await server.process.line(containing: "/v1/events -H")
        let ended = await server.stop()

        let keys = try #require(server.keys)
        #expect(keys.live.count == 8 + 64)
        #expect(ended.output.contains("curl http://127.0.0.1:\(server.url.port)/v1/webhooks"))
        #expect(ended.output.contains("Authorization: Bearer \(keys.sandbox)"))
        #expect(
            ended.output.contains("Dashboard: \(server.url.scheme)://\(server.url.authority)/dashboard/sign-in/link?"))
        #expect(ended.status == 0)
    }

    @Test func aLaterStartSaysWhereItServes() async throws {
        let directory = try TemporaryDirectory()
        _ = try await ServerProcess(in: directory).stop()

        let again = try await ServerProcess(in: directory)
        let ended = await again.stop()

        #expect(
            ended.output
                == "Martlet \(Version.current) serves \(again.url.scheme)://\(again.url.authority) from ./martlet-data\n"
                + "Dashboard: \(again.url.scheme)://\(again.url.authority)/dashboard\n")
        #expect(ended.status == 0)
    }

    @Test func theKeysThatWereShownOpenTheAPI() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)
        let keys = try #require(server.keys)

        let live = try await server.client(keys.live).send(.GET, "/v1/event-types")
        let sandbox = try await server.client(keys.sandbox).send(.GET, "/v1/event-types")
        let nobody = try await server.client(nil).send(.GET, "/v1/event-types")

        #expect(live.status == 200)
        #expect(sandbox.status == 200)
        #expect(nobody.status == 401)
    }

    @Test func whatIsSecretIsItsOwnersAlone() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)

        _ = await server.stop()

        #expect(try directory.mode(of: "martlet-data") == 0o700)
        #expect(try directory.mode(of: "martlet-data/master.key") == 0o600)
        #expect(try directory.mode(of: "martlet-data/martlet.db") == 0o600)
        #expect(try directory.mode(of: "martlet-data/lock") == 0o600)
    }

    @Test func theLogHasNoSecretAtAnyLevel() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(
            ["--log-level", "trace", "--allow-network", "127.0.0.0/8"], in: directory)
        let keys = try #require(server.keys)
        let secret = "whsec_\(Data((0..<24).map { UInt8($0) }).base64EncodedString())"
        let body = #"{"url":"http://127.0.0.1:18999/","events":["*"],"secret":"\#(secret)"}"#
        let made = try await server.client(keys.sandbox).send(.POST, "/v1/webhooks", body: Array(body.utf8))
        let event = #"{"type":"order.created","data":{}}"#
        let published = try await server.client(keys.sandbox).send(.POST, "/v1/events", body: Array(event.utf8))
        let masterKey = try String(contentsOfFile: directory.file("martlet-data/master.key"), encoding: .utf8)

        let ended = await server.stop()

        #expect(made.status == 201)
        #expect(published.status == 202)
        #expect(!ended.errors.isEmpty)
        for text in [keys.live, keys.sandbox, secret, String(masterKey.dropLast())] {
            #expect(!ended.errors.contains(text))
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalLetsItFinishAndEndWithZero(signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)

        server.process.send(signal)
        let ended = await server.process.ended()

        #expect(ended.status == 0)
    }

    @Test func anAttemptUnderWayIsFinishedBeforeItEnds() async throws {
        let directory = try TemporaryDirectory()
        let sink = try MartletProcess(
            ["sink", "--listen", "127.0.0.1:0", "--delay", "1s"], in: directory)
        let receiver = try await sink.url()
        let server = try await ServerProcess(["--allow-private-networks"], in: directory)
        let client = server.client(try #require(server.keys).sandbox)
        let webhook = #"{"url":"\#(receiver)/","events":["*"]}"#
        _ = try await client.send(.POST, "/v1/webhooks", body: Array(webhook.utf8))
        _ = try await client.send(.POST, "/v1/events", body: Array(#"{"type":"order.created","data":{}}"#.utf8))
        _ = try await sink.line(containing: "order.created")

        let ended = await server.stop()
        let again = try await ServerProcess(in: directory)
        let deliveries = try await again.client(client.key).send(.GET, "/v1/deliveries")

        #expect(ended.status == 0)
        let delivery = try JSONValue(parsing: deliveries.body)["data"]?[0]
        #expect(delivery?["status"]?.string == "succeeded")
    }

    @Test func aSecondSignalEndsItAtOnce() async throws {
        let directory = try TemporaryDirectory()
        let sink = try MartletProcess(["sink", "--listen", "127.0.0.1:0", "--hang"], in: directory)
        let receiver = try await sink.url()
        let server = try await ServerProcess(["--allow-private-networks", "--log-format", "text"], in: directory)
        let client = server.client(try #require(server.keys).sandbox)
        let webhook = #"{"url":"\#(receiver)/","events":["*"]}"#
        _ = try await client.send(.POST, "/v1/webhooks", body: Array(webhook.utf8))
        _ = try await client.send(.POST, "/v1/events", body: Array(#"{"type":"order.created","data":{}}"#.utf8))
        _ = try await sink.line(containing: "order.created")

        server.process.send(SIGTERM)
        try await server.process.error(containing: "stopping")
        server.process.send(SIGTERM)
        let ended = await server.process.ended()

        #expect(ended.status == 1)
        #expect(ended.errors.contains("a second SIGTERM ends it at once"))
    }

    @Test func aSecondProcessIsRefusedWithThePIDOfTheFirst() async throws {
        let directory = try TemporaryDirectory()
        let first = try await ServerProcess(in: directory)

        let second = try await MartletProcess.run(["serve", "--listen", "127.0.0.1:0"], in: directory)
        let initialising = try await MartletProcess.run(["init"], in: directory)

        let message = "martlet: another martlet (pid \(first.process.pid)) is using ./martlet-data."
        #expect(second.status == 1)
        #expect(second.errors.contains(message))
        #expect(second.output.isEmpty)
        #expect(initialising.status == 1)
        #expect(initialising.errors.hasPrefix(message))
    }

    @Test func twoDataDirectoriesDoNotShareAStore() async throws {
        let directory = try TemporaryDirectory()
        let store = "sqlite:\(directory.file("shared.db"))"
        let first = try await ServerProcess(["--data-dir", "one", "--store", store], in: directory)

        let second = try await MartletProcess.run(
            ["serve", "--listen", "127.0.0.1:0", "--data-dir", "two", "--store", store], in: directory)

        #expect(second.status == 1)
        #expect(
            second.errors.contains("another martlet (pid \(first.process.pid)) is using \(directory.file("shared.db"))")
        )
    }

    @Test func aLockOutlivesNoProcess() async throws {
        let directory = try TemporaryDirectory()
        let first = try await ServerProcess(in: directory)

        first.process.send(SIGKILL)
        _ = await first.process.ended()
        let second = try await ServerProcess(in: directory)

        #expect(await second.stop().status == 0)
    }

    @Test func aWrongMasterKeyIsRefused() async throws {
        let directory = try TemporaryDirectory()
        _ = try await ServerProcess(in: directory).stop()
        let other = MasterKey.make().revealed

        let ended = try await MartletProcess.run(
            ["serve", "--listen", "127.0.0.1:0"], variables: ["MARTLET_MASTER_KEY": other], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("was made with another master key than the one that was given."))
        #expect(!ended.errors.contains(other))
        #expect(ended.output.isEmpty)
    }

    @Test func aMasterKeyThatIsGoneIsNotReplaced() async throws {
        let directory = try TemporaryDirectory()
        _ = try await ServerProcess(in: directory).stop()
        try FileManager.default.removeItem(atPath: directory.file("martlet-data/master.key"))

        let ended = try await MartletProcess.run(["serve", "--listen", "127.0.0.1:0"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("was made with a master key that is not in ./martlet-data/master.key"))
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data/master.key")))
    }

    @Test func aMasterKeyMayComeFromAFileOfItsOwn() async throws {
        let directory = try TemporaryDirectory()
        let key = try directory.write(MasterKey.make().revealed + "\n", to: "key")

        let first = try await ServerProcess(variables: ["MARTLET_MASTER_KEY_FILE": key], in: directory)
        _ = await first.stop()
        let second = try await ServerProcess(["--master-key-file", key], in: directory)
        let ended = await second.stop()

        #expect(ended.status == 0)
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data/master.key")))
    }

    @Test func aStoreOfANewerVersionIsRefused() async throws {
        let directory = try TemporaryDirectory()
        _ = try await ServerProcess(in: directory).stop()
        // SQLite's `user_version`: four bytes at offset 60 of the file (https://www.sqlite.org/fileformat.html).
        let file = try #require(FileHandle(forUpdatingAtPath: directory.file("martlet-data/martlet.db")))
        try file.seek(toOffset: 60)
        file.write(Data([0, 0, 0, 99]))
        try file.close()

        let ended = try await MartletProcess.run(["serve", "--listen", "127.0.0.1:0"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("was written by a newer version of Martlet"))
    }

    @Test func anAddressInUseIsNamedAndTheKeysAreNotLost() async throws {
        let directory = try TemporaryDirectory()
        let first = try await ServerProcess(["--data-dir", "one"], in: directory)

        let second = try await MartletProcess.run(
            ["serve", "--listen", first.url.authority, "--data-dir", "two"], in: directory)

        #expect(second.status == 1)
        #expect(second.errors.contains("\(first.url.authority) is in use by another program."))
        #expect(second.output.contains("mk_live_"))
    }

    @Test func flagsCountMoreThanVariablesAndVariablesMoreThanTheFile() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("data_dir: by-file\nlisten: 127.0.0.1:0\n", to: "martlet.yaml")
        let variables = ["MARTLET_DATA_DIR": "by-variable"]

        let byFile = try await MartletProcess.run(["init"], in: directory)
        let byVariable = try await MartletProcess.run(["init"], variables: variables, in: directory)
        let byFlag = try await MartletProcess.run(
            ["init", "--data-dir", "by-flag"], variables: variables, in: directory)

        #expect([byFile.status, byVariable.status, byFlag.status] == [0, 0, 0])
        for name in ["by-file", "by-variable", "by-flag"] {
            #expect(FileManager.default.fileExists(atPath: directory.file("\(name)/martlet.db")))
        }
    }

    @Test(arguments: [
        ["serve", "--bogus"], ["serve", "stray"], ["bogus"], ["serve", "--listen", "nowhere"],
        ["serve", "--store", "postgres://[db/martlet"], ["serve", "--config", "missing.yaml"], ["trigger"],
        ["init", "--template", "fractal"], ["sink", "--hang", "--reset"], ["sink", "--status", "99"], ["sign"],
        ["verify", "--secret", "s", "--profile", "fractal"],
    ])
    func whatIsAskedForWronglyEndsWithTwo(arguments: [String]) async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(arguments, in: directory)

        #expect(ended.status == 2)
        #expect(!ended.errors.isEmpty)
        #expect(ended.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: directory.file("martlet-data")))
    }

    @Test func privateNetworksAreRefusedUnlessAllowed() async throws {
        let directory = try TemporaryDirectory()
        let body = Array(#"{"url":"http://127.0.0.1:9000/","events":["*"]}"#.utf8)

        let strict = try await ServerProcess(["--data-dir", "one"], in: directory)
        let refused = try await strict.client(strict.keys?.sandbox).send(.POST, "/v1/webhooks", body: body)
        let open = try await ServerProcess(["--data-dir", "two", "--allow-network", "127.0.0.0/8"], in: directory)
        let taken = try await open.client(open.keys?.sandbox).send(.POST, "/v1/webhooks", body: body)

        #expect(refused.status == 422)
        #expect(taken.status == 201)
    }

    @Test func plainHTTPIsForTheSandboxUnlessOneSaysOtherwise() async throws {
        let directory = try TemporaryDirectory()
        let body = Array(#"{"url":"http://example.com/","events":["*"]}"#.utf8)
        let cases: [(flags: [String], live: Int, sandbox: Int)] = [
            ([], 422, 201), (["--require-https"], 422, 422), (["--no-require-https"], 201, 201),
        ]

        for (index, expected) in cases.enumerated() {
            let server = try await ServerProcess(expected.flags + ["--data-dir", "\(index)"], in: directory)
            let live = try await server.client(server.keys?.live).send(.POST, "/v1/webhooks", body: body)
            let sandbox = try await server.client(server.keys?.sandbox).send(.POST, "/v1/webhooks", body: body)

            #expect(live.status == expected.live, "\(expected.flags)")
            #expect(sandbox.status == expected.sandbox, "\(expected.flags)")
        }
    }
}
