import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

/// Nodes that come, freeze, die and leave, as a seed has it.
@Suite(.timeLimit(.minutes(10))) struct NodeHistoryTests {
    @Test(arguments: UInt64(1)...12)
    func nothingAcceptedIsLostOrOvertakenWhateverBecomesOfTheNodes(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let scene = try await NodeScene()
        var nodes = [try await scene.node("n0"), try await scene.node("n1")]
        var made = 2
        var frozen: [String: Timestamp] = [:]
        let retry = RetryPolicy(delays: Array(repeating: .seconds(1), count: 15), window: nil, jitter: 0)
        let ordered = try await scene.webhook(through: nodes[0]) {
            $0.isOrdered = true
            $0.retry = .some(retry)
        }
        let plain = try await scene.webhook(through: nodes[0]) {
            $0.url = "http://hooks.example.com/plain"
            $0.retry = .some(retry)
        }
        for node in nodes {
            for id in [ordered.id, plain.id] { try await scene.known(id, at: node) { $0 != nil } }
        }
        scene.receiver.answer { attempt in
            // Every fifth event is refused at first, the same way each time.
            attempt.number.isMultiple(of: 5) && attempt.at.milliseconds % 3 == 0 ? .status(500) : .status(200)
        }
        var accepted: [(number: Int, deliveries: [Delivery])] = []

        for step in 0..<120 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where nodes.count > 1:
                await nodes.remove(at: Int.random(in: 0..<nodes.count, using: &random)).kill()
            case 1 where nodes.count > 1:
                try await nodes.remove(at: Int.random(in: 0..<nodes.count, using: &random)).stop()
            case 2 where nodes.count < 4:
                nodes.append(try await scene.node("n\(made)"))
                made += 1
            case 3:
                let node = nodes[Int.random(in: 0..<nodes.count, using: &random)]
                frozen[node.name] = scene.clock.now() + .seconds(Int64.random(in: 1...15, using: &random))
            case 4...6:
                await scene.pass(.milliseconds(Int64.random(in: 100...1500, using: &random)), beating: [])
            default:
                let node = nodes[Int.random(in: 0..<nodes.count, using: &random)]
                let key = "k\(Int.random(in: 0..<3, using: &random))"
                // A node that others took for dead accepts nothing.
                if let deliveries = try? await scene.publish(step, key: key, through: node) {
                    accepted.append((step, deliveries))
                }
            }
            scene.clock.advance(by: .milliseconds(1))
            for node in nodes where frozen[node.name].map({ $0 <= scene.clock.now() }) ?? true {
                await node.membership.beat()
            }
        }
        for _ in 0..<40 { await scene.pass(.seconds(1), beating: nodes) }
        let last = try #require(nodes.first)
        for (_, deliveries) in accepted {
            for delivery in deliveries {
                _ = try await eventually(
                    { () async throws -> DeliveryStatus? in
                        await scene.pass(.milliseconds(200), beating: nodes)
                        return try await last.stored(delivery)?.state.status
                    }, until: { $0 == .succeeded })
            }
        }

        #expect(accepted.count > 40)
        #expect(scene.receiver.overlaps.isEmpty)
        let arrived = scene.receiver.acknowledged.filter { $0.webhook == ordered.url }
        for key in ["k0", "k1", "k2"] {
            var seen: Set<Int> = []
            let numbers = arrived.filter { $0.key == key }.map(\.number).filter { seen.insert($0).inserted }
            #expect(numbers == numbers.sorted(), "seed \(seed), key \(key)")
        }
        for node in nodes { try await node.stop() }
    }
}
