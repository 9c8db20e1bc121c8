import Foundation
import Glibc
import Testing

/// What is accepted is delivered, whatever dies.
@Suite struct CrashTests {
    static let paths = ["/a", "/b"]

    /// Events that were stored before the kill, but whose publisher never heard so, may arrive too.
    @Test func everyAcceptedEventArrivesThoughTheServerIsKilledTwentyTimes() async throws {
        let kills = 20
        let inFlight = 32
        try await withStage { stage in
            let given = ProcessInfo.processInfo.environment["CRASH_SEED"].flatMap { UInt64($0) }
            let seed = given ?? .random(in: .min ... .max)
            print("Killing with CRASH_SEED=\(seed)")
            var random = SplitMix(state: seed)
            let martlet = try await stage.martlet(flags: ["--max-in-flight", "\(inFlight)"])
            let capture = try await stage.capture()
            let webhooks = try await register(capture, martlet.api)
            let load = PublisherLoad(on: martlet, sizes: [1, 1, 1, 1, 20])

            for _ in 1...kills {
                let enough = load.acceptedCount + Int.random(in: 0...150, using: &random)
                try await waitUntil("\(enough) events are accepted") { load.acceptedCount >= enough }
                // Anywhere between one answer and the next.
                usleep(.random(in: 0...5_000, using: &random))
                try await martlet.kill()
                try await martlet.restart()
            }
            try await load.stop()
            for webhook in webhooks { _ = try await martlet.api.settledDeliveries(to: webhook) }
            #expect(try await martlet.terminate() == .status(0))

            let arrivals = try Arrivals(capture.requests())
            let accepted = load.accepted
            print("\(accepted.count) events accepted, \(arrivals.duplicates) duplicates after \(kills) kills")
            #expect(load.refusals.isEmpty)
            #expect(accepted.count > kills)
            #expect(arrivals.missing(of: accepted.keys, at: Self.paths) == [])
            #expect(arrivals.changed == [])
            #expect(arrivals.duplicates <= inFlight * kills)
            let numbers = try arrivals.numbers()
            #expect(accepted.allSatisfy { numbers[$0.key] == $0.value })
            let unheard = numbers.filter { accepted[$0.key] == nil }
            #expect(unheard.count <= load.atOnce * kills)
            #expect(unheard.values.allSatisfy { $0 < load.sentCount })
            #expect(Set(numbers.values).count == numbers.count)
        }
    }

    @Test func aServerThatIsAskedToStopLosesNothingAndRepeatsNothing() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            let webhooks = try await register(capture, martlet.api)
            let load = PublisherLoad(on: martlet, sizes: [1, 1, 1, 1, 20])

            for _ in 1...4 {
                let enough = load.acceptedCount + 200
                try await waitUntil("\(enough) events are accepted") { load.acceptedCount >= enough }
                #expect(try await martlet.terminate() == .status(0))
                try await martlet.restart()
            }
            try await load.stop()
            for webhook in webhooks { _ = try await martlet.api.settledDeliveries(to: webhook) }
            #expect(try await martlet.terminate() == .status(0))

            let arrivals = try Arrivals(capture.requests())
            #expect(arrivals.missing(of: load.accepted.keys, at: Self.paths) == [])
            #expect(arrivals.duplicates == 0)
            #expect(arrivals.changed == [])
            #expect(arrivals.ids == Set(load.accepted.keys))
        }
    }

    /// Registers a capture twice, so that each event has two deliveries that can be at different points.
    private func register(_ capture: CaptureReceiver, _ api: API) async throws -> [Webhook] {
        var webhooks: [Webhook] = []
        for path in Self.paths {
            webhooks.append(
                try await api.register(capture.url(path), ["retry": ["delays": ["1s", "1s", "1s"]]]))
        }
        return webhooks
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same from the same seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
