import Testing

@testable import martlet

/// What every command says of itself.
@Suite(.timeLimit(.minutes(10))) struct HelpTests {
    private static let commands = Martlet.configuration.subcommands.compactMap { $0.configuration.commandName }

    @Test(arguments: commands)
    func everyCommandHasHelpWithAnExample(command: String) async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run([command, "--help"], in: directory)

        #expect(ended.status == 0)
        #expect(ended.output.contains("Example:\n"))
        #expect(ended.output.contains("martlet \(command)"))
        #expect(ended.errors.isEmpty)
    }

    @Test func everySettingOfTheServerIsAFlagOfServeAndDoctor() async throws {
        let serve = ServeCommand.helpMessage(columns: 500)
        let doctor = DoctorCommand.helpMessage(columns: 500)

        for setting in SettingTable.serving {
            #expect(serve.contains(setting.flag), "\(setting.key)")
            #expect(serve.contains(setting.variable), "\(setting.key)")
            #expect(doctor.contains(setting.flag), "\(setting.key)")
            if setting.isSecret { #expect(serve.contains("\(setting.flag)-file"), "\(setting.key)") }
        }
    }

    @Test func noTwoSettingsShareAName() {
        let keys = SettingTable.all.flatMap { $0.isSecret ? [$0.key, $0.fileKey] : [$0.key] }
        let variables = SettingTable.all.flatMap { $0.isSecret ? [$0.variable, $0.fileVariable] : [$0.variable] }

        #expect(Set(keys).count == keys.count)
        #expect(Set(variables).count == variables.count)
    }

    @Test func theVersionIsOneLine() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(["--version"], in: directory)

        #expect(ended.status == 0)
        #expect(ended.output == "\(Version.current)\n")
    }

    @Test func aCommandThatWasMisspeltIsSuggested() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(["doktor"], in: directory)

        #expect(ended.status == 2)
        #expect(
            ended.errors == "martlet: There is no command doktor. Did you mean doctor? `martlet --help` lists them.\n")
    }
}
