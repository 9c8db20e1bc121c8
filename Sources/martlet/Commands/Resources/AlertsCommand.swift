import ArgumentParser
import MartletCore

/// `martlet alerts`
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List, make, change, delete and try alerts.",
        discussion: """
            Example:
              martlet alerts create --name 'Webhooks fail' --rule consecutive_failures --failures 5 --email ops@example.com
            """,
        subcommands: [
            ListCommand<Alerts>.self, ShowCommand<Alerts>.self, CreateCommand<Alerts>.self, UpdateCommand<Alerts>.self,
            DeleteCommand<Alerts>.self, ActionCommand<AlertTest>.self,
        ])
}

enum Alerts: Resource {
    typealias Filters = NoFilters

    struct Fields: ResourceFields {
        @Option(help: "What it is called; the subject of its e-mail.")
        var name: String?

        @Option(
            help: ArgumentHelp(
                "What it looks at: consecutive_failures, success_rate, oldest_waiting, endpoint_disabled or source_refusing.",
                valueName: "type"))
        var rule: String?

        @Option(help: "consecutive_failures: how many attempts to a webhook fail in a row.")
        var failures: Int?

        @Option(help: "success_rate: the share, 0.95 for 95%, below which it fires.")
        var below: Double?

        @Option(help: "success_rate: of at least so many attempts.")
        var attempts: Int?

        @Option(help: "success_rate, source_refusing: how far back it looks, as 1h.")
        var window: String?

        @Option(help: "oldest_waiting: how long a delivery may be overdue, as 10m.")
        var age: String?

        @Option(help: "The application that it is about: its id or uid.")
        var application: String?

        @Option(help: ArgumentHelp("The webhook that it is about.", valueName: "ep_…"))
        var webhook: String?

        @Option(name: .customLong("email"), help: "Somebody who is told by e-mail. May be repeated.")
        var emails: [String] = []

        @Flag(inversion: .prefixedNo, help: "Tell webhooks of the application @operations.")
        var tellWebhooks: Bool?

        @Option(help: "How long all must be well before it is over, as 5m.")
        var clearsAfter: String?

        @Flag(inversion: .prefixedNo, help: "Whether it is looked at.")
        var active: Bool?

        func write(to body: inout RequestBody) throws {
            body.set("name", name)
            if let rule {
                var writer = JSONWriter()
                writer.object { writer in
                    writer.field("type", rule)
                    if let failures { writer.field("failures", failures) }
                    if let below { writer.field("below", below) }
                    if let attempts { writer.field("attempts", attempts) }
                    if let window { writer.field("window", window) }
                    if let age { writer.field("age", age) }
                }
                body.set("rule", json: writer.bytes)
            } else if failures != nil || below != nil || attempts != nil || window != nil || age != nil {
                throw CommandFailure.usage("--rule: Say which rule these numbers are for.")
            }
            body.set("application", application)
            body.set("webhook", webhook)
            body.set("emails", emails)
            body.set("tell_webhooks", tellWebhooks)
            body.set("clears_after", clearsAfter)
            body.set("active", active)
        }
    }

    static let path = "/v1/alerts"
    static let noun = "alert"
    static let identifier = "alr_…"
    static let columns = [
        Column("id"), Column("name"), Column("rule", "rule", "type"), Column("state"), Column("now", "value_text"),
        Column("since", "firing_since"),
    ]
}

enum AlertTest: ResourceAction {
    typealias R = Alerts
    typealias Fields = NoFields

    static let name = "test"
    static let abstract = "Tell everybody whom the alert tells that this is a test."
}

/// `martlet incidents`
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "List what alerts fired for.",
        discussion: """
            Example:
              martlet incidents list --since 2026-01-01T00:00:00Z
            """,
        subcommands: [ListCommand<Incidents>.self])
}

enum Incidents: Resource {
    struct Filters: ResourceFilters {
        @Option(help: ArgumentHelp("Those of this alert alone.", valueName: "alr_…"))
        var alert: String?

        @Option(help: "Those that began at or after this instant.")
        var since: String?

        var query: [(name: String, value: String?)] { [("alert", alert), ("since", since)] }
    }

    typealias Fields = NoFields

    static let path = "/v1/incidents"
    static let noun = "incident"
    static let identifier = "inc_…"
    static let columns = [
        Column("id"), Column("alert", "name"), Column("rule", "rule", "type"), Column("since"), Column("until"),
        Column("value", "value_text"),
    ]
}
