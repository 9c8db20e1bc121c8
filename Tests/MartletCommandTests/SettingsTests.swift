import MartletCore
import MartletDelivery
import MartletSQLite
import MartletService
import Testing

@testable import martlet

/// What is set by flags, variables and files, and which of them counts.
@Suite struct SettingsTests {
    private func settings(
        flags: [String: [String]] = [:], _ variables: [String: String] = [:], file: String? = nil
    ) async throws -> Settings {
        let directory = try TemporaryDirectory()
        var flags = flags
        flags["config"] = [try directory.write(file ?? "# nothing\n", to: "martlet.yaml")]
        return try await Settings(flags: flags, environment: variables)
    }

    private func failure(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "nothing was thrown"
        } catch {
            return "\(error)"
        }
    }

    @Test func aFlagCountsMoreThanAVariableAndAVariableMoreThanTheFile() async throws {
        let file = "max_in_flight: 1\nmax_queued: 101\nmax_connections: 11\n"
        let variables = ["MARTLET_MAX_IN_FLIGHT": "2", "MARTLET_MAX_QUEUED": "102"]

        let settings = try await settings(flags: ["max_in_flight": ["3"]], variables, file: file)

        #expect(try settings[SettingTable.maxInFlight] == 3)
        #expect(settings.found(SettingTable.maxInFlight)?.source == .flag)
        #expect(try settings[SettingTable.maxQueued] == 102)
        #expect(settings.found(SettingTable.maxQueued)?.source == .environment)
        #expect(try settings[SettingTable.maxConnections] == 11)
        #expect(settings.found(SettingTable.maxConnections)?.source == .file)
        #expect(try settings[SettingTable.listen] == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(settings.found(SettingTable.listen)?.source == .fallback)
    }

    @Test(arguments: SettingTable.all.map(\.key))
    func everySettingCanBeGivenByFlagVariableAndFile(key: String) async throws {
        let setting = try #require(SettingTable.all.first { $0.key == key })
        guard key != SettingTable.config.key else { return }
        let path = key.split(separator: ".")
        let value = setting.isList ? "[x]" : "x"
        let yaml = path.count == 2 ? "\(path[0]):\n  \(path[1]): \(value)\n" : "\(key): \(value)\n"

        let byFlag = try await settings(flags: [key: ["x"]])
        let byVariable = try await settings([setting.variable: "x"])
        let byFile = try await settings(file: yaml)

        #expect(byFlag.found(setting) == Settings.Found(texts: ["x"], source: .flag))
        #expect(byVariable.found(setting) == Settings.Found(texts: ["x"], source: .environment))
        #expect(byFile.found(setting) == Settings.Found(texts: ["x"], source: .file))
    }

    @Test func everyDefaultIsAValueOfItsSetting() async throws {
        let settings = try await settings()

        let configuration = try ServeConfiguration(settings)
        let behaviour = try SinkBehaviour(settings)

        #expect(configuration.listen.description == "127.0.0.1:8080")
        #expect(configuration.place.storePath == "./martlet-data/martlet.db")
        #expect(configuration.requiresHTTPS == nil)
        #expect(!configuration.egress.allowsPrivateNetworks)
        #expect(configuration.storeLimits.fileSize == nil)
        #expect(behaviour.status == 200)
        #expect(try settings[SettingTable.template].name == "standard")
        #expect(try settings[SettingTable.url].description == "http://127.0.0.1:8080/")
    }

    @Test(arguments: [
        (["smtp_from"], "--smtp-from: Give --smtp-url too"), (["smtp_ca_file"], "--smtp-ca-file: Give --smtp-url too"),
        (["smtp_from", "smtp_ca_file"], "--smtp-from: Give --smtp-url too"),
        (["smtp_url"], "--smtp-url: Give --smtp-from too"),
    ])
    func whatSaysHalfOfHowEmailIsSentIsAskedForTheOtherHalf(_ given: [String], _ complaint: String) async {
        let values = ["smtp_url": "smtp+plain://localhost", "smtp_from": "ops@example.com", "smtp_ca_file": "/ca.pem"]
        let flags = values.filter { given.contains($0.key) }.mapValues { [$0] }

        let message = await failure { _ = try ServeConfiguration(try await settings(flags: flags)) }

        #expect(message.contains(complaint))
    }

    @Test func boundsReachTheirPlaces() async throws {
        let file = """
            max_in_flight: 7
            max_in_flight_per_endpoint: 8
            max_connections: 9
            max_queued: 1000
            max_queued_size: 10MiB
            max_waiting_events: 11
            max_waiting_size: 12MiB
            max_event_size: 13KiB
            max_request_size: 14KiB
            max_batch_size: 15KiB
            max_batch_events: 16
            max_deliveries_per_event: 17
            max_store_size: 18GB
            drain_timeout: 19s
            """

        let configuration = try ServeConfiguration(try await settings(file: file))

        #expect(configuration.engine.dispatch.inFlight == 7)
        #expect(configuration.engine.dispatch.inFlightPerEndpoint == 8)
        #expect(configuration.sender.connections == 9)
        #expect(configuration.engine.dispatch.parcels == 1000)
        #expect(configuration.engine.dispatch.parcelBytes == 10 << 20)
        #expect(configuration.commit.waitingEvents == 11)
        #expect(configuration.commit.waitingBytes == 12 << 20)
        #expect(configuration.service.eventBytes == 13 << 10)
        #expect(configuration.service.requestBytes == 14 << 10)
        #expect(configuration.service.batchBytes == 15 << 10)
        #expect(configuration.service.batchEvents == 16)
        #expect(configuration.service.deliveriesPerEvent == 17)
        #expect(configuration.storeLimits.fileSize == 18_000_000_000)
        #expect(configuration.engine.drain == .seconds(19))
    }

    @Test func anEmptyVariableCountsAsNotGiven() async throws {
        let settings = try await settings(["MARTLET_LISTEN": ""], file: "listen: 127.0.0.1:1234\n")

        #expect(try settings[SettingTable.listen].port == 1234)
    }

    @Test func aListIsRepeatedFlagsCommasInAVariableOrAListInTheFile() async throws {
        let expected = [try AddressBlock(parsing: "10.1.0.0/16"), try AddressBlock(parsing: "fd00::/8")]

        let byFlags = try await settings(flags: ["allow_networks": ["10.1.0.0/16", "fd00::/8"]])
        let byVariable = try await settings(["MARTLET_ALLOW_NETWORKS": "10.1.0.0/16, fd00::/8"])
        let byFile = try await settings(file: "allow_networks:\n  - 10.1.0.0/16\n  - fd00::/8\n")

        #expect(try byFlags.value(of: SettingTable.allowNetworks) == expected)
        #expect(try byVariable.value(of: SettingTable.allowNetworks) == expected)
        #expect(try byFile.value(of: SettingTable.allowNetworks) == expected)
    }

    @Test func aSecretMayStandInAFile() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("whsec_secret\n", to: "secret")

        let byVariable = try await settings(["MARTLET_SECRET_FILE": path])
        let byFile = try await settings(file: "secret_file: \(path)\n")

        #expect(try byVariable[SettingTable.secret] == "whsec_secret")
        #expect(byVariable.found(SettingTable.secret)?.source == .environment)
        #expect(try byFile[SettingTable.secret] == "whsec_secret")
        #expect(byFile.found(SettingTable.secret)?.source == .file)
    }

    @Test func aSecretThatCountsMoreHidesTheFileOfOneThatCountsLess() async throws {
        let settings = try await settings(
            flags: ["secret": ["mine"]], ["MARTLET_SECRET_FILE": "/nowhere/at/all"])

        #expect(try settings[SettingTable.secret] == "mine")
    }

    @Test func theFileOfASecretThatCountsMoreHidesTheOneThatCountsLess() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("mine", to: "secret")

        let settings = try await settings(flags: ["secret_file": [path]], ["MARTLET_SECRET": "another"])

        #expect(try settings[SettingTable.secret] == "mine")
    }

    @Test func aSecretThatIsGivenTwiceInOnePlaceIsRefused() async throws {
        let message = await failure {
            _ = try await settings(["MARTLET_SECRET": "one", "MARTLET_SECRET_FILE": "/two"])
        }

        #expect(message.contains("MARTLET_SECRET is given twice"))
        #expect(!message.contains("one,"))
    }

    @Test func aSecretFileThatIsMissingIsNamed() async throws {
        let message = await failure { _ = try await settings(["MARTLET_MASTER_KEY_FILE": "/nowhere/key"]) }

        #expect(message == "MARTLET_MASTER_KEY_FILE: /nowhere/key cannot be read: No such file or directory.")
    }

    @Test(arguments: [
        ("listn: :8080\n", "listn", "listen"), ("max-in-flight: 3\n", "max-in-flight", "max_in_flight"),
        ("sink:\n  stats: 500\n", "sink.stats", "sink.status"), ("config: other.yaml\n", "config", ""),
        ("colour: blue\n", "colour", ""), ("listen:\n  port: 3\n", "listen.port", ""),
    ])
    func anUnknownKeyIsRefusedWithItsNameAndASuggestion(file: String, key: String, suggestion: String) async throws {
        let message = await failure { _ = try await settings(file: file) }

        #expect(message.contains("has an unknown key \(key)."))
        #expect(
            suggestion.isEmpty ? !message.contains("Did you mean") : message.hasSuffix("Did you mean \(suggestion)?"))
    }

    @Test(arguments: ["", "# listen: :8080\n", "---\n\n  # a\n"])
    func aFileWithNothingInItSetsNothing(file: String) async throws {
        let settings = try await settings(file: file)

        #expect(settings.found(SettingTable.listen)?.source == .fallback)
        #expect(settings.file == nil)
    }

    @Test(arguments: ["listen: [unclosed\n", "- a\n- b\n", "just text\n", "listen: a\nlisten: b\n"])
    func aFileThatIsNoMappingIsRefusedInOneLine(file: String) async throws {
        let message = await failure { _ = try await settings(file: file) }

        #expect(message.contains("martlet.yaml is no YAML that settings can be read from: "))
        #expect(!message.contains("\n"))
    }

    @Test func aNamedFileMustBeThere() async throws {
        let message = await failure {
            _ = try await Settings(flags: ["config": ["/nowhere/martlet.yaml"]], environment: [:])
        }

        #expect(message == "/nowhere/martlet.yaml cannot be read: No such file or directory.")
    }

    @Test func aValueOfAnotherShapeIsRefused() async throws {
        let list = await failure { _ = try await settings(file: "listen:\n  - :8080\n") }
        let scalar = await failure { _ = try await settings(file: "allow_networks: 10.0.0.0/8\n") }

        #expect(list.hasSuffix("martlet.yaml: Give one value."))
        #expect(scalar.hasSuffix("martlet.yaml: Give a list."))
    }

    @Test func aWrongValueIsNamedByWhoeverGaveIt() async throws {
        let byVariable = await failure {
            _ = try ServeConfiguration(try await settings(["MARTLET_MAX_IN_FLIGHT": "lots"]))
        }
        let byFlag = await failure {
            _ = try ServeConfiguration(try await settings(flags: ["drain_timeout": ["soon"]]))
        }
        let byFile = await failure { _ = try ServeConfiguration(try await settings(file: "migrate: maybe\n")) }

        #expect(byVariable == "MARTLET_MAX_IN_FLIGHT lots: Give a whole number from 1 to 100000.")
        #expect(byFlag.hasPrefix("--drain-timeout soon: Give a duration from 0s to 1h"))
        #expect(byFile.hasPrefix("migrate in "))
        #expect(byFile.hasSuffix("martlet.yaml maybe: Give true or false."))
    }

    @Test func aWrongSecretIsNotRepeated() async throws {
        let message = await failure {
            _ = try ServeConfiguration(try await settings(["MARTLET_MASTER_KEY": "c2hvcnQ="]))
        }

        #expect(message.hasPrefix("MARTLET_MASTER_KEY: This is a key of 5 bytes, and 32 are needed"))
        #expect(!message.contains("c2hvcnQ"))
    }

    @Test func variablesThatAreNoSettingAreNoticedUnlessKubernetesSetThem() async throws {
        let settings = try await settings([
            "MARTLET_LISTN": "x", "MARTLET_SERVICE_HOST": "10.0.0.1", "MARTLET_PORT": "tcp://10.0.0.1:80",
            "MARTLET_MASTER_KEY_FILE": "/dev/null", "OTHER": "x",
        ])

        #expect(settings.strangers == ["MARTLET_LISTN"])
    }

    @Test func aStoreInPostgreSQLIsNamedWithoutItsPassword() async throws {
        let configuration = try ServeConfiguration(
            try await settings(["MARTLET_STORE": "postgres://martlet:s3cret@db/events"]))
        let message = await failure {
            _ = try ServeConfiguration(try await settings(["MARTLET_STORE": "postgres://martlet:s3cret@[db/events"]))
        }

        #expect(configuration.place.database?.description == "db:5432/events")
        #expect(configuration.place.storePath == "db:5432/events")
        #expect(message.contains("cannot be read"))
        #expect(!message.contains("s3cret"))
    }
}
