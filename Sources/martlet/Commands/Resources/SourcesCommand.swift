import ArgumentParser
import MartletCore
import NIOHTTP1

/// `martlet sources`
struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "List, make, change and try out sources, where inbound webhooks enter.",
        discussion: """
            Example:
              martlet sources create --name Stripe --preset stripe --secret-file stripe.secret
              martlet sources test src_…
              martlet requests list --source src_… --verdict refused
            """,
        subcommands: [
            ListCommand<Sources>.self, ShowCommand<Sources>.self, CreateCommand<Sources>.self,
            UpdateCommand<Sources>.self, DeleteCommand<Sources>.self, ActionCommand<SourceSecret>.self,
            RotateSourceCommand.self, ActionCommand<SourceTest>.self,
        ])
}

enum Sources: Resource {
    typealias Filters = NoFilters

    struct Fields: ResourceFields {
        @Option(help: "What people call it: its sender's name.")
        var name: String?

        @Option(
            help: ArgumentHelp("Whose requests come in: github, slack, stripe … (docs/presets.md).", valueName: "name"))
        var preset: String?

        @Option(
            help: ArgumentHelp("What the preset needs besides its secret; may be repeated.", valueName: "name=value"))
        var parameter: [String] = []

        @Option(help: ArgumentHelp("A file with the secret; - for the standard input.", valueName: "path"))
        var secretFile: String?

        @Flag(help: "Make a secret, for a sender that is told its own, and show it.")
        var generateSecret = false

        @Option(help: "The application, by id or uid, whose webhooks get its events (default: every webhook).")
        var application: String?

        @Option(help: "What it is for.")
        var description: String?

        @Flag(inversion: .prefixedNo, help: "Whether it takes requests.")
        var active: Bool?

        @Option(help: "How far signed times may lie from the clock: 5m.")
        var tolerance: String?

        @Option(
            name: .customLong("address"), help: "A block of addresses that requests may come from; may be repeated.")
        var addresses: [String] = []

        @Option(help: "Requests a second at most.")
        var rateLimit: Int?

        @Option(help: "In front of every event's type: github makes github.push.")
        var typePrefix: String?

        @Option(help: "For how long the sender's id makes a second arrival a duplicate: 1d.")
        var duplicateWindow: String?

        func write(to body: inout RequestBody) throws {
            body.set("name", name)
            body.set("preset", preset)
            if !parameter.isEmpty { body.set("parameters", json: try parameters()) }
            if let secretFile { body.set("secret", try Sources.secret(in: secretFile)) }
            if generateSecret { body.set("generate_secret", true) }
            body.set("application", application)
            body.set("description", description)
            body.set("active", active)
            body.set("tolerance", tolerance)
            body.set("addresses", addresses)
            if let rateLimit { body.set("rate_limit", json: Array("{\"rate\":\(rateLimit)}".utf8)) }
            body.set("type_prefix", typePrefix)
            body.set("duplicate_window", duplicateWindow)
        }

        private func parameters() throws -> [UInt8] {
            var writer = JSONWriter()
            try writer.object { writer in
                for text in parameter {
                    guard let equals = text.firstIndex(of: "=") else {
                        throw CommandFailure.usage(
                            "--parameter '\(text)': Give a name and a value: 'header=X-Signature'.")
                    }
                    writer.key(escaping: String(text[..<equals]))
                    writer.string(String(text[text.index(after: equals)...]))
                }
            }
            return writer.bytes
        }
    }

    /// The secret in a file. Its last line break is no part of it.
    static func secret(in path: String) throws -> String {
        let bytes = try BodyArgument.read(path == "-" ? "-" : "@\(path)")
        let text = String(decoding: bytes, as: UTF8.self)
        return text.last?.isNewline ?? false ? String(text.dropLast()) : text
    }

    static let path = "/v1/sources"
    static let noun = "source"
    static let identifier = "src_…"
    static let columns = [
        Column("id"), Column("name"), Column("preset"), Column("active"), Column("url"), Column("application"),
    ]
}

enum SourceSecret: ResourceAction {
    typealias R = Sources
    typealias Fields = NoFields

    static let name = "secret"
    static let abstract = "Show a source's secret."
    static let method = HTTPMethod.GET
}

enum SourceTest: ResourceAction {
    typealias R = Sources

    struct Fields: ResourceFields {
        @Option(help: "The sender's name for what happened.")
        var type: String?

        @Option(help: "The sender's id of the event (default: a new one).")
        var id: String?

        @Option(help: BodyArgument.help)
        var body: String?

        func write(to request: inout RequestBody) throws {
            request.set("type", type)
            request.set("id", id)
            if let body { request.set("body", String(decoding: try BodyArgument.read(body), as: UTF8.self)) }
        }
    }

    static let name = "test"
    static let abstract = "Have a source receive a signed test request, and show what came of it."
}

/// `martlet sources rotate`
struct RotateSourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Put a new secret in force; the old one counts besides for a while.")

    @Argument(help: ArgumentHelp("Which source.", valueName: "src_…"))
    var identifier: String

    @Option(help: ArgumentHelp("A file with the new secret (default: one is made).", valueName: "path"))
    var secretFile: String?

    @Option(help: "How long the old secret counts too: 2h.")
    var overlap: String?

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        if let secretFile { body.set("secret", try Sources.secret(in: secretFile)) }
        body.set("overlap", overlap)
        api.show(try await client.asked(.POST, Sources.path(of: identifier, "/secret/rotate"), body: body.bytes))
    }
}

/// `martlet requests`
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "List, follow and show what sources received; deliver it again, or judge it again.",
        discussion: """
            Example:
              martlet requests tail --follow --source src_…
              martlet requests verify req_…
            """,
        subcommands: [
            ListCommand<Requests>.self, TailCommand<Requests>.self, ShowCommand<Requests>.self,
            ActionCommand<RequestReplay>.self, ActionCommand<RequestVerification>.self,
        ])
}

enum Requests: Resource {
    struct Filters: ResourceFilters {
        @Option(help: "Only those of this source.")
        var source: String?

        @Option(help: "Only those judged accepted, duplicate, answered, refused, limited, too_large or inactive.")
        var verdict: String?

        @Option(help: "Only those received from this instant on: 2026-03-01T00:00:00Z.")
        var since: String?

        @Option(help: "Only those received before this instant.")
        var until: String?

        var query: [(name: String, value: String?)] {
            [("source", source), ("verdict", verdict), ("since", since), ("until", until)]
        }
    }

    typealias Fields = NoFields

    static let path = "/v1/requests"
    static let noun = "request"
    static let identifier = "req_…"
    static let columns = [
        Column("id"), Column("received", "received_at"), Column("verdict"), Column("status"),
        Column("type", "sent_type"), Column("size"), Column("address"), Column("reason"),
    ]
}

enum RequestReplay: ResourceAction {
    typealias R = Requests

    struct Fields: ResourceFields {
        @Option(help: "To this webhook alone.")
        var webhook: String?

        func write(to body: inout RequestBody) { body.set("webhook", webhook) }
    }

    static let name = "replay"
    static let abstract = "Deliver what a request brought again."
}

enum RequestVerification: ResourceAction {
    typealias R = Requests
    typealias Fields = NoFields

    static let name = "verify"
    static let abstract = "Judge a request again, by the source as it is now."
}
