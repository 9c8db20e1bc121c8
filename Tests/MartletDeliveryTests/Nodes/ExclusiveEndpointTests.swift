import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(10))) struct ExclusiveEndpointTests {
    @Test func anOrderedWebhookReceivesFromOneNodeInOrderWhoeverPublishes() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) { $0.isOrdered = true }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        await a.membership.beat()
        var deliveries: [Delivery] = []

        for number in 0..<20 {
            deliveries += try await scene.publish(number, key: "k\(number % 2)", through: number % 3 == 0 ? a : b)
            scene.clock.advance(by: .milliseconds(1))
        }
        try await scene.delivered(deliveries, asToldBy: a)

        #expect(Set(scene.receiver.attempts.map(\.node)).count == 1)
        for key in ["k0", "k1"] {
            let numbers = scene.receiver.acknowledged.filter { $0.key == key }.map(\.number)
            #expect(numbers == numbers.sorted() && numbers.count == 10)
        }
        try await a.stop()
        try await b.stop()
    }

    @Test func orderIsKeptPerKeyAcrossATakeOver() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) { $0.isOrdered = true }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        _ = try await eventually({ a.status.snapshot.leases + b.status.snapshot.leases }, until: { $0 == 1 })
        let (holder, other) = a.status.snapshot.leases == 1 ? (a, b) : (b, a)
        let held = holder.name
        // The holder's third attempt of each key never comes back.
        scene.receiver.answer { $0.node == held && $0.number >= 4 ? .none : .status(200) }
        var deliveries: [Delivery] = []
        for number in 0..<20 {
            deliveries += try await scene.publish(number, key: "k\(number % 2)", through: number % 3 == 0 ? a : b)
            scene.clock.advance(by: .milliseconds(1))
        }
        try await scene.made(6)

        await holder.kill()
        await scene.pass(.seconds(12), beating: [other])
        try await scene.delivered(deliveries, asToldBy: other)

        for key in ["k0", "k1"] {
            let numbers = scene.receiver.attempts.filter { $0.key == key }.map(\.number)
            #expect(numbers == numbers.sorted())
        }
        #expect(scene.receiver.attempts.count == 22)
        #expect(Set(scene.receiver.acknowledged.map(\.number)) == Set(0..<20))
        try await other.stop()
    }

    @Test func aRateHoldsOverAllNodesAndAcrossAHandOver() async throws {
        let scene = try await NodeScene()
        let nodes = [try await scene.node("a"), try await scene.node("b"), try await scene.node("c")]
        let endpoint = try await scene.webhook(through: nodes[0]) {
            $0.rateLimit = .some(RateLimit(count: 5, per: .seconds(1), burst: 5))
        }
        for node in nodes { try await scene.known(endpoint.id, at: node) { $0 != nil } }
        _ = try await eventually({ nodes.reduce(0) { $0 + $1.status.snapshot.leases } }, until: { $0 == 1 })
        var deliveries: [Delivery] = []
        for number in 0..<60 { deliveries += try await scene.publish(number, through: nodes[number % 3]) }
        let holder = try #require(nodes.first { $0.status.snapshot.leases == 1 })
        let others = nodes.filter { $0 !== holder }

        func run(_ seconds: Int, _ nodes: [TestNode]) async {
            for _ in 0..<seconds * 10 {
                scene.clock.advance(by: .milliseconds(100))
                // What was started goes out before the clock moves on.
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
                if scene.clock.now().milliseconds % 1000 == 0 { for node in nodes { await node.membership.beat() } }
            }
        }
        await run(3, nodes)
        try await holder.stop()
        _ = try await eventually(
            {
                await run(1, others)
                return scene.receiver.acknowledged.count
            }, until: { $0 == 60 })

        let times = scene.receiver.attempts.map(\.at).sorted()
        for (index, first) in times.enumerated() {
            // The burst, what a second brings, and one that was decided on a step of the clock before.
            let within = times[index...].prefix { $0 < first + .seconds(1) }.count
            #expect(within <= 11)
        }
        #expect(scene.receiver.attempts.count == 60)
        #expect(Set(scene.receiver.attempts.map(\.node)).count == 2)
        for node in others { try await node.stop() }
    }

    @Test func aWebhookThatBecomesOrderedWhileAttemptsAreUnderWayReceivesEachEventOnce() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a)
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        scene.receiver.answer { _ in .none }
        var deliveries: [Delivery] = []
        for number in 0..<40 { deliveries += try await scene.publish(number, through: number % 2 == 0 ? a : b) }
        try await scene.made(32)

        try await scene.change(endpoint.id, through: a) { $0.isOrdered = true }
        try await scene.known(endpoint.id, at: b) { $0?.isOrdered == true }
        await scene.pass(.seconds(1), beating: [a, b])
        scene.receiver.answer { _ in .status(200) }
        scene.receiver.release()
        try await scene.delivered(deliveries, asToldBy: a)
        try await scene.change(endpoint.id, through: b) { $0.isOrdered = false }
        try await scene.known(endpoint.id, at: a) { $0?.isOrdered == false }
        let later = [
            try await scene.publish(100, through: a), try await scene.publish(101, through: b),
        ].flatMap { $0 }
        try await scene.delivered(later, asToldBy: a)

        #expect(scene.receiver.overlaps.isEmpty)
        #expect(scene.receiver.attempts.count == 42)
        try await a.stop()
        try await b.stop()
    }

    @Test func whatAnotherNodeStoresIsFoundThoughTheNewsOfItWasLost() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) { $0.isOrdered = true }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        _ = try await eventually({ a.status.snapshot.leases + b.status.snapshot.leases }, until: { $0 == 1 })
        let (holder, other) = a.status.snapshot.leases == 1 ? (a, b) : (b, a)
        scene.memory.mute(true)

        let deliveries = try await scene.publish(1, through: other)
        await holder.membership.poll()
        try await scene.delivered(deliveries, asToldBy: other)

        #expect(scene.receiver.attempts.map(\.node) == [holder.name])
        try await a.stop()
        try await b.stop()
    }

    @Test func aTestEventGoesOutFromTheNodeThatWasAsked() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        let endpoint = try await scene.webhook(through: a) { $0.isOrdered = true }
        try await scene.known(endpoint.id, at: b) { $0 != nil }
        _ = try await eventually({ a.status.snapshot.leases + b.status.snapshot.leases }, until: { $0 == 1 })

        for node in [a, b] {
            _ = try await WebhookService(node.context).test(
                endpoint.id, type: "a.b", data: Array("{}".utf8), by: scene.principal)
        }

        #expect(scene.receiver.attempts.map(\.node) == ["a", "b"])
        try await a.stop()
        try await b.stop()
    }

    @Test func leasesAreSharedOutAndNobodyDeliversWithoutOne() async throws {
        let scene = try await NodeScene()
        let (a, b) = (try await scene.node("a"), try await scene.node("b"))
        for _ in 0..<4 { try await scene.webhook(through: a) { $0.isOrdered = true } }
        for node in [a, b] { await node.membership.poll() }
        await scene.pass(.seconds(1), beating: [a, b])

        let before = [a, b].map(\.status.snapshot.leases)
        try await a.stop()
        await scene.pass(.seconds(1), beating: [b])

        #expect(before == [2, 2] || before.sorted() == [1, 3] || before.sorted() == [0, 4])
        #expect(before.reduce(0, +) == 4)
        #expect(b.status.snapshot.leases == 4)
        try await b.stop()
    }
}
