import MartletTesting
import Testing

@Suite struct DispatcherHistoryTests {
    /// Histories are independent, so they are dealt out to as many tests as run at once.
    static let shares = 0..<8
    static let historiesAShare = 150

    @Test(arguments: shares)
    func whateverHappensEveryDeliveryEndsOrWaitsAndIsAttemptedOnceAtATime(share: Int) throws {
        var sends = 0
        var loads = 0
        var turns = 0

        for index in 0..<Self.historiesAShare {
            let seed = UInt64(share * 1_000_000 + index)
            let simulation = DispatcherSimulation(seed: seed)
            #expect(throws: Never.self, "seed \(seed)") { try simulation.run() }
            sends += simulation.sends
            loads += simulation.loads
            turns += simulation.turns
        }

        // Histories in which nothing much happens would prove nothing.
        #expect(sends > Self.historiesAShare * 20)
        #expect(loads > Self.historiesAShare * 5)
        #expect(turns > Self.historiesAShare * 3)
    }

    /// The test of the test: break what a dispatcher relies on, and some history must go wrong.
    @Test(arguments: DispatcherSimulation.Breach.allCases)
    func aBreachOfWhatTheDispatcherReliesOnIsNoticed(breach: DispatcherSimulation.Breach) {
        let noticed = (0..<2000).first { seed in
            let simulation = DispatcherSimulation(seed: UInt64(seed), breach: breach)
            do {
                try simulation.run()
                return false
            } catch {
                return true
            }
        }

        #expect(noticed != nil)
    }
}
