import ArgumentParser

/// `martlet deliveries`
struct DeliveriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "List, follow, look into, retry and cancel deliveries.",
        discussion: """
            Example:
              martlet deliveries list --status failed --webhook ep_…
              martlet deliveries show dlv_…
              martlet deliveries retry dlv_…
            """,
        subcommands: [
            ListCommand<Deliveries>.self, TailCommand<Deliveries>.self, ShowCommand<Deliveries>.self,
            ActionCommand<DeliveryRetry>.self, ActionCommand<DeliveryCancellation>.self,
        ])
}

enum Deliveries: Resource {
    struct Filters: ResourceFilters {
        @Option(help: "Only scheduled, in_flight, held, succeeded, failed or cancelled ones.")
        var status: String?

        @Option(help: "Only those to this webhook.")
        var webhook: String?

        @Option(help: "Only those of this event.")
        var event: String?

        @Option(help: "Only those to this application's webhooks, by id or uid.")
        var application: String?

        @Option(help: "Only those made from this instant on: 2026-03-01T00:00:00Z.")
        var since: String?

        @Option(help: "Only those made before this instant.")
        var until: String?

        var query: [(name: String, value: String?)] {
            [
                ("status", status), ("webhook", webhook), ("event", event), ("application", application),
                ("since", since), ("until", until),
            ]
        }
    }

    typealias Fields = NoFields

    static let path = "/v1/deliveries"
    static let noun = "delivery"
    static let identifier = "dlv_…"
    static let columns = [
        Column("id"), Column("status"), Column("attempts", "attempt_count"), Column("event"), Column("webhook"),
        Column("created", "created_at"), Column("next attempt", "next_attempt_at"),
    ]
}

enum DeliveryRetry: ResourceAction {
    typealias R = Deliveries
    typealias Fields = NoFields

    static let name = "retry"
    static let abstract = "Make a delivery's next attempt now."
}

enum DeliveryCancellation: ResourceAction {
    typealias R = Deliveries
    typealias Fields = NoFields

    static let name = "cancel"
    static let abstract = "Give a delivery up."
}
