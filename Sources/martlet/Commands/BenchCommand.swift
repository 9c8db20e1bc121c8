import ArgumentParser
import MartletCore

/// `martlet bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: the load generator behind the published figures.",
        discussion: """
            Starts a server of its own with a store of its own, publishes to it, receives from it, and removes both. \
            Times are from when an event was due to be published to when it arrived. Nothing leaves this machine.

            Scenarios:
            \(BenchScenario.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            Example:
              martlet bench throughput latency --events 50000
            """)

    @Argument(help: "Scenarios; all of them unless some are named.")
    var scenarios: [String] = []

    @Option(help: "How many events are published at full speed.")
    var events = BenchSize().events

    @Option(help: "How many connections publish.")
    var connections = BenchSize().connections

    @Option(help: "About how large a payload is, in bytes.")
    var bytes = BenchSize().bytes

    @Option(help: "Events a second to hold, separated by commas.")
    var rates = BenchSize().rates.map(String.init).joined(separator: ",")

    @Option(help: "How many seconds each rate is held.")
    var seconds = BenchSize().seconds

    @Option(help: "How many deliveries wait in the scenario backlog.")
    var waiting = BenchSize().waiting

    @Option(help: "An empty PostgreSQL database, as a URL; the embedded store unless it is given.")
    var store: String?

    @Option(help: ArgumentHelp("PostgreSQL's first process, to tell its time too.", valueName: "pid"))
    var storeProcess: Int32?

    @Option(help: ArgumentHelp("Where the embedded store is put: the disk matters.", valueName: "path"))
    var directory: String?

    @Flag(help: "Print a JSON object a line.")
    var json = false

    func run() async throws {
        let wanted = try wantedScenarios()
        let size = try size()
        FileDescriptors.raiseLimit()
        if !json { Console.print(Self.preface(size, store: store)) }
        for scenario in wanted {
            var rows: [BenchRow] = []
            let run = BenchRun(size: size, store: store, storeProcess: storeProcess, directory: directory) { row in
                if json { Console.print(row.json) } else { rows.append(row) }
            }
            try await run.play(scenario)
            if !json { Console.print("\n" + Table.text(BenchRow.titles, rows.map(\.cells))) }
        }
    }

    private func wantedScenarios() throws(CommandFailure) -> [BenchScenario] {
        if store != nil, scenarios.count != 1 {
            throw .usage("--store: Name one scenario; each needs an empty database.")
        }
        guard !scenarios.isEmpty else { return BenchScenario.allCases }
        var wanted: [BenchScenario] = []
        for name in scenarios {
            guard let scenario = BenchScenario(rawValue: name) else {
                let names = BenchScenario.allCases.map(\.rawValue)
                let suggestion = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
                throw .usage("There is no scenario \(name).\(suggestion) There are \(names.joined(separator: ", ")).")
            }
            wanted.append(scenario)
        }
        return wanted
    }

    private func size() throws(CommandFailure) -> BenchSize {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(CommandFailure) {
            guard range ~= value else {
                throw .usage("--\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
            }
        }
        try check("events", events, 1...10_000_000)
        try check("connections", connections, 1...10_000)
        try check("bytes", bytes, 120...200_000)
        try check("seconds", seconds, 1...3600)
        try check("waiting", waiting, 1...10_000_000)
        var size = BenchSize(
            events: events, connections: connections, bytes: bytes, seconds: seconds, waiting: waiting)
        size.rates = []
        for word in rates.split(separator: ",", omittingEmptySubsequences: false) {
            guard let rate = Int(word), 1...100_000 ~= rate else {
                throw .usage("--rates takes whole numbers from 1 to 100000 separated by commas, not \(rates).")
            }
            size.rates.append(rate)
        }
        return size
    }

    private static func preface(_ size: BenchSize, store: String?) -> String {
        """
        martlet \(Version.current)\(isOptimised ? "" : ", a debug build: its figures mean little")
        \(BenchMachine().text)
        \(store == nil ? "SQLite, journal_mode=WAL, synchronous=FULL" : "PostgreSQL, as its server is set")
        payloads of \(size.bytes) bytes, \(size.connections) connections; publisher and receiver share the machine
        """
    }

    private static var isOptimised: Bool {
        #if DEBUG
        false
        #else
        true
        #endif
    }
}
