import ArgumentParser
import MartletCore
import NIOHTTP1

/// `martlet RESOURCE list`
struct ListCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List \(R.noun)s, newest first.")
    }

    /// The most that one request may ask for.
    private static var page: Int { 250 }

    @OptionGroup(title: "Filters") var filters: R.Filters

    @Option(help: "How many to list at most.")
    var limit = 50

    @Option(help: "Where to go on: next_cursor of the listing before.")
    var cursor: String?

    @OptionGroup(title: "Server") var api: APIOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: Give a number from 1.") }
    }

    func run() async throws {
        let client = try await api.client()
        var items: [JSONValue] = []
        var next = cursor
        repeat {
            let query =
                filters.query + [("limit", String(min(Self.page, limit - items.count))), ("cursor", next)]
            let answer = try await client.asked(.GET, R.path + PathSegment.query(query))
            items += answer["data"]?.array ?? []
            next = answer["next_cursor"]?.string
        } while next != nil && items.count < limit
        if api.json {
            Console.print(Self.json(items, next: next))
        } else if items.isEmpty {
            Console.print("There is no \(R.noun) to list.")
        } else {
            Console.print(Table.text(R.columns.map(\.title), items.map { item in R.columns.map { $0.text(of: item) } }))
            if let next { Console.print("There are more: --cursor \(next)") }
        }
    }

    private static func json(_ items: [JSONValue], next: String?) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("data") { writer in for item in items { writer.raw(item.bytes) } }
            writer.field("next_cursor", next)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// `martlet RESOURCE tail`
struct TailCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "tail", abstract: "List the latest \(R.noun)s, oldest first, and go on.")
    }

    @OptionGroup(title: "Filters") var filters: R.Filters

    @Flag(name: .shortAndLong, help: "Go on with what comes, until interrupted.")
    var follow = false

    @Option(help: "How many to begin with, at most 250.")
    var limit = 10

    @OptionGroup(title: "Server") var api: APIOptions

    func validate() throws {
        guard 1...250 ~= limit else { throw ValidationError("--limit: Give a number from 1 to 250.") }
    }

    func run() async throws {
        let client = try await api.client()
        var last = try await show(after: nil, limit, client)
        while follow {
            try await Task.sleep(for: .seconds(1))
            last = try await show(after: last, 250, client) ?? last
        }
    }

    /// How many pages are looked through for the last one that was shown, should it be gone.
    private static var mostPages: Int { 40 }

    /// Prints what came after `last`, oldest first, and gives the newest.
    private func show(after last: String?, _ limit: Int, _ client: APIClient) async throws -> String? {
        var fresh: [JSONValue] = []
        var cursor: String?
        var pages = 0
        repeat {
            let query = filters.query + [("limit", String(limit)), ("cursor", cursor)]
            let answer = try await client.asked(.GET, R.path + PathSegment.query(query))
            let items = answer["data"]?.array ?? []
            let new = items.prefix { $0["id"]?.string != last }
            fresh += new
            pages += 1
            // Without a last one, what there is at the beginning is enough.
            cursor = last != nil && new.count == items.count ? answer["next_cursor"]?.string : nil
        } while cursor != nil && pages < Self.mostPages
        for item in fresh.reversed() {
            Console.print(
                api.json
                    ? String(decoding: item.bytes, as: UTF8.self)
                    : R.columns.map { Table.printable($0.text(of: item)) }.filter { !$0.isEmpty }.joined(
                        separator: "  "))
        }
        return fresh.first?["id"]?.string
    }
}

/// `martlet RESOURCE show`
struct ShowCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: "Show one \(R.noun) with all that is known of it.")
    }

    @Argument(help: ArgumentHelp("Which \(R.noun).", valueName: R.identifier))
    var identifier: String

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        api.show(try await client.asked(.GET, R.path(of: identifier)))
    }
}

/// `martlet RESOURCE create`
struct CreateCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "create", abstract: "Make a new \(R.noun).")
    }

    @OptionGroup(title: "Fields") var fields: R.Fields

    @Option(help: ArgumentHelp("Further fields: @file, - for the standard input, or JSON.", valueName: "json"))
    var data: String?

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        try fields.write(to: &body)
        try body.merge(data)
        api.show(try await client.asked(.POST, R.path, body: body.bytes))
    }
}

/// `martlet RESOURCE update`
struct UpdateCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "update", abstract: "Change what is given of a \(R.noun), and leave the rest.")
    }

    @Argument(help: ArgumentHelp("Which \(R.noun).", valueName: R.identifier))
    var identifier: String

    @OptionGroup(title: "Fields") var fields: R.Fields

    @Option(help: ArgumentHelp("Further fields: @file, - for the standard input, or JSON.", valueName: "json"))
    var data: String?

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        try fields.write(to: &body)
        try body.merge(data)
        guard !body.isEmpty else { throw CommandFailure.usage("Give what is to change.") }
        api.show(try await client.asked(.PATCH, R.path(of: identifier), body: body.bytes))
    }
}

/// `martlet RESOURCE delete`
struct DeleteCommand<R: Resource>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "delete", abstract: "Delete a \(R.noun).")
    }

    @Argument(help: ArgumentHelp("Which \(R.noun).", valueName: R.identifier))
    var identifier: String

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        _ = try await client.asked(.DELETE, R.path(of: identifier))
        if !api.json { Console.print("\(identifier) is deleted.") }
    }
}

/// Something that can be done to one member of a resource.
protocol ResourceAction {
    associatedtype R: Resource
    associatedtype Fields: ResourceFields

    static var name: String { get }
    static var abstract: String { get }
    static var method: HTTPMethod { get }
}

extension ResourceAction {
    static var method: HTTPMethod { .POST }
}

/// An action without fields.
struct NoFields: ResourceFields {
    func write(to body: inout RequestBody) {}
}

/// `martlet RESOURCE ACTION`
struct ActionCommand<A: ResourceAction>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: A.name, abstract: A.abstract)
    }

    @Argument(help: ArgumentHelp("Which \(A.R.noun).", valueName: A.R.identifier))
    var identifier: String

    @OptionGroup(title: "Fields") var fields: A.Fields

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let client = try await api.client()
        var body = RequestBody()
        try fields.write(to: &body)
        let answer = try await client.asked(
            A.method, A.R.path(of: identifier, "/\(A.name)"), body: A.method == .GET ? nil : body.bytes)
        api.show(answer)
    }
}
