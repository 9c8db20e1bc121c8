import ArgumentParser

/// `martlet apps`
struct ApplicationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apps",
        abstract: "List, make, change, delete and erase applications.",
        discussion: """
            Example:
              martlet apps create --name Acme --uid acme
            """,
        subcommands: [
            ListCommand<Applications>.self, ShowCommand<Applications>.self, CreateCommand<Applications>.self,
            UpdateCommand<Applications>.self, DeleteCommand<Applications>.self, ActionCommand<ApplicationErasure>.self,
        ])
}

enum Applications: Resource {
    typealias Filters = NoFilters

    struct Fields: ResourceFields {
        @Option(help: "Its name.")
        var name: String?

        @Option(help: "One's own name for it, unique in the environment.")
        var uid: String?

        func write(to body: inout RequestBody) {
            body.set("name", name)
            body.set("uid", uid)
        }
    }

    static let path = "/v1/applications"
    static let noun = "application"
    static let identifier = "app_…"
    static let columns = [Column("id"), Column("uid"), Column("name"), Column("created", "created_at")]
}

enum ApplicationErasure: ResourceAction {
    typealias R = Applications
    typealias Fields = NoFields

    static let name = "erase"
    static let abstract = "Delete an application and all that is its, for good."
}

/// `martlet event-types`
struct EventTypesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event-types",
        abstract: "List, make, change and delete event types of the catalogue.",
        discussion: """
            Example:
              martlet event-types create --name order.created --example '{"order_id":"o_1"}'
            """,
        subcommands: [
            ListCommand<EventTypes>.self, ShowCommand<EventTypes>.self, CreateCommand<EventTypes>.self,
            UpdateCommand<EventTypes>.self, DeleteCommand<EventTypes>.self,
        ])
}

enum EventTypes: Resource {
    typealias Filters = NoFilters

    struct Fields: ResourceFields {
        @Option(help: "Its name: order.created. It cannot be changed later.")
        var name: String?

        @Option(help: "What has happened when it is published.")
        var description: String?

        @Option(help: "The group that it is listed in.")
        var group: String?

        @Option(help: ArgumentHelp("A JSON Schema of the payload: @file, -, or JSON.", valueName: "json"))
        var schema: String?

        @Option(help: ArgumentHelp("A payload that could be published: @file, -, or JSON.", valueName: "json"))
        var example: String?

        func write(to body: inout RequestBody) throws {
            body.set("name", name)
            body.set("description", description)
            body.set("group", group)
            if let schema { body.set("schema", json: try BodyArgument.read(schema)) }
            if let example { body.set("example", json: try BodyArgument.read(example)) }
        }
    }

    static let path = "/v1/event-types"
    static let noun = "event type"
    static let identifier = "name"
    static let columns = [Column("name"), Column("group"), Column("description"), Column("archived")]
}

/// `martlet keys`
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List, make, change and withdraw API keys.",
        discussion: """
            Example:
              martlet keys create --role publisher --name shop
            """,
        subcommands: [
            ListCommand<Keys>.self, ShowCommand<Keys>.self, CreateCommand<Keys>.self, UpdateCommand<Keys>.self,
            DeleteCommand<Keys>.self,
        ])
}

enum Keys: Resource {
    typealias Filters = NoFilters

    struct Fields: ResourceFields {
        @Option(help: "What it is for.")
        var name: String?

        @Option(help: "admin, publisher, application or reader.")
        var role: String?

        @Option(help: "The application that a key of that role speaks for, by id or uid.")
        var application: String?

        @Option(help: "When it ends: 2030-01-01T00:00:00Z.")
        var expiresAt: String?

        func write(to body: inout RequestBody) {
            body.set("name", name)
            body.set("role", role)
            body.set("application", application)
            body.set("expires_at", expiresAt)
        }
    }

    static let path = "/v1/keys"
    static let noun = "key"
    static let identifier = "key_…"
    static let columns = [
        Column("id"), Column("hint"), Column("role"), Column("name"), Column("application"),
        Column("expires", "expires_at"),
    ]
}

/// `martlet jobs`
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List, look at and cancel recoveries and bulk replays.",
        discussion: """
            Example:
              martlet jobs list
              martlet jobs cancel job_…
            """,
        subcommands: [ListCommand<Jobs>.self, ShowCommand<Jobs>.self, ActionCommand<JobCancellation>.self])
}

enum Jobs: Resource {
    typealias Filters = NoFilters
    typealias Fields = NoFields

    static let path = "/v1/jobs"
    static let noun = "job"
    static let identifier = "job_…"
    static let columns = [
        Column("id"), Column("kind"), Column("status"), Column("made", "progress", "created"),
        Column("of", "progress", "total"), Column("created", "created_at"),
    ]
}

enum JobCancellation: ResourceAction {
    typealias R = Jobs
    typealias Fields = NoFields

    static let name = "cancel"
    static let abstract = "End a job; what it has made stays."
}
