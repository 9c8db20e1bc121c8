import MartletSimulation
import Testing

/// The short form of `make simulate`, the same histories each time: docs/simulation.md.
@Suite struct HistoryTests {
    /// Histories are independent, so they are dealt out to as many tests as run at once.
    static let shares = 0..<8
    static let historiesAShare = 50

    @Test(arguments: shares)
    func everyInvariantHoldsInEveryHistory(share: Int) async throws {
        var tally = Tally()

        for index in 0..<Self.historiesAShare {
            let simulation = Simulation(seed: UInt64(share * 1_000_000 + index))
            try simulation.run()
            tally += simulation.tally
            // Other tests wait for what happens in time.
            await Task.yield()
        }

        // Histories in which nothing much happens would prove nothing.
        #expect(tally.attempts > Self.historiesAShare * 20)
        #expect(tally.reads > Self.historiesAShare * 5)
        #expect(tally.crashes > Self.historiesAShare / 4)
        #expect(tally.jumps > Self.historiesAShare / 4)
        #expect(tally.storeFaults > Self.historiesAShare / 4)
        for invariant in Invariant.allCases { #expect(tally.checks(of: invariant) > 0, "\(invariant.name)") }
    }

    @Test func aSeedMakesTheSameHistoryEachTime() throws {
        let histories = try (0..<2).map { _ in
            var happenings: [String] = []
            let simulation = Simulation(seed: 7)
            simulation.trace = { happenings.append($0) }
            try simulation.run()
            return happenings
        }

        #expect(histories[0].count > 50)
        #expect(histories[0] == histories[1])
    }
}
