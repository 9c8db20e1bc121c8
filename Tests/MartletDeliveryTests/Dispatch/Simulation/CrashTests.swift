import MartletSimulation
import Testing

@Suite struct CrashTests {
    /// Histories without other troubles, each played with a crash at its first call of the store, at its second, and so on:
    /// before the call, and after it was carried out and before its answer was seen.
    @Test(arguments: [UInt64(3), 14, 25, 36])
    func aCrashAtAnyCallOfTheStoreBreaksNoInvariant(seed: UInt64) async throws {
        let whole = Simulation(seed: seed, crashPoint: Simulation.CrashPoint(call: 0, isAfter: false))
        try whole.run()
        let calls = whole.tally.storeCalls
        var crashes = 0

        for call in 1...calls {
            for isAfter in [false, true] {
                let point = Simulation.CrashPoint(call: call, isAfter: isAfter)
                let simulation = Simulation(seed: seed, crashPoint: point)
                #expect(throws: Never.self, "call \(call), \(isAfter ? "after" : "before") it") {
                    try simulation.run()
                }
                crashes += simulation.tally.crashes
                await Task.yield()
            }
        }

        #expect(calls > 20)
        #expect(whole.tally.crashes == 0)
        #expect(crashes == 2 * calls)
    }
}
