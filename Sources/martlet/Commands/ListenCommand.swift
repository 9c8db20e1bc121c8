import ArgumentParser
import Glibc
import MartletCore
import MartletService
import UnixSignals

/// `martlet listen`
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Receive webhooks on this machine, wherever the server is.",
        discussion: """
            Makes a webhook listen:NAME, or goes on with the one that is there, and forwards what it gets: the same bytes, \
            the same headers. The receiver's answers are the attempts' results, so retries and history are those of any \
            webhook. What is published while nobody listens waits.

            On a terminal: r replays, d shows the details, q quits.

            With --source, what a source receives: the sender's own headers and signature over the sender's own bytes, so \
            that the receiver verifies it as if the sender had called it.

            Example:
              MARTLET_API_KEY=mk_test_… martlet listen --forward-to http://localhost:3000/webhook --event 'order.*'
              MARTLET_API_KEY=mk_test_… martlet listen --forward-to http://localhost:3000/stripe --source src_…
            """)

    @Option(name: SettingTable.forwardTo.name, help: SettingTable.forwardTo.help)
    var forwardTo: String?

    @Option(name: SettingTable.listenerName.name, help: SettingTable.listenerName.help)
    var listenerName: String?

    @Option(
        name: .customLong("event"),
        help: "An event type or pattern to subscribe to; may be given several times (default for a new webhook: all).")
    var events: [String] = []

    @Option(help: "The application whose events are meant, by id or uid.")
    var application: String?

    @Option(
        help: ArgumentHelp(
            "Receive what this webhook receives, with its settings and its secret; or listen to this one itself.",
            valueName: "ep_…"))
    var webhook: String?

    @Option(
        help: ArgumentHelp(
            "Receive what comes in by this source, with the sender's own headers and signature.", valueName: "src_…"))
    var source: String?

    @Option(name: SettingTable.stateDirectory.name, help: SettingTable.stateDirectory.help)
    var stateDirectory: String?

    @Flag(help: "Print the secret that the receiver verifies with.")
    var showSecret = false

    @OptionGroup(title: "Server") var api: APIOptions

    func run() async throws {
        let settings = try await Settings(given: [
            SettingTable.config.given(api.config), SettingTable.url.given(api.url), SettingTable.apiKey.given(api.key),
            SettingTable.forwardTo.given(forwardTo), SettingTable.listenerName.given(listenerName),
            SettingTable.stateDirectory.given(stateDirectory),
        ])
        let receiver = try settings[SettingTable.forwardTo]
        var client = APIClient(url: try settings[SettingTable.url], key: try settings[SettingTable.apiKey])
        client.timeout = .seconds(15)
        let plan = ListenPlan(
            name: try settings.value(of: SettingTable.listenerName) ?? ProcessName.host, events: events,
            application: application, webhook: webhook, source: source)
        let place = try await plan.place(client)
        let state = try ListenState(directory: settings.value(of: SettingTable.stateDirectory), webhook: place.id)
        let secret = showSecret ? try await ListenPlan.secret(of: place, client) : nil
        let introduction = ListenIntroduction(place: place, receiver: receiver, secret: secret)
        let isLive = !api.json && Console.isTerminal(STDIN_FILENO) && Console.isTerminal(STDOUT_FILENO)
        let display: any ListenDisplay =
            isLive ? ListenScreen(introduction, client: client) : ListenLines(introduction, json: api.json)
        let clock = WallClock()
        let listener = Listener(
            client: client, webhook: place.id, session: Self.session(), journal: state.journal,
            forwarder: Forwarder(to: receiver)
        ) { display.tell($0, at: clock.now()) }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        defer { display.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (asked, asking) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
            group.addTask {
                var isFirst = true
                for await _ in signals {
                    guard isFirst else {
                        display.close()
                        _exit(CommandFailure.Status.failed.rawValue)
                    }
                    isFirst = false
                    asking.yield()
                }
            }
            group.addTask {
                await display.run()
                asking.yield()
            }
            try await listener.run { for await _ in asked { return } }
            group.cancelAll()
        }
        display.close()
        if !api.json { Console.print(display.summary(owed: listener.owed)) }
        withExtendedLifetime(state) {}
    }

    /// What this run calls itself.
    private static func session() -> String {
        var random = SystemRandomNumberGenerator()
        return String(UInt64.random(in: .min ... .max, using: &random), radix: 36)
    }
}
