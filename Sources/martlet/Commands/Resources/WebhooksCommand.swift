import ArgumentParser
import NIOHTTP1

/// `martlet webhooks`
struct WebhooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "List, make, change, test and recover webhooks.",
        discussion: """
            Example:
              martlet webhooks create --endpoint https://example.com/hooks --event 'order.*'
              martlet webhooks recover ep_… --since 2026-03-01T00:00:00Z --dry-run
            """,
        subcommands: [
            ListCommand<Webhooks>.self, ShowCommand<Webhooks>.self, CreateCommand<Webhooks>.self,
            UpdateCommand<Webhooks>.self, DeleteCommand<Webhooks>.self, ActionCommand<WebhookSecret>.self,
            RotateCommand.self, ActionCommand<WebhookTest>.self, ActionCommand<WebhookStatistics>.self,
            ActionCommand<WebhookRecovery>.self,
        ])
}

enum Webhooks: Resource {
    struct Filters: ResourceFilters {
        @Option(help: "Only those of this application, by id or uid.")
        var application: String?

        var query: [(name: String, value: String?)] { [("application", application)] }
    }

    struct Fields: ResourceFields {
        @Option(name: .customLong("endpoint"), help: "Where events go; --url is the server's own.")
        var endpoint: String?

        @Option(name: .customLong("event"), help: "An event type or pattern; may be given several times.")
        var events: [String] = []

        @Option(
            help: ArgumentHelp(
                "Only what came in by this source; an empty one takes that back.", valueName: "src_…"))
        var source: String?

        @Option(help: "The application, by id or uid.")
        var application: String?

        @Option(help: "What it is for.")
        var description: String?

        @Option(help: "The profile that it follows.")
        var profile: String?

        @Flag(inversion: .prefixedNo, help: "Whether it gets attempts.")
        var active: Bool?

        @Flag(inversion: .prefixedNo, help: "Whether events come one at a time, in order.")
        var ordered: Bool?

        @Option(help: "How long an attempt may take: 5s.")
        var timeout: String?

        @Option(help: "The most attempts at once.")
        var maxInFlight: Int?

        func write(to body: inout RequestBody) {
            body.set("url", endpoint)
            body.set("events", events)
            if source?.isEmpty ?? false { body.clear("source") } else { body.set("source", source) }
            body.set("application", application)
            body.set("description", description)
            body.set("profile", profile)
            body.set("active", active)
            body.set("ordered", ordered)
            body.set("timeout", timeout)
            body.set("max_in_flight", maxInFlight)
        }
    }

    static let path = "/v1/webhooks"
    static let noun = "webhook"
    static let identifier = "ep_…"
    static let columns = [
        Column("id"), Column("active"), Column("url"), Column("events"), Column("application"),
        Column("description"),
    ]
}

enum WebhookSecret: ResourceAction {
    typealias R = Webhooks
    typealias Fields = NoFields

    static let name = "secret"
    static let abstract = "Show a webhook's signing secret."
    static let method = HTTPMethod.GET
}

enum WebhookStatistics: ResourceAction {
    typealias R = Webhooks
    typealias Fields = NoFields

    static let name = "stats"
    static let abstract = "Show how a webhook fares: counts, latency, backlog, breaker, health."
    static let method = HTTPMethod.GET
}

enum WebhookTest: ResourceAction {
    typealias R = Webhooks

    struct Fields: ResourceFields {
        @Option(help: "The event's type.")
        var type: String

        @Option(help: ArgumentHelp("The payload: @file, - for the standard input, or JSON.", valueName: "json"))
        var data: String?

        func write(to body: inout RequestBody) throws {
            body.set("type", type)
            if let data { body.set("data", json: try BodyArgument.read(data)) }
        }
    }

    static let name = "test"
    static let abstract = "Send a test event now, and show the attempt."
}

enum WebhookRecovery: ResourceAction {
    typealias R = Webhooks

    struct Fields: ResourceFields {
        @OptionGroup var span: JobSpan

        @Option(help: "What is delivered again: failed, missed or all.")
        var only: String?

        func write(to body: inout RequestBody) {
            body.set("only", only)
            span.write(to: &body)
        }
    }

    static let name = "recover"
    static let abstract = "Deliver again what failed, or was never sent."
}

/// `martlet webhooks rotate`
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Put a new signing secret in force, and show it.")

    @Argument(help: ArgumentHelp("Which webhook.", valueName: "ep_…"))
    var identifier: String

    @Option(help: "How long the old secret counts too: 2h.")
    var overlap: String?

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        body.set("overlap", overlap)
        api.show(try await client.asked(.POST, Webhooks.path(of: identifier, "/secret/rotate"), body: body.bytes))
    }
}

/// Which span of events a job is about, how fast it goes, and whether it is only counted.
struct JobSpan: ParsableArguments {
    @Option(help: "Events accepted from this instant on: 2026-03-01T00:00:00Z.")
    var since: String?

    @Option(help: "Events accepted before this instant (default: now).")
    var until: String?

    @Option(help: "Deliveries a second at most.")
    var rate: Int?

    @Flag(help: "Only count what would be delivered.")
    var dryRun = false

    func write(to body: inout RequestBody) {
        body.set("since", since)
        body.set("until", until)
        body.set("rate", rate)
        if dryRun { body.set("dry_run", true) }
    }
}
