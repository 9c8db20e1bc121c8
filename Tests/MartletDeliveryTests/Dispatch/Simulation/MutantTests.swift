import MartletSimulation
import Testing

/// The test of the test: put a defect in, and some history must break the invariant that it is about.
@Suite struct MutantTests {
    /// Several times as many as the one takes that hides best.
    static let mostHistories: UInt64 = 3000

    @Test(arguments: Mutant.allCases)
    func aDefectPutInOnPurposeIsFoundByTheInvariantThatItBreaks(mutant: Mutant) async {
        var found: [Invariant] = []

        for seed in UInt64(0)..<Self.mostHistories where mutant.breaks.isDisjoint(with: found) {
            do throws(Violation) { try Simulation(seed: seed, mutant: mutant).run() } catch {
                found.append(error.invariant)
            }
            await Task.yield()
        }

        #expect(!mutant.breaks.isDisjoint(with: found), "found \(found.map(\.name))")
    }

    /// What no defect breaks might as well not be looked at.
    @Test func everyInvariantIsBrokenBySomeMutant() {
        let broken = Mutant.allCases.reduce(into: Set<Invariant>()) { $0.formUnion($1.breaks) }

        #expect(Invariant.allCases.filter { !broken.contains($0) }.isEmpty)
    }
}
