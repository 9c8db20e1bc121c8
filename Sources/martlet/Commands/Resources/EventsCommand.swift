import ArgumentParser

/// `martlet events`
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Publish, list, follow and replay events.",
        discussion: """
            Example:
              martlet events create --type order.created --payload '{"order_id":"o_1"}'
              martlet events tail --follow --type 'order.created'
              martlet events replay evt_…
              martlet events replay --since 2026-03-01T00:00:00Z --type order.created --dry-run
            """,
        subcommands: [
            ListCommand<Events>.self, TailCommand<Events>.self, ShowCommand<Events>.self, CreateCommand<Events>.self,
            ReplayCommand.self,
        ])
}

enum Events: Resource {
    struct Filters: ResourceFilters {
        @Option(help: "Only events of this type.")
        var type: String?

        @Option(help: "Only events for this application, by id or uid.")
        var application: String?

        @Option(help: "Only events with a delivery that is scheduled, in_flight, held, succeeded, failed or cancelled.")
        var status: String?

        @Option(help: "Only events accepted from this instant on: 2026-03-01T00:00:00Z.")
        var since: String?

        @Option(help: "Only events accepted before this instant.")
        var until: String?

        @Option(name: .customShort("q"), help: "Only events with this text in their payload.")
        var text: String?

        var query: [(name: String, value: String?)] {
            [
                ("type", type), ("application", application), ("status", status), ("since", since), ("until", until),
                ("q", text),
            ]
        }
    }

    struct Fields: ResourceFields {
        @Option(help: "The event's type.")
        var type: String?

        @Option(help: ArgumentHelp("The payload: @file, - for the standard input, or JSON.", valueName: "json"))
        var payload: String?

        @Option(help: "The application, by id or uid, whose webhooks are meant (default: every webhook).")
        var application: String?

        @Option(help: "An id of one's own.")
        var id: String?

        @Option(help: "What it is about: ordered webhooks keep the order of each key.")
        var orderingKey: String?

        @Option(help: "The first attempt is not made before: 2026-03-01T00:00:00Z.")
        var deliverAt: String?

        func write(to body: inout RequestBody) throws {
            body.set("type", type)
            if let payload { body.set("data", json: try BodyArgument.read(payload)) }
            body.set("application", application)
            body.set("id", id)
            body.set("ordering_key", orderingKey)
            body.set("deliver_at", deliverAt)
        }
    }

    static let path = "/v1/events"
    static let noun = "event"
    static let identifier = "evt_…"
    static let columns = [
        Column("id"), Column("type"), Column("accepted", "accepted_at"), Column("application"),
        Column("deliveries", "delivery_count"),
    ]
}

/// `martlet events replay`
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Deliver an event again, or with --since a selection of events.",
        discussion: "A selection is a job: `martlet jobs show` says how far it is.")

    @Argument(help: ArgumentHelp("Which event.", valueName: "evt_…"))
    var identifier: String?

    @Option(help: "To this webhook alone.")
    var webhook: String?

    @Option(help: "Of a selection: only events of this type.")
    var type: String?

    @Option(help: "Of a selection: only events for this application, by id or uid.")
    var application: String?

    @Option(help: "Of a selection: only events with a delivery in this status.")
    var status: String?

    @OptionGroup(title: "Selection") var span: JobSpan

    @OptionGroup(title: "Server") var api: APIOptions

    func validate() throws {
        guard (identifier == nil) != (span.since == nil) else {
            throw ValidationError("Give either an event or --since.")
        }
    }

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        body.set("webhook", webhook)
        guard let identifier else {
            body.set("type", type)
            body.set("application", application)
            body.set("status", status)
            span.write(to: &body)
            return api.show(try await client.asked(.POST, "/v1/events/replay", body: body.bytes))
        }
        api.show(try await client.asked(.POST, Events.path(of: identifier, "/replay"), body: body.bytes))
    }
}
