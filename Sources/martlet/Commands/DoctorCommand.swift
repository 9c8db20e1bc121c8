import ArgumentParser

/// `martlet doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check configuration, store, clock and egress; say what is wrong and how to mend it.",
        discussion: """
            Changes nothing, and works while a server runs; give it the same flags and variables. The store is read \
            through once. Exit status 1 where something fails.

            Example:
              martlet doctor --data-dir /var/lib/martlet --json
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup(title: "Place") var place: PlaceOptions
    @OptionGroup(title: "Serving") var serving: ServeOptions
    @OptionGroup(title: "E-mail") var mail: MailOptions
    @OptionGroup(title: "Logging") var logging: LogOptions
    @OptionGroup(title: "Bounds") var bounds: BoundOptions

    func run() async throws {
        let report: DoctorReport
        do {
            let settings = try await Settings(
                given: place.given + serving.given + mail.given + logging.given + bounds.given)
            report = await Doctor(settings: settings).report()
        } catch let failure as CommandFailure {
            // Nothing else can be told before it is known where things are.
            report = DoctorReport(
                findings: [.fail("configuration", failure.description, "Correct it; `martlet serve --help` says how.")],
                settings: [])
        }
        Console.print(json ? report.json : report.text(Style()))
        if report.level == .fail { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }
}
