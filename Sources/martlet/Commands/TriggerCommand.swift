import ArgumentParser
import MartletCore
import MartletService
import NIOHTTP1
import WebhookSigning

/// `martlet trigger`
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Publish a test event, or make a signed test request as some sender would.",
        discussion: """
            The key decides the environment: mk_test_… is the sandbox. With --source the server makes the request and has
            the source receive it; with --preset it is made here and sent to any URL.

            Example:
              MARTLET_API_KEY=mk_test_… martlet trigger order.created --data '{"order":{"id":"ord_1"}}'
              MARTLET_API_KEY=mk_test_… martlet trigger order.created --webhook ep_…
              MARTLET_API_KEY=mk_test_… martlet trigger --source src_…
              MARTLET_SECRET=… martlet trigger --preset github --to http://localhost:3000/webhook push
            """)

    @Argument(help: "The event's type; with --source or --preset the sample's, unless given.")
    var type: String?

    @Option(help: ArgumentHelp("Have this source receive a test request.", valueName: "src_…"))
    var source: String?

    @Option(
        help: ArgumentHelp("Make the request of this sender: github, slack … (docs/presets.md).", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp("What the preset needs besides its secret; may be repeated.", valueName: "name=value"))
    var parameter: [String] = []

    @Option(help: ArgumentHelp("Where to send that sender's request.", valueName: "url"))
    var to: String?

    @Option(name: SettingTable.secret.name, help: SettingTable.secret.help)
    var secret: String?

    @Option(help: ArgumentHelp("A file with the secret.", valueName: "path"))
    var secretFile: String?

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
        guard [webhook, source, preset].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("Give one of --webhook, --source and --preset.")
        }
        guard preset != nil || (to == nil && parameter.isEmpty) else {
            throw ValidationError("--to and --parameter belong to --preset.")
        }
        guard preset == nil || to != nil else { throw ValidationError("Say where to send it: --to URL.") }
        guard type != nil || source != nil || preset != nil else { throw ValidationError("Give the event's type.") }
    }

    func run() async throws {
        let settings = try await Settings(given: [
            SettingTable.config.given(config), SettingTable.url.given(url), SettingTable.apiKey.given(key),
            SettingTable.secret.given(secret), SettingTable.secret.givenFile(secretFile),
        ])
        if let preset, let to { return try await send(as: preset, to: to, settings) }
        if let source { return try await send(to: source, settings) }
        try await publish(type ?? "", settings)
    }

    private func publish(_ type: String, _ settings: Settings) async throws {
        let client = APIClient(url: try settings[SettingTable.url], key: try settings[SettingTable.apiKey])
        if let webhook { return try await test(webhook, type, client) }
        let payload: [UInt8]
        if let data {
            payload = try BodyArgument.read(data)
        } else {
            payload = try await example(of: type, client)
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

    /// Has a source receive a request that the server makes.
    private func send(to source: String, _ settings: Settings) async throws {
        let client = APIClient(url: try settings[SettingTable.url], key: try settings[SettingTable.apiKey])
        var body = RequestBody()
        body.set("type", type)
        if let data { body.set("body", String(decoding: try BodyArgument.read(data), as: UTF8.self)) }
        let answer = try await client.asked(.POST, Sources.path(of: source, "/test"), body: body.bytes)
        if json { return Console.print(String(decoding: answer.bytes, as: UTF8.self)) }
        let request = answer["request"]
        Console.print(
            [request?["id"], request?["verdict"], request?["event"], request?["reason"]]
                .compactMap { $0?.string }.joined(separator: " "))
        guard ["accepted", "duplicate", "answered"].contains(request?["verdict"]?.string) else {
            throw ExitCode(CommandFailure.Status.failed.rawValue)
        }
    }

    /// Makes a sender's request here and sends it.
    private func send(as name: String, to place: String, _ settings: Settings) async throws {
        let preset = try PresetOptions.preset(named: name, parameter)
        let secret = try SigningChoice.secret(settings, for: preset)
        let body = try data.map { try BodyArgument.read($0) }
        let request: WebhookRequest
        do throws(WebhookSigningError) {
            let signer = try PresetSigner(preset: preset, secret: secret)
            var sample = signer.sample(url: place)
            if let body { sample.body = body }
            let id = IdentifierSource().next(EventKind.self, at: WallClock().now())
            request = try signer.sign(sample, id: id.description, type: type, now: WallClock().now().seconds)
        } catch {
            throw CommandFailure.usage(error.description)
        }
        let url: EndpointURL
        do throws(EndpointURLError) {
            url = try EndpointURL(parsing: request.url)
        } catch {
            throw CommandFailure.usage("--to \(place): \(error.message)")
        }
        let answer = try await APIClient(url: url, key: nil).send(
            HTTPMethod(rawValue: request.method), "", body: request.body,
            headers: request.headers.map { ($0.name, $0.value) })
        Console.print("\(url) answered \(answer.status)")
        if !answer.body.isEmpty { Console.print(String(decoding: answer.body.prefix(4096), as: UTF8.self)) }
        if !answer.isSuccess { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }

    /// Sends a test event to one webhook. Fails where the webhook does not take it.
    private func test(_ webhook: String, _ type: String, _ client: APIClient) async throws {
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

    private func example(of type: String, _ client: APIClient) async throws -> [UInt8] {
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
