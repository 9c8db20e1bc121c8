import ArgumentParser
import Glibc

/// `martlet`: the command line.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Carries webhooks: signs, sends, retries and records them.",
        discussion: """
            Exit status: 0 fine, 1 failed, 2 asked for wrongly.

            Example:
              martlet serve
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, InitCommand.self, ListenCommand.self, TriggerCommand.self, EventsCommand.self,
            DeliveriesCommand.self, WebhooksCommand.self, SourcesCommand.self, RequestsCommand.self,
            ApplicationsCommand.self, AlertsCommand.self, IncidentsCommand.self, EventTypesCommand.self,
            KeysCommand.self, JobsCommand.self, SignCommand.self, VerifyCommand.self,
            SinkCommand.self, BenchCommand.self, DoctorCommand.self, MigrateCommand.self, BackupCommand.self,
            MigrateStoreCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    static func main() async {
        Glibc.exit(await ExitStatus.running(Array(CommandLine.arguments.dropFirst())))
    }
}
