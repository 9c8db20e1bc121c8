import Foundation
import Glibc
import Testing

/// Three processes over one PostgreSQL, and what may befall them.
@Suite struct NodeTests {
    @Test func everyAcceptedEventArrivesThoughNodesDieAndFreezeAndTheDatabaseCrashes() async throws {
        let inFlight = 32
        try await withStage { stage in
            let postgres = try await stage.postgres()
            let nodes = try await stage.nodes(
                3, on: postgres, flags: ["--max-in-flight", "\(inFlight)", "--node-lease", "6s"])
            let capture = try await stage.capture()
            let api = nodes[0].api
            let retry: JSON = ["delays": ["1s", "1s", "1s", "1s", "1s"]]
            let plain = try await api.register(capture.url("/plain"), ["retry": retry])
            let ordered = try await api.register(capture.url("/ordered"), ["retry": retry, "ordered": true])
            for node in nodes { try await known(plain, at: node) }
            for node in nodes { try await known(ordered, at: node) }
            let loads = nodes.map { PublisherLoad(on: $0, sizes: [1, 1, 5], keys: $0.name, pause: .milliseconds(20)) }
            func more(_ count: Int) async throws {
                let enough = loads[0].acceptedCount + count
                try await waitUntil("\(count) more events are accepted") { loads[0].acceptedCount >= enough }
            }

            try await more(100)
            try await nodes[2].kill()
            let killedAt = ContinuousClock.now
            try await waitUntil("what the killed node left is taken over") {
                try await nodes[0].figure("martlet_deliveries_taken_over_total")
                    + nodes[1].figure("martlet_deliveries_taken_over_total") > 0
                    || ContinuousClock.now - killedAt > .seconds(30)
            }
            let takeOver = ContinuousClock.now - killedAt
            try await more(50)
            nodes[1].program.send(SIGSTOP)
            try await waitUntil("the frozen node is taken for dead") {
                try await nodes[0].figure("martlet_nodes") == 1
            }
            try await more(50)
            nodes[1].program.send(SIGCONT)
            try await waitUntil("it is back") { try await nodes[0].figure("martlet_nodes") == 2 }
            try await more(50)
            try await postgres.crash()
            try await more(50)
            for load in loads { try await load.stop() }
            for webhook in [plain, ordered] { _ = try await api.settledDeliveries(to: webhook) }

            let arrivals = try Arrivals(capture.requests())
            let accepted = loads.reduce(into: [String: Int]()) { $0.merge($1.accepted) { first, _ in first } }
            let lapses = try await nodes[1].figure("martlet_node_lapses_total")
            print(
                "\(accepted.count) events accepted, \(arrivals.ids.count) delivered, \(arrivals.duplicates) duplicates; "
                    + "take-over after \(takeOver)")
            #expect(arrivals.missing(of: accepted.keys, at: ["/plain", "/ordered"]) == [])
            #expect(arrivals.changed == [])
            #expect(arrivals.duplicates <= inFlight * 3)
            #expect(lapses == 1)
            #expect(loads.flatMap(\.refusals).filter { !$0.hasPrefix("503") } == [])
            let order = try firstArrivals(capture.requests().filter { $0.path == "/ordered" })
            #expect(order.count >= 9)
            for (key, numbers) in order { #expect(numbers == numbers.sorted(), "out of order: \(key)") }
            for node in nodes[..<2] { #expect(try await node.terminate() == .status(0)) }
        }
    }

    @Test func aRateHoldsForThreeNodesTogether() async throws {
        try await withStage { stage in
            let postgres = try await stage.postgres()
            let nodes = try await stage.nodes(3, on: postgres)
            let capture = try await stage.capture()
            let webhook = try await nodes[0].api.register(
                capture.url("/paced"), ["rate_limit": ["rate": 50, "per": "1s", "burst": 10]])
            for node in nodes { try await known(webhook, at: node) }
            let loads = nodes.map { PublisherLoad(on: $0, sizes: [5], keys: $0.name, pause: .milliseconds(20)) }

            try await waitUntil("300 events are accepted") { loads.reduce(0) { $0 + $1.acceptedCount } >= 300 }
            for load in loads { try await load.stop() }
            _ = try await nodes[1].api.settledDeliveries(to: webhook)

            let times = try capture.requests().map(\.receivedAt).sorted()
            let most =
                times.indices.map { first in
                    times[first...].prefix { $0 < times[first] + 1 }.count
                }.max() ?? 0
            let accepted = loads.reduce(0) { $0 + $1.acceptedCount }
            print("\(times.count) arrivals, at most \(most) within a second")
            #expect(times.count == accepted)
            // What a second brings and the burst, and what arrives a little late and bunched.
            #expect(most <= 65)
            for node in nodes { #expect(try await node.terminate() == .status(0)) }
        }
    }

    @Test func aChangeReachesEveryNode() async throws {
        try await withStage { stage in
            let postgres = try await stage.postgres()
            let nodes = try await stage.nodes(3, on: postgres)
            let capture = try await stage.capture()
            var slowest = Duration.zero
            var webhook = try await nodes[0].api.register(capture.url("/0"))

            for round in 0..<10 {
                let maker = nodes[round % 3]
                let startedAt = ContinuousClock.now
                if round > 0 { webhook = try await maker.api.register(capture.url("/\(round)")) }
                for node in nodes { try await known(webhook, at: node) }
                slowest = max(slowest, ContinuousClock.now - startedAt)
                _ = try await maker.api.patch(webhook.path, ["description": "changed"])
                for node in nodes {
                    try await waitUntil("the change is there", within: .seconds(20)) {
                        try await node.api.get(webhook.path)["description"].string == "changed"
                    }
                }
            }
            for (index, node) in nodes.enumerated() {
                _ = try await node.api.publish("a.b", ["n": .number("\(index)")])
            }

            print("a change was everywhere after \(slowest) at most")
            _ = try await capture.requests(30)
            for node in nodes { #expect(try await node.terminate() == .status(0)) }
        }
    }

    /// Returns once a node knows a webhook.
    private func known(_ webhook: Webhook, at node: MartletServer) async throws {
        try await waitUntil("\(node.name) knows \(webhook.id)", within: .seconds(20)) {
            try await node.api.send(node.api.request("GET", webhook.path)).status == 200
        }
    }

    /// The numbers of the events of each key, in the order in which each arrived first.
    private func firstArrivals(_ requests: [Captured]) throws -> [String: [Int]] {
        var seen: Set<String> = []
        var numbers: [String: [Int]] = [:]
        for request in requests where seen.insert(request["webhook-id"] ?? "").inserted {
            let data = try JSON(parsing: request.body)["data"]
            numbers[data["key"].string ?? "", default: []].append(data["number"].integer ?? -1)
        }
        return numbers
    }
}
