import MartletCore
import MartletDelivery
import MartletService
import Testing

/// What keeps the service standing on a bad day, in virtual time.
@Suite struct TrafficTests {
    static let slow = RetryPolicy(delays: Array(repeating: .seconds(600), count: 20))

    @Test func aRateHoldsWithinItsBurstOverAMinute() {
        let world = TrafficWorld()
        let limit = RateLimit(count: 50, per: .seconds(1), burst: 50)
        let endpoint = world.endpoint(DispatcherScene.rules(rateLimit: limit))

        world.publish(5000, to: endpoint)
        world.run(for: .seconds(60))

        #expect(world.starts.count <= 50 + 60 * 50)
        #expect(world.starts.count >= 60 * 50)
        for second in 0..<60 {
            #expect(world.starts(from: .seconds(second), for: .seconds(1)).count <= 100)
        }
    }

    @Test func aRateOfSeveralAMillisecondIsReachedAndHolds() {
        let world = TrafficWorld()
        let limit = RateLimit(count: 2000, per: .seconds(1), burst: 1)
        let endpoint = world.endpoint(DispatcherScene.rules(rateLimit: limit))

        world.publish(20_000, to: endpoint)
        world.run(for: .seconds(2))

        #expect(world.starts.count <= 4005)
        #expect(world.starts.count >= 3900)
    }

    @Test func aDeadEndpointCostsOneConnectionAProbeAndLosesNothing() {
        let world = TrafficWorld()
        let dead = world.endpoint(DispatcherScene.rules(retry: Self.slow), latency: .seconds(1), .timedOut)
        world.publish(200, to: dead)
        world.run(for: .seconds(60))
        let beforeProbes = world.starts.count

        world.run(for: .seconds(3600))
        let probes = world.starts.dropFirst(beforeProbes)
        let gaps = zip(probes, probes.dropFirst()).map { $1.at.since($0.at) }
        let condition = world.condition(of: dead)?.breaker
        let waiting = world.waiting

        #expect(beforeProbes <= 20)
        #expect(probes.count >= 10)
        #expect(probes.count <= 3600 / 80 + 1)
        #expect(gaps.allSatisfy { $0 >= .seconds(80) })
        #expect(condition?.state == .open)
        #expect(condition?.reason == .noAnswer(inARow: 10))
        #expect(world.openBreakers == 1)
        #expect(waiting == 200)

        world.change(dead, .acknowledged)
        world.run(for: .seconds(3600))

        #expect(world.succeeded == 200)
        #expect(world.waiting == 0)
        #expect(world.condition(of: dead)?.breaker == BreakerCondition(state: .closed))
        #expect(world.openBreakers == 0)
    }

    @Test func aBreakerOpensOnAFailureRateAndTellsIt() {
        let world = TrafficWorld()
        let endpoint = world.endpoint(DispatcherScene.rules(retry: Self.slow), .refused)

        world.publish(100, to: endpoint)
        world.run(for: .seconds(3))

        let reason = world.condition(of: endpoint)?.breaker.reason
        #expect(reason == .failureRate(failed: 20, of: 20, window: .seconds(60)))
        #expect(world.starts.count < 40)
    }

    @Test func aBacklogThatComesBackIsLetOutStepByStep() {
        let world = TrafficWorld()
        let endpoint = world.endpoint(DispatcherScene.rules(retry: Self.slow), latency: .milliseconds(500), .timedOut)
        world.publish(20_000, to: endpoint)
        world.run(for: .seconds(30))
        world.change(endpoint, latency: .milliseconds(1), .acknowledged)
        while world.succeeded == 0 { world.run(for: .milliseconds(1)) }
        let back = world.now.since(TrafficWorld.start)

        world.run(for: .seconds(700))

        let perSecond = (0..<5).map { world.starts(from: back + .seconds($0), for: .seconds(1)).count }
        #expect(perSecond[0] <= 11)
        #expect(zip(perSecond, perSecond.dropFirst()).allSatisfy { $1 <= 2 * $0 + 2 && $1 > $0 })
        #expect(world.succeeded == 20_000)
    }

    @Test func hungEndpointsDelayNoOther() {
        let world = TrafficWorld()
        let retry = Self.slow
        let hung = (0..<500).map {
            world.endpoint(DispatcherScene.rules(host: "h\($0):443", retry: retry), latency: .seconds(15), .timedOut)
        }
        let healthy = (0..<500).map { world.endpoint(DispatcherScene.rules(host: "w\($0):443", retry: retry)) }
        for second in 0..<60 {
            world.after(.seconds(second)) {
                for endpoint in hung { world.publish(2, to: endpoint) }
                for endpoint in healthy { world.publish(2, to: endpoint) }
            }
        }

        world.run(for: .seconds(90))

        let well = Set(healthy)
        let waits = world.starts.filter { well.contains($0.endpoint) }.map { $0.at.since($0.acceptedAt) }
        #expect(waits.count == 500 * 2 * 60)
        #expect(waits.max() ?? .zero <= .seconds(2))
    }

    @Test func hungEndpointsWithLargeEventsDelayNoOtherAndAreBoundedByBytes() {
        let world = TrafficWorld()
        let retry = Self.slow
        let large = [UInt8](repeating: 0x20, count: 1 << 20)
        let healthy = (0..<20).map { world.endpoint(DispatcherScene.rules(host: "w\($0):443", retry: retry)) }
        for endpoint in healthy { world.publish(to: endpoint) }
        world.run(for: .seconds(1))
        let hung = (0..<200).map {
            world.endpoint(DispatcherScene.rules(host: "h\($0):443", retry: retry), latency: .seconds(15), .timedOut)
        }
        for second in 0..<30 {
            world.after(.seconds(second)) {
                if second % 10 == 0 { for endpoint in hung { world.publish(2, to: endpoint, body: large) } }
                for endpoint in healthy { world.publish(2, to: endpoint) }
            }
        }

        world.run(for: .seconds(40))

        let well = Set(healthy)
        let waits = world.starts.filter { well.contains($0.endpoint) }.map { $0.at.since($0.acceptedAt) }
        #expect(waits.count == 20 * (1 + 2 * 30))
        #expect(waits.max() ?? .zero <= .seconds(2))
        // At 17 slots each, an eighth of 1024 being left to those that answer.
        #expect(world.starts(from: .seconds(1), for: .seconds(15)).count { !well.contains($0.endpoint) } == 53)
    }

    @Test func anApplicationWithABacklogDoesNotSlowAnother() {
        let world = TrafficWorld { $0.inFlight = 100 }
        let greedy = (0..<20).map { index in
            world.endpoint(
                DispatcherScene.rules(application: ApplicationID(high: 1, low: 7), host: "g\(index):443"),
                latency: .milliseconds(50))
        }
        let modest = world.endpoint(
            DispatcherScene.rules(application: ApplicationID(high: 1, low: 8), host: "m:443"),
            latency: .milliseconds(50))
        for endpoint in greedy { world.publish(5000, to: endpoint) }
        for tick in 0..<100 { world.after(.milliseconds(100 * tick)) { world.publish(to: modest) } }

        world.run(for: .seconds(12))

        let waits = world.starts.filter { $0.endpoint == modest }.map { $0.at.since($0.acceptedAt) }
        #expect(waits.count == 100)
        #expect(waits.max() ?? .zero <= .milliseconds(100))
        #expect(world.starts.count > 10_000, "the other one is not held back either")
    }

    @Test func aDeadHostBehindManyEndpointsGetsABoundedNumberOfRetries() {
        let world = TrafficWorld { $0.breaker.minimum = .max }
        let endpoints = (0..<300).map { _ in
            world.endpoint(
                DispatcherScene.rules(
                    host: "dead:443", retry: RetryPolicy(delays: Array(repeating: .seconds(1), count: 50))), .refused)
        }
        for endpoint in endpoints { world.publish(3, to: endpoint) }

        world.run(for: .seconds(60))

        let retries = world.starts.filter { $0.number > 1 }
        #expect(retries.count <= 100 + 60 * 10)
        #expect(retries.count >= 60 * 10)
    }

    @Test func firstAttemptsGoAheadOfRetriesAndBothAheadOfReplays() {
        let scene = DispatcherScene { $0.inFlight = 1 }
        let endpoint = scene.endpoint()
        let holder = scene.sent(to: endpoint)
        let replay = scene.parcel(to: endpoint, cause: .replay)
        let retry = scene.parcel(to: endpoint, attempts: 1)
        let first = scene.parcel(to: endpoint)
        _ = scene.accept([replay, retry, first])

        var sent: [DeliveryID] = []
        var next = scene.finishAndSettle(holder, .acknowledged).sent
        while let parcel = next.popLast() {
            sent.append(parcel.delivery.id)
            next = scene.finishAndSettle(parcel, .acknowledged).sent
        }

        #expect(sent == [first, retry, replay].map(\.delivery.id))
    }

    @Test func aFailureBlocksItsKeyAlone() throws {
        let world = TrafficWorld()
        let endpoint = world.endpoint(
            DispatcherScene.rules(retry: RetryPolicy(delays: [.seconds(5)])), .refused)
        world.publish(to: endpoint, key: "a")
        world.run(for: .seconds(1))
        world.change(endpoint, .acknowledged)

        world.publish(3, to: endpoint, key: "a")
        world.publish(3, to: endpoint, key: "b")
        world.run(for: .seconds(1))
        let whileBlocked = world.starts.count
        world.run(for: .seconds(10))

        #expect(whileBlocked == 1 + 3)
        #expect(world.starts.count == 1 + 3 + 4)
        let first = try #require(world.starts.first)
        #expect(world.starts[4].delivery == first.delivery, "the one that failed goes first")
    }

    @Test func oneOfAKeyIsUnderWayAtATimeAndInOrder() {
        let world = TrafficWorld()
        let endpoint = world.endpoint(latency: .milliseconds(10))

        for index in 0..<600 { world.publish(to: endpoint, key: "\(index % 3)") }
        world.run(for: .seconds(30))

        let ids = world.starts.map(\.delivery)
        #expect(world.succeeded == 600)
        #expect(ids.count == 600)
        for key in 0..<3 {
            let own = ids.filter { world.delivery($0)?.turn?.key == "\(key)" }
            #expect(own == own.sorted())
        }
        // Three keys, one each at a time, twelve milliseconds from start to recorded.
        #expect(zip(world.starts, world.starts.dropFirst(3)).allSatisfy { $1.at >= $0.at + .milliseconds(12) })
    }

    @Test func anEndpointThatFailsForFiveDaysIsTakenOutOfServiceWithAWarningHalfWay() {
        let world = TrafficWorld()
        let endpoint = world.endpoint(
            DispatcherScene.rules(retry: RetryPolicy(delays: Array(repeating: .seconds(3600), count: 1000))), .refused)
        world.publish(to: endpoint)

        world.run(for: .seconds(6 * 86_400))

        let days = world.now.since(TrafficWorld.start)
        var warnings = 0
        var reasons: [Endpoint.Inactivity] = []
        for action in world.told {
            if case .tell(_, _, false, _) = action { warnings += 1 }
            if case .deactivate(_, _, let reason, _) = action { reasons.append(reason) }
        }
        #expect(days == .seconds(6 * 86_400))
        #expect(warnings == 1)
        #expect(reasons == [.failing])
        #expect(world.starts.last.map { $0.at <= TrafficWorld.start + .seconds(5 * 86_400 + 7200) } == true)
        #expect(world.waiting == 1, "what waits is held, not lost")
    }
}
