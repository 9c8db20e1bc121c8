import MartletSimulation
import Testing

/// The test of the test: put a defect in, and some history must break the invariant that it is about.
@Suite struct MutantTests {
    @Test(arguments: Mutant.allCases)
    func aDefectPutInOnPurposeIsFoundByTheInvariantThatItBreaks(mutant: Mutant) throws {
        var found: Violation?

        for seed in UInt64(0)..<2000 where found == nil {
            do throws(Violation) { try Simulation(seed: seed, mutant: mutant).run() } catch { found = error }
        }

        let violation = try #require(found)
        #expect(mutant.breaks.contains(violation.invariant), "\(violation)")
    }

    /// What no defect breaks might as well not be looked at.
    @Test func everyInvariantIsBrokenBySomeMutant() {
        let broken = Mutant.allCases.reduce(into: Set<Invariant>()) { $0.formUnion($1.breaks) }

        #expect(Invariant.allCases.filter { !broken.contains($0) }.isEmpty)
    }
}
