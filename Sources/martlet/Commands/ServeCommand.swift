import ArgumentParser

/// `martlet serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run everything: the API and delivery. This is the default command.",
        discussion: """
            Needs no configuration: on an empty machine it creates ./martlet-data, prints the first keys once, and \
            serves http://127.0.0.1:8080. Every flag has a variable and a key in martlet.yaml, the flag's name without \
            hyphens in front and with _ for -; a flag counts more than a variable, a variable more than the file. \
            SIGTERM lets what is in flight finish; a second one does not.

            Example:
              martlet serve --data-dir /var/lib/martlet --listen :8080 --allow-private-networks
            """)

    @OptionGroup(title: "Place") var place: PlaceOptions
    @OptionGroup(title: "Serving") var serving: ServeOptions
    @OptionGroup(title: "E-mail") var mail: MailOptions
    @OptionGroup(title: "Logging") var logging: LogOptions
    @OptionGroup(title: "Bounds") var bounds: BoundOptions

    func run() async throws {
        let settings = try await Settings(
            given: place.given + serving.given + mail.given + logging.given + bounds.given)
        let level = try settings[SettingTable.logLevel]
        let format = try settings.value(of: SettingTable.logFormat)
        let server = Server(configuration: try ServeConfiguration(settings)) { label in
            .line(label: label, level: level, format: format)
        }
        try await server.run()
    }
}
