import MartletCore
import NIOPosix

/// What is measured.
enum BenchScenario: String, CaseIterable, Sendable {
    case throughput, fanout, latency, backlog, isolation

    /// What it does, in a sentence.
    var summary: String {
        switch self {
        case .throughput: "as many events as are taken, one and 100 a request, to 1 and to 1,000 webhooks"
        case .fanout: "each event to 1, 10 and 100 webhooks"
        case .latency: "at fixed rates, timed from when each event was due"
        case .backlog: "throughput beside waiting deliveries, and how fast those are delivered once they may be"
        case .isolation: "ten events a second of one application, alone and beside another that publishes without end"
        }
    }
}

/// How much is measured.
struct BenchSize: Sendable {
    var events = 20_000
    var connections = 32
    var bytes = 500
    /// Events a second, for the scenario `latency`.
    var rates = [100, 1000]
    /// How long it is at each rate, and how long isolation takes, in seconds.
    var seconds = 10
    /// How many deliveries wait, for the scenario `backlog`.
    var waiting = 100_000
}

/// Plays a scenario against a server of its own.
struct BenchRun {
    let size: BenchSize
    let store: String?
    /// The process of the database's server, whose time is told too.
    let storeProcess: Int32?
    let directory: String?
    /// Told of each line as it is there.
    let report: (BenchRow) -> Void

    func play(_ scenario: BenchScenario) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let receiver = try await BenchReceiver(group: group)
        let server = try await BenchServer(store: store, in: directory)
        let signals = Task { [signals = server.stopsBySignal] in await signals() }
        defer { signals.cancel() }
        let stage = Stage(
            run: self, server: server, receiver: receiver,
            publisher: BenchPublisher(port: server.port, key: server.key, group: group))
        do {
            // What is done once only is no part of what is measured.
            try await stage.warmUp()
            switch scenario {
            case .throughput: try await stage.throughput()
            case .fanout: try await stage.fanout()
            case .latency: try await stage.latency()
            case .backlog: try await stage.backlog()
            case .isolation: try await stage.isolation()
            }
        } catch {
            await close(stage, group)
            throw error
        }
        await close(stage, group)
    }

    private func close(_ stage: Stage, _ group: MultiThreadedEventLoopGroup) async {
        stage.server.stop()
        stage.receiver.close()
        try? await group.shutdownGracefully()
    }
}

/// A server, a receiver and a publisher for the time of a scenario.
private struct Stage {
    let run: BenchRun
    let server: BenchServer
    let receiver: BenchReceiver
    let publisher: BenchPublisher

    private var size: BenchSize { run.size }

    private var work: BenchPublisher.Work {
        BenchPublisher.Work(events: size.events, connections: size.connections, bytes: size.bytes)
    }

    // MARK: Scenarios

    func warmUp() async throws {
        try await webhook("bench.warm-up")
        var work = work
        work.events = min(size.events, 2000)
        work.types = ["bench.warm-up"]
        try await measure("", work, isReported: false)
    }

    func throughput() async throws {
        try await webhook("bench.event")
        try await measure("1 webhook, 1 event a request", work)
        var batched = work
        batched.batch = 100
        try await measure("1 webhook, 100 events a request", batched)
        let types = (0..<1000).map { "bench.many-\($0)" }
        for type in types { try await webhook(type) }
        var many = work
        many.types = types
        try await measure("1,000 webhooks, 1 event a request", many)
    }

    func fanout() async throws {
        for width in [1, 10, 100] {
            let type = "bench.fanout-\(width)"
            for _ in 0..<width { try await webhook(type) }
            var work = work
            work.types = [type]
            work.events = max(10, size.events / width)
            try await measure("fan-out \(width)", work, width: width)
        }
    }

    func latency() async throws {
        try await webhook("bench.event")
        for rate in size.rates {
            var work = work
            work.rate = Double(rate)
            work.events = max(1, rate * size.seconds)
            try await measure("\(rate) events a second", work)
        }
    }

    func backlog() async throws {
        try await webhook("bench.event")
        try await measure("0 waiting", work)
        let waiting = try await webhook("bench.waiting")
        let slow = #"{"rate_limit":{"rate":1,"per":"1h","burst":1}}"#
        try await server.call(.PATCH, "/v1/webhooks/\(waiting)", slow)
        var held = work
        held.batch = 100
        held.events = size.waiting
        held.types = ["bench.waiting"]
        held.channel = UInt8(ascii: "B")
        receiver.begin()
        _ = try await publisher.publish(held)
        // The one that the limit lets through at once is no part of what is measured.
        let left = size.waiting - 1
        _ = await receiver.arrivals(of: 1)
        try await server.waitForBacklog(atMost: left)
        try await measure("\(left) waiting", work, left: left)
        try await measure("\(left) that waited", arrivals: left, of: nil) {
            try await server.call(.PATCH, "/v1/webhooks/\(waiting)", #"{"rate_limit":null}"#)
        }
    }

    func isolation() async throws {
        var modest = work
        modest.rate = 10
        modest.events = 10 * size.seconds
        modest.connections = 4
        modest.channel = UInt8(ascii: "M")
        modest.application = try await application("modest")
        // On a thread of its own: what is measured is the server's work, not that of who sends and receives so much.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let quietReceiver = try await BenchReceiver(group: group, beside: receiver)
        let quietPublisher = BenchPublisher(port: server.port, key: server.key, group: group)
        try await webhook("bench.event", of: modest.application, at: quietReceiver)
        try await measure("10 a second, alone", arrivals: modest.events, of: modest.channel) { [modest] in
            _ = try await quietPublisher.publish(modest)
        }
        var greedy = work
        greedy.application = try await application("greedy")
        greedy.batch = 100
        greedy.connections = 8
        greedy.events = size.events * 5
        try await webhook("bench.event", of: greedy.application)
        let (quiet, loud) = (modest, greedy)
        let (publisher, receiver) = (publisher, receiver)
        try await measure("10 a second, beside a greedy one", arrivals: quiet.events, of: quiet.channel) {
            let crowd = Task {
                var published = 0
                while !Task.isCancelled {
                    _ = try await publisher.publish(loud)
                    published += loud.events
                }
                return published
            }
            _ = try await quietPublisher.publish(quiet)
            crowd.cancel()
            let published = try await crowd.value
            _ = await receiver.arrivals(of: published + quiet.events)
        }
        quietReceiver.close()
        try await group.shutdownGracefully()
    }

    // MARK: Measuring

    @discardableResult
    private func webhook(
        _ type: String, of application: String? = nil, at receiver: BenchReceiver? = nil
    ) async throws(CommandFailure) -> String {
        let owner = application.map { #","application":"\#($0)""# } ?? ""
        let made = try await server.call(
            .POST, "/v1/webhooks",
            #"{"url":"http://127.0.0.1:\#((receiver ?? self.receiver).port)/","events":["\#(type)"]\#(owner)}"#)
        return made["id"]?.string ?? ""
    }

    private func application(_ name: String) async throws(CommandFailure) -> String? {
        try await server.call(.POST, "/v1/applications", #"{"name":"\#(name)","uid":"\#(name)"}"#)["id"]?.string
    }

    private func measure(
        _ name: String, _ work: BenchPublisher.Work, width: Int = 1, left: Int = 0, isReported: Bool = true
    ) async throws {
        try await measure(
            name, arrivals: work.events * width, of: work.channel, left: left, isReported: isReported
        ) {
            _ = try await publisher.publish(work)
        }
    }

    /// Measures from before `body` until so many deliveries have arrived and no more than `left` wait to be recorded.
    ///
    /// - Parameter channel: whose delays are told; `nil` where they say nothing.
    private func measure(
        _ name: String, arrivals count: Int, of channel: UInt8?, left: Int = 0, isReported: Bool = true,
        _ body: () async throws -> Void
    ) async throws {
        let process = server.processIdentifier
        let cpu = ProcessFigures.cpuSeconds(of: process)
        let storeCPU = run.storeProcess.map(ProcessFigures.cpuSecondsWithChildren)
        receiver.begin()
        let start = BenchClock.microseconds
        try await body()
        let arrivals = await receiver.arrivals(of: count)
        let seconds = Double(BenchClock.microseconds - start) / 1e6
        try await server.waitForBacklog(atMost: left)
        guard isReported else { return }
        let each = 1e6 / Double(max(1, arrivals.count))
        run.report(
            BenchRow(
                scenario: name, deliveries: arrivals.count, seconds: seconds,
                serverMicroseconds: (ProcessFigures.cpuSeconds(of: process) - cpu) * each,
                storeMicroseconds: run.storeProcess.flatMap { process in
                    storeCPU.map { (ProcessFigures.cpuSecondsWithChildren(of: process) - $0) * each }
                },
                delays: channel.flatMap { arrivals.delays[$0] } ?? BenchHistogram(),
                mebibytes: ProcessFigures.residentMebibytes(of: process),
                peakMebibytes: ProcessFigures.peakMebibytes(of: process)))
    }
}
