import ArgumentParser
import MartletCore
import NIOHTTP1

/// `martlet trigger`
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Publish a test event: its type's example payload, or one of your own.",
        discussion: """
            The key decides the environment: mk_test_… is the sandbox.

            Example:
              MARTLET_API_KEY=mk_test_… martlet trigger order.created --data '{"order":{"id":"ord_1"}}'
              MARTLET_API_KEY=mk_test_… martlet trigger order.created --webhook ep_…
            """)

    @Argument(help: "The event's type.")
    var type: String

    @Option(help: ArgumentHelp("The payload: @file, - for the standard input, or JSON.", valueName: "json"))
    var data: String?

    @Option(help: "The application, by id or uid, whose endpoints are meant (default: every endpoint).")
    var application: String?

    @Option(
        help: ArgumentHelp(
            "Send it to this webhook alone, at once and without retries, and say what came of it.", valueName: "ep_…"))
    var webhook: String?

    @Flag(help: "Print the API's answer as it is.")
    var json = false

    @Option(name: SettingTable.config.name, help: SettingTable.config.help)
    var config: String?

    @Option(name: SettingTable.url.name, help: SettingTable.url.help)
    var url: String?

    @Option(name: SettingTable.apiKey.name, help: SettingTable.apiKey.help)
    var key: String?

    func validate() throws {
        guard webhook == nil || application == nil else {
            throw ValidationError("Give --webhook or --application: a webhook belongs to one application already.")
        }
    }

    func run() async throws {
        let settings = try await Settings(given: [
            SettingTable.config.given(config), SettingTable.url.given(url), SettingTable.apiKey.given(key),
        ])
        let client = APIClient(url: try settings[SettingTable.url], key: try settings[SettingTable.apiKey])
        if let webhook { return try await test(webhook, client) }
        let payload: [UInt8]
        if let data {
            payload = try BodyArgument.read(data)
        } else {
            payload = try await example(client)
        }
        var request = JSONWriter(capacity: payload.count + 128)
        request.object { writer in
            writer.field("type", type)
            writer.field("data", raw: payload)
            if let application { writer.field("application", application) }
        }
        let answer = try await client.send(.POST, "/v1/events", body: request.bytes)
        let text = String(decoding: answer.body, as: UTF8.self)
        if json, answer.isSuccess || Problem(answer) != nil {
            Console.print(text)
            if !answer.isSuccess { throw ExitCode(CommandFailure.Status.failed.rawValue) }
            return
        }
        guard answer.isSuccess else { throw Problem.failure(answer, of: client) }
        Console.print(try Self.summary(of: answer.body))
    }

    /// Sends a test event to one webhook. Fails where the webhook does not take it.
    private func test(_ webhook: String, _ client: APIClient) async throws {
        var client = client
        // The answer comes with the attempt's end, which a webhook may put off for a minute.
        client.timeout = .seconds(90)
        var request = RequestBody()
        request.set("type", type)
        if let data { request.set("data", json: try BodyArgument.read(data)) }
        let answer = try await client.asked(.POST, Webhooks.path(of: webhook, "/test"), body: request.bytes)
        let attempt = answer["attempt"]
        if json {
            Console.print(String(decoding: answer.bytes, as: UTF8.self))
        } else {
            Console.print(
                "\(answer["event"]?.string ?? "?") \(type) to \(webhook): "
                    + Table.printable(attempt?["reason"]?.string ?? attempt?["outcome"]?.string ?? "?"))
        }
        if attempt?["outcome"]?.string != "succeeded" { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }

    private func example(_ client: APIClient) async throws -> [UInt8] {
        let answer = try await client.send(.GET, "/v1/event-types/\(PathSegment.escaped(type))")
        guard answer.status != 404 else {
            throw CommandFailure(
                "The catalogue has no event type \(type). Give the payload by --data, or one of the types that "
                    + "\(client.url)v1/event-types lists.")
        }
        guard answer.isSuccess else { throw Problem.failure(answer, of: client) }
        guard let example = try? JSONValue(parsing: answer.body)["example"], !example.isNull else {
            throw CommandFailure("The event type \(type) has no example. Give the payload by --data.")
        }
        return example.bytes
    }

    /// `evt_… property.created`, and a line a delivery.
    static func summary(of answer: [UInt8]) throws -> String {
        let answer = try JSONValue(parsing: answer)
        let deliveries = answer["deliveries"]?.array ?? []
        let count = answer["delivery_count"]?.integer ?? deliveries.count
        let noun = count == 1 ? "delivery" : "deliveries"
        var lines = ["\(answer["id"]?.string ?? "?") \(answer["type"]?.string ?? ""), \(count) \(noun)"]
        for delivery in deliveries {
            lines.append("  \(delivery["id"]?.string ?? "?") to \(delivery["webhook"]?.string ?? "?")")
        }
        if count > deliveries.count { lines.append("  and \(count - deliveries.count) more") }
        for warning in answer["warnings"]?.array ?? [] {
            lines.append("  warning: \(warning["message"]?.string ?? warning.string ?? "?")")
        }
        if count == 0 { lines.append("  No active webhook of this environment subscribed to it.") }
        return lines.joined(separator: "\n")
    }
}
